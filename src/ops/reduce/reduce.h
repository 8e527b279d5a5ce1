// Undoing a broadcast.
#pragma once

#include "ops/typed/reduce.h"

namespace vt::ops {

// `grad` summed over the dims that were broadcast from `sizes`; grad itself, without a call, if none were.
inline Tensor sum_to(const Tensor& grad, IntSpan sizes) {
  return same(grad.sizes(), sizes) ? grad : sum_to_size(grad, sizes);
}

}  // namespace vt::ops
