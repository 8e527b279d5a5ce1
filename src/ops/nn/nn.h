// Neural-network ops: typed entries.
#pragma once

#include "dispatch/dispatch.h"

namespace vt::ops {

inline Tensor softmax(const Tensor& self, int64_t dim, std::optional<DType> dtype = {}) {
  static const Op& op = find_op("softmax.int");
  return call<Tensor>(op, self, dim, dtype);
}
inline Tensor log_softmax(const Tensor& self, int64_t dim, std::optional<DType> dtype = {}) {
  static const Op& op = find_op("log_softmax.int");
  return call<Tensor>(op, self, dim, dtype);
}

}  // namespace vt::ops
