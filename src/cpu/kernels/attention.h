// Scaled dot-product attention without a (queries, keys) matrix in memory, and its gradients.
// T: float, double, float16, bfloat16 (computed in float). Threaded over batch, heads and blocks of queries.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace vt::cpu {

struct AttentionShape {
  int64_t batch, heads;
  int64_t shared_heads;  // of keys and values, each for as many neighbouring heads of queries; divides heads
  int64_t queries, keys;
  int64_t dim;        // of a query and a key
  int64_t value_dim;  // of a value and a result
  double scale;       // of the scores
  bool causal;        // query i sees the keys j <= i only

  int64_t heads_per_shared() const { return shared_heads > 0 ? heads / shared_heads : 0; }
};

// (batch, heads, rows, dim) in memory; the last dimension is contiguous.
template <class T>
struct AttentionMatrix {
  T* data;
  int64_t batch_stride, head_stride, row_stride;
  T* at(int64_t batch, int64_t head, int64_t row) const {
    return data + batch * batch_stride + head * head_stride + row * row_stride;
  }
};

// out = softmax(scale q k^T) v; lse (batch, heads, queries) gets the logarithm of each row's sum. Without keys
// out is zero.
template <class T>
VT_API void attention(const AttentionShape& shape, AttentionMatrix<const T> q, AttentionMatrix<const T> k,
                      AttentionMatrix<const T> v, AttentionMatrix<T> out, opmath_t<T>* lse);

// dq, dk, dv from the gradient of out, and what the forward pass took and gave.
template <class T>
VT_API void attention_backward(const AttentionShape& shape, AttentionMatrix<const T> grad, AttentionMatrix<const T> q,
                               AttentionMatrix<const T> k, AttentionMatrix<const T> v, AttentionMatrix<const T> out,
                               const opmath_t<T>* lse, AttentionMatrix<T> dq, AttentionMatrix<T> dk,
                               AttentionMatrix<T> dv);

}  // namespace vt::cpu
