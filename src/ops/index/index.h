// Typed entries of the index family.
#pragma once

#include "dispatch/dispatch.h"

namespace vt::ops {

// self[indices]: one tensor per dim, undefined for a whole dim. Negative indices count from the end.
inline Tensor index(const Tensor& self, TensorSpan indices) {
  static const Op& op = find_op("index.Tensor");
  return call<Tensor>(op, self, indices);
}
inline Tensor index_put_(const Tensor& self, TensorSpan indices, const Tensor& values, bool accumulate = false) {
  static const Op& op = find_op("index_put_");
  return call<Tensor>(op, self, indices, values, accumulate);
}
inline Tensor index_put(const Tensor& self, TensorSpan indices, const Tensor& values, bool accumulate = false) {
  static const Op& op = find_op("index_put");
  return call<Tensor>(op, self, indices, values, accumulate);
}
inline Tensor index_select(const Tensor& self, int64_t dim, const Tensor& index) {
  static const Op& op = find_op("index_select");
  return call<Tensor>(op, self, dim, index);
}
inline Tensor index_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source) {
  static const Op& op = find_op("index_add");
  return call<Tensor>(op, self, dim, index, source);
}
inline Tensor index_fill(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value) {
  static const Op& op = find_op("index_fill.int_Scalar");
  return call<Tensor>(op, self, dim, index, value);
}
inline Tensor gather(const Tensor& self, int64_t dim, const Tensor& index) {
  static const Op& op = find_op("gather");
  return call<Tensor>(op, self, dim, index);
}
inline Tensor scatter(const Tensor& self, int64_t dim, const Tensor& index, const Scalar& value) {
  static const Op& op = find_op("scatter.value");
  return call<Tensor>(op, self, dim, index, value);
}
inline Tensor scatter_add(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& src) {
  static const Op& op = find_op("scatter_add");
  return call<Tensor>(op, self, dim, index, src);
}
inline Tensor masked_select(const Tensor& self, const Tensor& mask) {
  static const Op& op = find_op("masked_select");
  return call<Tensor>(op, self, mask);
}
inline Tensor masked_fill(const Tensor& self, const Tensor& mask, const Scalar& value) {
  static const Op& op = find_op("masked_fill.Scalar");
  return call<Tensor>(op, self, mask, value);
}
inline Tensor nonzero(const Tensor& self) {
  static const Op& op = find_op("nonzero");
  return call<Tensor>(op, self);
}

}  // namespace vt::ops
