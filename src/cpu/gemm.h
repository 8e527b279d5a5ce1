// Matrix products on the CPU: packed, blocked, with a micro-kernel per SIMD level.
//
// All matrices are row-major. C (m, n) = alpha * op(A) (m, k) * op(B) (k, n) + beta * C + bias, where op(X) is X or, if
// transposed, the transpose of the matrix stored. beta == 0 means that C is not read (it may hold NaN); alpha == 0 or
// k == 0 that A and B are not. The result must not overlap the inputs. Geometry is the caller's to check.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "core/macros.h"

namespace vt::cpu {

// T: float, double, float16, bfloat16 (both accumulated in float), complex<float>, complex<double> and the integers
// (which wrap around). `bias` (n) is added to every row, null for none. Uses the thread pool.
template <class T>
VT_API void gemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, opmath_t<T> alpha, const T* a,
                 int64_t lda, const T* b, int64_t ldb, opmath_t<T> beta, T* c, int64_t ldc, const T* bias = nullptr);

// `batch` products of the same shape, whose matrices lie stride_x elements apart; a stride of 0 shares A or B.
template <class T>
VT_API void gemm_batched(bool trans_a, bool trans_b, int64_t batch, int64_t m, int64_t n, int64_t k, opmath_t<T> alpha,
                         const T* a, int64_t lda, int64_t stride_a, const T* b, int64_t ldb, int64_t stride_b,
                         opmath_t<T> beta, T* c, int64_t ldc, int64_t stride_c);

}  // namespace vt::cpu
