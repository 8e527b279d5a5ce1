// Overloads of binary ops whose first operand is a number: `xlogy(2, x)`. Two numbers are no call of such an op.
#pragma once

#include "core/scalar.h"
#include "core/tensor.h"
#include "ops/factory/factory.h"

namespace vt::pointwise {

template <Tensor (*op)(const Tensor&, const Tensor&)>
Tensor of_number(const Scalar& self, const Tensor& other) {
  return op(wrapped_number(self), other);
}

}  // namespace vt::pointwise
