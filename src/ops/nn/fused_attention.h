// Attention as one op with a fused kernel, for what that kernel covers; attention.cpp composes the rest.
#pragma once

#include "core/tensor.h"

namespace vt::ops {

// Whether fused_attention takes these: (..., L, E), (..., S, E), (..., S, Ev) of one floating dtype with the same
// leading dims, on the CPU; on CUDA what Note [Attention on CUDA] says.
bool has_fused_attention(const Tensor& q, const Tensor& k, const Tensor& v, double scale);

// softmax(scale q k^T) v; with `causal`, query i sees the keys j <= i.
Tensor fused_attention(const Tensor& q, const Tensor& k, const Tensor& v, bool causal, double scale);

}  // namespace vt::ops
