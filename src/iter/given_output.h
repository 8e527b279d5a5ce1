// The rules for tensors that the caller gives to be written: out= and in-place. Every form of every op asks here.
#pragma once

#include "core/tensor.h"

namespace vt {

// RuntimeError unless a result of that dtype on that device may be written into `out`.
VT_API void check_given_output(const Tensor& out, DType result, Device device);

// RuntimeError unless a result of `sizes` fits into a tensor that keeps its shape (in-place).
VT_API void check_keeps_shape(const Tensor& out, IntSpan sizes);

// Gives an out= tensor a shape, as resize_ does; keeps its memory when large enough.
VT_API void resize_output(const Tensor& out, IntSpan sizes);

}  // namespace vt
