// var and std on CUDA.
#pragma once

#include "core/tensor.h"

namespace vt::reduce {

// Squares around the mean, summed over dims and divided, or with `root` the root of that. self is real and floating,
// the result has its dtype and the reduced dims as 1.
Tensor variance_cuda(bool root, const Tensor& self, const DimVec& dims, double divisor);

}  // namespace vt::reduce
