// Conversions that give back self when there is nothing to convert, without a call.
#pragma once

#include "ops/typed/copy.h"

namespace vt::ops {

inline Tensor as_contiguous(const Tensor& self) {
  return self.is_contiguous() ? self : clone(self, MemoryFormat::Contiguous);
}
inline Tensor as_dtype(const Tensor& self, DType dtype) { return self.dtype() == dtype ? self : _to_copy(self, dtype); }
inline Tensor as_device(const Tensor& self, Device device) {
  return self.device() == device ? self : _to_copy(self, std::nullopt, device);
}
// Dtype and device of another tensor.
inline Tensor as_like(const Tensor& self, const Tensor& like) {
  if (self.dtype() == like.dtype() && self.device() == like.device()) return self;
  return _to_copy(self, like.dtype(), like.device());
}

}  // namespace vt::ops
