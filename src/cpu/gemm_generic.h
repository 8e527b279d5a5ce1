// The matrix kernels that need no packing: products with a vector, and matrices of integers and complex numbers.
#pragma once

#include <cstdint>

#include "cpu/gemm.h"
#include "cpu/simd_dispatch.h"

namespace vt::cpu {

// A vector result: y[i] = alpha * sum + beta * y[i] + bias[i], beta == 0 not reading y.
template <class T>
struct GemvTarget {
  T* y;
  int64_t stride;
  opmath_t<T> alpha;
  opmath_t<T> beta;
  const T* bias;  // null for none
  int64_t bias_stride;
};

template <class T>
struct MatrixKernels {
  using S = opmath_t<T>;
  // y[i], i in [begin, end): the dot product of row i of `a` (k long) with x.
  void (*gemv_rows)(int64_t begin, int64_t end, int64_t k, const T* a, int64_t lda, const T* x,
                    const GemvTarget<T>& target);
  // y[j], j in [begin, end): the sum over i < k of x[i * stride_x] * a[i, j].
  void (*gemv_columns)(int64_t begin, int64_t end, int64_t k, const T* a, int64_t lda, const T* x, int64_t stride_x,
                       const GemvTarget<T>& target);
  // C rows [begin, end) = alpha * A B + beta * C + bias: A's element (i, p) is at a[i * row_a + p * step_a]. Null for
  // the types that have packed kernels.
  void (*multiply_rows)(int64_t begin, int64_t end, int64_t n, int64_t k, S alpha, const T* a, int64_t row_a,
                        int64_t step_a, const T* b, int64_t ldb, S beta, T* c, int64_t ldc, const T* bias);
};

namespace v2 {
template <class T>
const MatrixKernels<T>* matrix_kernels();
}
namespace v3 {
template <class T>
const MatrixKernels<T>* matrix_kernels();
}
namespace v4 {
template <class T>
const MatrixKernels<T>* matrix_kernels();
}

// GEMM's T with a packed kernel; the others have multiply_rows.
template <class T>
inline constexpr bool kHasPackedGemm = false;
template <>
inline constexpr bool kHasPackedGemm<float> = true;
template <>
inline constexpr bool kHasPackedGemm<double> = true;
template <>
inline constexpr bool kHasPackedGemm<float16> = true;
template <>
inline constexpr bool kHasPackedGemm<bfloat16> = true;

}  // namespace vt::cpu
