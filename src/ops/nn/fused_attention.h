// Attention as one op with a fused kernel, for what that kernel covers; attention.cpp composes the rest.
#pragma once

#include <tuple>

#include "core/tensor.h"

namespace vt::ops {

// Whether fused_attention takes these: (..., L, E), (..., S, E), (..., S, Ev) of one floating dtype with the same
// leading dims but for shared heads (Note [Shared heads]), on the CPU; on CUDA what Note [Attention on CUDA] says.
bool has_fused_attention(const Tensor& q, const Tensor& k, const Tensor& v, double scale);

// softmax(scale q k^T) v; with `causal`, query i sees the keys j <= i.
Tensor fused_attention(const Tensor& q, const Tensor& k, const Tensor& v, bool causal, double scale);

// Of query, key and value.
using AttentionGradients = std::tuple<Tensor, Tensor, Tensor>;

// For the kernels of _attention_backward: checks its arguments and makes the gradients to be written. Where query, key
// and value are slices that fill one tensor, as of a packed projection, so are their gradients, and what cut it apart
// joins them by a view.
AttentionGradients new_attention_gradients(const Tensor& grad, const Tensor& q, const Tensor& k, const Tensor& v,
                                           const Tensor& out, const Tensor& lse);

}  // namespace vt::ops
