// The walk of a CPU reduction over memory.
#pragma once

#include "core/tensor.h"
#include "ops/reduce/kernels.h"

namespace vt::reduce {

// `result`: the dtype that the kernels' finish writes; `out` is contiguous, one element per kept index in row-major
// order.
void reduce_on_cpu(const Kernels& k, const Tensor& in, DType compute, DType result, IntSpan dims, const Tensor& out,
                   double p);

}  // namespace vt::reduce
