// Attention out of matrix products and a softmax.
#pragma once

#include "core/tensor.h"

namespace vt::ops {

// softmax(scale q k^T + mask): (..., L, E), (..., S, E) -> (..., L, S). With `causal`, query i sees the keys j <= i.
// mask: undefined, bool (true where a key is seen) or a number to add. Every op of it has a derivative.
Tensor attention_weights(const Tensor& q, const Tensor& k, const Tensor& mask, bool causal, double scale);

}  // namespace vt::ops
