// The smallest and the largest element, on the host.
#pragma once

#include <array>

#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/typed/join.h"
#include "ops/typed/reduce.h"

namespace vt {

/// {min, max} of a tensor with elements; NaN if there is one. Waits for its device once.
inline std::array<Scalar, 2> value_range(const Tensor& self) {
  const Tensor least = ops::min(self), most = ops::max(self);
  const Tensor both = ops::as_device(ops::stack(std::vector<Tensor>{least, most}, int64_t{0}), kCPU);
  auto element = [&](int64_t i) {
    return read_scalar(Tensor(make_intrusive<TensorImpl>(both.storage(), both.dtype(), IntSpan(), IntSpan(), i)));
  };
  return {element(0), element(1)};
}

}  // namespace vt
