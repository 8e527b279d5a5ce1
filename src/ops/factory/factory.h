// Typed entries of the factories.
#pragma once

#include <optional>

#include "dispatch/dispatch.h"

namespace vt::ops {

Tensor full(IntSpan size, const Scalar& value, DType dtype, Device device = kCPU);
inline Tensor zeros(IntSpan size, DType dtype, Device device = kCPU) { return full(size, Scalar(0), dtype, device); }
inline Tensor ones(IntSpan size, DType dtype, Device device = kCPU) { return full(size, Scalar(1), dtype, device); }
// Dense, laid out in memory as self is. None of these carries a gradient.
Tensor full_like(const Tensor& self, const Scalar& value);
inline Tensor zeros_like(const Tensor& self) { return full_like(self, Scalar(0)); }
inline Tensor ones_like(const Tensor& self) { return full_like(self, Scalar(1)); }
// start, start + step, ... of `count` elements.
Tensor arange(const Scalar& start, const Scalar& step, int64_t count, DType dtype, Device device = kCPU);

}  // namespace vt::ops
