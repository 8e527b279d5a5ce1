// The gradient of a view has the view's shape: one check for every op that puts it back into its place.
#pragma once

#include "ops/copy/kernels.h"

namespace vt {

// `part` takes the elements of `grad`; RuntimeError if they differ in shape.
inline void put_gradient(const Tensor& part, const Tensor& grad) {
  VT_CHECK(same(part.sizes(), grad.sizes()), Runtime, "expected a gradient of shape ", part.sizes(), ", got ",
           grad.sizes());
  copy_data(part, grad);
}

}  // namespace vt
