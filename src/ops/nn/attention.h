// Attention out of matrix products and a softmax.
#pragma once

#include "core/tensor.h"

namespace vt::ops {

// Note [Shared heads]
// Keys and values may have fewer heads (dim -3) than queries: each of theirs serves a group of neighbouring heads of
// queries (grouped-query attention). Nothing is repeated: by parts, the rows of a group lie under each other as those
// of one head, so that one product serves them all.

// (..., heads, rows, cols) as (..., shared, heads / shared * rows, cols), and back.
Tensor join_groups(const Tensor& t, int64_t shared);
Tensor split_groups(const Tensor& t, int64_t heads);

// a @ b, where b may have fewer heads than a: Note [Shared heads].
Tensor matmul_heads(const Tensor& a, const Tensor& b);

// scale q k^T + mask, at least in float32, -infinity where a bool mask hides: (..., L, E), (..., S, E) -> (..., L, S).
Tensor attention_scores(const Tensor& q, const Tensor& k, const Tensor& mask, double scale);

// softmax(scale q k^T + mask): (..., L, E), (..., S, E) -> (..., L, S), where k may have fewer heads than q. With
// `causal`, query i sees the keys j <= i. mask: undefined, bool (true where a key is seen) or a number to add. Every op
// of it has a derivative.
Tensor attention_weights(const Tensor& q, const Tensor& k, const Tensor& mask, bool causal, double scale);

}  // namespace vt::ops
