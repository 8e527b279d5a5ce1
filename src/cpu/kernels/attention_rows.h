// The per-level parts of attention.h, on blocks of scores in float or double. Row r of a block sees its first
// min(keys, first_visible + r) keys.
#pragma once

#include "core/half.h"
#include "cpu/simd_dispatch.h"

namespace vt::cpu {

// Rows of scores become probabilities, 0 where hidden; lse gets log(sum(exp(scores))).
VT_SIMD_DECLARE_TEMPLATE(void, attention_softmax,
                         (T * scores, int64_t rows, int64_t keys, int64_t first_visible, T* lse))
// Rows of scores become probabilities again.
VT_SIMD_DECLARE_TEMPLATE(void, attention_probabilities,
                         (T * scores, int64_t rows, int64_t keys, int64_t first_visible, const T* lse))
// dp, the gradient of the probabilities p, becomes that of the unscaled scores: scale p (dp - delta).
VT_SIMD_DECLARE_TEMPLATE(void, attention_score_gradient,
                         (const T* p, T* dp, int64_t rows, int64_t keys, const T* delta, T scale))
// delta[r] = dot(grad row r, out row r).
VT_SIMD_DECLARE_TEMPLATE(void, attention_delta,
                         (const T* grad, int64_t grad_stride, const T* out, int64_t out_stride, int64_t rows,
                          int64_t dim, T* delta))

}  // namespace vt::cpu
