// Typed entries of the join family.
#pragma once

#include "dispatch/dispatch.h"

namespace vt::ops {

inline Tensor cat(TensorSpan tensors, int64_t dim = 0) {
  static const Op& op = find_op("cat");
  return call<Tensor>(op, tensors, dim);
}
inline Tensor stack(TensorSpan tensors, int64_t dim = 0) {
  static const Op& op = find_op("stack");
  return call<Tensor>(op, tensors, dim);
}

}  // namespace vt::ops
