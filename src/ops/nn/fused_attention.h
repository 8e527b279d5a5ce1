// Attention as one op with a fused kernel, for what that kernel covers; attention.cpp composes the rest.
#pragma once

#include <optional>
#include <tuple>

#include "core/tensor.h"

namespace vt::ops {

// Whether fused_attention takes these: (..., L, E), (..., S, E), (..., S, Ev) of one floating dtype with the same
// leading dims but for shared heads (Note [Shared heads]), on the CPU; on CUDA what Note [Attention on CUDA] says.
bool has_fused_attention(const Tensor& q, const Tensor& k, const Tensor& v, double scale);

// softmax(scale q k^T) v; with `causal`, query i sees the keys j <= i.
Tensor fused_attention(const Tensor& q, const Tensor& k, const Tensor& v, bool causal, double scale);

// What attention may do beside; each part may be absent.
struct AttentionOptions {
  Tensor mask;                       // bool, true where a key is seen, or a number to add; broadcasts to (..., L, S)
  std::optional<int64_t> low, high;  // a band: query i sees the keys i + low <= j <= i + high
  double dropout_p = 0;              // of the probabilities
  // Instead of a band int32 (L, 2), where query i sees the keys seen[i][0] <= j < seen[i][1], and (S, 2), where key j
  // is seen by the queries seeing[j][0] <= i < seeing[j][1]. Neither column of either ever falls.
  Tensor seen, seeing;

  bool any() const { return mask.defined() || low || high || dropout_p > 0 || seen.defined(); }
};

// Whether fused_attention takes these with options; only of what has_fused_attention is true.
bool has_fused_options(const Tensor& q, const Tensor& k, const AttentionOptions& options);

// softmax(scale q k^T + mask) v with dropout of the softmax.
Tensor fused_attention(const Tensor& q, const Tensor& k, const Tensor& v, const AttentionOptions& options,
                       double scale);

// The mask of (batch, heads, rows, dim) with the keys hidden that are outside of the band or not seen.
Tensor whole_mask(const Tensor& q, const Tensor& k, const AttentionOptions& options);

// Of query, key and value.
using AttentionGradients = std::tuple<Tensor, Tensor, Tensor>;

// For the kernels of _attention_backward: checks its arguments and makes the gradients to be written. Where query, key
// and value are slices that fill one tensor, as of a packed projection, so are their gradients, and what cut it apart
// joins them by a view.
AttentionGradients new_attention_gradients(const Tensor& grad, const Tensor& q, const Tensor& k, const Tensor& v,
                                           const Tensor& out, const Tensor& lse);

}  // namespace vt::ops
