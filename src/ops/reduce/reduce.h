// Typed C++ entries of the reductions.
#pragma once

#include "dispatch/dispatch.h"

namespace vt::ops {

// dims empty: all of them.
inline Tensor sum(const Tensor& self, IntSpan dims, bool keepdim = false) {
  static const Op& op = find_op("sum.dim_IntList");
  return call<Tensor>(op, self, dims, keepdim);
}
inline Tensor sum(const Tensor& self) {
  static const Op& op = find_op("sum");
  return call<Tensor>(op, self);
}
inline Tensor mean(const Tensor& self, IntSpan dims, bool keepdim = false) {
  static const Op& op = find_op("mean.dim");
  return call<Tensor>(op, self, dims, keepdim);
}
inline Tensor amax(const Tensor& self, IntSpan dims, bool keepdim = false) {
  static const Op& op = find_op("amax");
  return call<Tensor>(op, self, dims, keepdim);
}
inline Tensor amin(const Tensor& self, IntSpan dims, bool keepdim = false) {
  static const Op& op = find_op("amin");
  return call<Tensor>(op, self, dims, keepdim);
}
inline Tensor cumsum(const Tensor& self, int64_t dim) {
  static const Op& op = find_op("cumsum");
  return call<Tensor>(op, self, dim);
}
inline Tensor cumprod(const Tensor& self, int64_t dim) {
  static const Op& op = find_op("cumprod");
  return call<Tensor>(op, self, dim);
}
inline Tensor all(const Tensor& self) {
  static const Op& op = find_op("all");
  return call<Tensor>(op, self);
}
inline Tensor all(const Tensor& self, int64_t dim, bool keepdim = false) {
  static const Op& op = find_op("all.dim");
  return call<Tensor>(op, self, dim, keepdim);
}
// `grad` summed over the dims that were broadcast from `sizes`; grad itself if none were.
inline Tensor sum_to(const Tensor& grad, IntSpan sizes) {
  if (same(grad.sizes(), sizes)) return grad;
  static const Op& op = find_op("sum_to_size");
  return call<Tensor>(op, grad, sizes);
}

}  // namespace vt::ops
