// Typed entries of the copy family.
#pragma once

#include <optional>

#include "dispatch/dispatch.h"

namespace vt::ops {

inline Tensor copy_(const Tensor& self, const Tensor& src, bool non_blocking = false) {
  static const Op& op = find_op("copy_");
  return call<Tensor>(op, self, src, non_blocking);
}
inline Tensor clone(const Tensor& self, std::optional<MemoryFormat> format = {}) {
  static const Op& op = find_op("clone");
  return call<Tensor>(op, self, format);
}
inline Tensor contiguous(const Tensor& self) {
  if (self.is_contiguous()) return self;
  return clone(self, MemoryFormat::Contiguous);
}
// A copy with another dtype or device; always a new tensor.
inline Tensor to_copy(const Tensor& self, std::optional<DType> dtype, std::optional<Device> device = {},
                      bool non_blocking = false, std::optional<MemoryFormat> format = {}) {
  static const Op& op = find_op("_to_copy");
  return call<Tensor>(op, self, dtype, device, non_blocking, format);
}
// Self if it has that dtype already.
inline Tensor to(const Tensor& self, DType dtype) { return self.dtype() == dtype ? self : to_copy(self, dtype); }
inline Tensor to(const Tensor& self, Device device) {
  return self.device() == device ? self : to_copy(self, std::nullopt, device);
}
// Dtype and device of another tensor.
inline Tensor to(const Tensor& self, const Tensor& like) {
  if (self.dtype() == like.dtype() && self.device() == like.device()) return self;
  return to_copy(self, like.dtype(), like.device());
}
inline Tensor fill_(const Tensor& self, const Scalar& value) {
  static const Op& op = find_op("fill_.Scalar");
  return call<Tensor>(op, self, value);
}
inline Tensor zero_(const Tensor& self) {
  static const Op& op = find_op("zero_");
  return call<Tensor>(op, self);
}
inline Scalar item(const Tensor& self) {
  static const Op& op = find_op("item");
  return call<Scalar>(op, self);
}
// Same memory, no gradient.
inline Tensor detach(const Tensor& self) {
  static const Op& op = find_op("detach");
  return call<Tensor>(op, self);
}

}  // namespace vt::ops
