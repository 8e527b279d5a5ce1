// The smallest and the largest element, on the host.
#pragma once

#include <array>

#include "dispatch/dispatch.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"

namespace vt {

/// {min, max} of a tensor with elements; NaN if there is one. Waits for its device once.
inline std::array<Scalar, 2> value_range(const Tensor& self) {
  static const Op &min = find_op("min"), &max = find_op("max"), &stack = find_op("stack");
  const Tensor least = call<Tensor>(min, self), most = call<Tensor>(max, self);
  const Tensor both = ops::to(call<Tensor>(stack, std::vector<Tensor>{least, most}, int64_t{0}), kCPU);
  auto element = [&](int64_t i) {
    return read_scalar(Tensor(make_intrusive<TensorImpl>(both.storage(), both.dtype(), IntSpan(), IntSpan(), i)));
  };
  return {element(0), element(1)};
}

}  // namespace vt
