// Neural-network ops: typed entries.
#pragma once

#include <tuple>

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
inline Tensor nll_loss(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction,
                       int64_t ignore_index) {
  static const Op& op = find_op("nll_loss");
  return call<Tensor>(op, self, target, weight, reduction, ignore_index);
}

// Loss reductions as ATen numbers them.
enum Reduction : int64_t { kNoReduction = 0, kMean = 1, kSum = 2 };

}  // namespace vt::ops
