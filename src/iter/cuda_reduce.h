// How a reduction over some dims of a tensor is walked. Free of CUDA headers.
#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace vt::cuda {

inline constexpr int kReduceDims = 12;

/// Dims in one order, innermost first, merged where their strides allow; strides in elements.
struct ReduceDims {
  int ndim = 0;
  int64_t count = 1;  // product of the sizes
  int64_t sizes[kReduceDims];
  int64_t strides[kReduceDims];
};

/// The input's dims: those kept (in the order of a contiguous output) and those summed over.
struct ReduceShape {
  ReduceDims kept;
  ReduceDims reduced;
};

/// `dims` are non-negative and distinct; empty means all. With `ordered` the reduced dims keep the input's order, so
/// that an element's place in them means something (argmax); without, they are sorted for fast access.
ReduceShape make_reduce_shape(const Tensor& input, IntSpan dims, bool ordered);

}  // namespace vt::cuda
