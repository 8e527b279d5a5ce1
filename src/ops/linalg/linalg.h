// Matrix products: typed entries.
#pragma once

#include "dispatch/dispatch.h"

namespace vt::ops {

inline Tensor mm(const Tensor& self, const Tensor& mat2) {
  static const Op& op = find_op("mm");
  return call<Tensor>(op, self, mat2);
}
inline Tensor bmm(const Tensor& self, const Tensor& mat2) {
  static const Op& op = find_op("bmm");
  return call<Tensor>(op, self, mat2);
}
inline Tensor mv(const Tensor& self, const Tensor& vec) {
  static const Op& op = find_op("mv");
  return call<Tensor>(op, self, vec);
}
inline Tensor dot(const Tensor& self, const Tensor& other) {
  static const Op& op = find_op("dot");
  return call<Tensor>(op, self, other);
}
inline Tensor matmul(const Tensor& self, const Tensor& other) {
  static const Op& op = find_op("matmul");
  return call<Tensor>(op, self, other);
}
inline Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias = {}) {
  static const Op& op = find_op("linear");
  return call<Tensor>(op, input, weight, bias);
}

// Conjugate transpose of the last two dims: a view for real tensors.
Tensor adjoint(const Tensor& t);

}  // namespace vt::ops
