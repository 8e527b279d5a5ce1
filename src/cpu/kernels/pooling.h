// Pooling by rows: what a position of several windows at once does to their maxima or sums.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "cpu/simd_dispatch.h"

namespace vt::cpu {

// best[i] and found[i] become x[i * step] and `position` where that is greater, or NaN; i < n.
VT_SIMD_DECLARE_TEMPLATE(void, take_greater,
                         (const T* x, int64_t step, int64_t n, int32_t position, opmath_t<T>* best, int32_t* found))
// out[i] = the sum of the i-th n elements of x / scale, i < count.
VT_SIMD_DECLARE_TEMPLATE(void, write_run_means, (const T* x, int64_t n, opmath_t<T> scale, int64_t count, T* out))
// sums[i] += x[i * step]
VT_SIMD_DECLARE_TEMPLATE(void, add_row, (const T* x, int64_t step, int64_t n, opmath_t<T>* sums))
// out[i] = x[i] / (scale * lengths[i]); lengths null: ones. From sums to means, and from their gradients to shares.
VT_SIMD_DECLARE_TEMPLATE(void, write_means,
                         (const opmath_t<T>* sums, const opmath_t<T>* lengths, opmath_t<T> scale, int64_t n, T* out))
VT_SIMD_DECLARE_TEMPLATE(void, write_shares,
                         (const T* grad, const opmath_t<T>* lengths, opmath_t<T> scale, int64_t n, opmath_t<T>* shares))
// sums[i * step] += shares[i]
VT_SIMD_DECLARE_TEMPLATE(void, add_shares, (const T* shares, int64_t n, int64_t step, T* sums))
// sums[i] += grad[i] where found[i] is `position`.
VT_SIMD_DECLARE_TEMPLATE(void, add_where_found,
                         (const T* grad, const uint8_t* found, uint8_t position, int64_t n, opmath_t<T>* sums))
// to[i] = from[i]
VT_SIMD_DECLARE_TEMPLATE(void, narrow_row, (const opmath_t<T>* from, int64_t n, T* to))

}  // namespace vt::cpu
