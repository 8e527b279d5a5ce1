// New tensors for kernels and derivatives, made without a dispatched call. None of them carries a gradient.
#pragma once

#include "dispatch/value.h"

namespace vt::ops {

Tensor filled(IntSpan size, const Scalar& value, DType dtype, Device device = kCPU);
// Dense, laid out in memory as self is.
Tensor filled_like(const Tensor& self, const Scalar& value);
// start, start + step, ... of `count` elements.
Tensor counted(const Scalar& start, const Scalar& step, int64_t count, DType dtype, Device device = kCPU);

}  // namespace vt::ops
