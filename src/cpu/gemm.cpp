#include "cpu/gemm.h"

#include <algorithm>
#include <type_traits>

#include "cpu/amx.h"
#include "cpu/gemm_few.h"
#include "cpu/gemm_generic.h"
#include "cpu/gemm_kernels.h"
#include "cpu/gemm_packed.h"
#include "cpu/scratch.h"
#include "cpu/thread_pool.h"

namespace vt::cpu {
namespace {

constexpr int64_t kSerialWork = 96 * 96 * 96;  // multiplications below which one thread is faster
constexpr int64_t kBatchWork = 1 << 18;        // m n k per chunk of a batch, at least

template <class T>
const GemmKernels& packed_kernels() {
  if constexpr (std::is_same_v<T, float>) return *gemm_kernels_f32();
  else if constexpr (std::is_same_v<T, double>) return *gemm_kernels_f64();
  else if constexpr (std::is_same_v<T, float16>) return *gemm_kernels_f32_from_f16();
  else if (amx_has_bf16()) return *gemm_kernels_bf16_amx();
  else return simd_has_bf16() ? *gemm_kernels_bf16_dot() : *gemm_kernels_f32_from_bf16();
}

template <class T>
constexpr GemmOutput output_of() {
  if constexpr (std::is_same_v<T, bfloat16>) return GemmOutput::Bfloat16;
  else if constexpr (std::is_same_v<T, float16>) return GemmOutput::Float16;
  else return GemmOutput::Same;
}

template <class T>
const MatrixKernels<T>& matrix_kernels() {
  return *pick_simd(&v2::matrix_kernels<T>, &v3::matrix_kernels<T>, &v4::matrix_kernels<T>)();
}

// C = beta * C + bias, for products without terms.
template <class T, class S>
void scale(int64_t m, int64_t n, S beta, T* c, int64_t ldc, const T* bias) {
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      S value = beta == S(0) ? S(0) : static_cast<S>(beta * static_cast<S>(c[i * ldc + j]));
      if (bias) value = static_cast<S>(value + static_cast<S>(bias[j]));
      c[i * ldc + j] = static_cast<T>(value);
    }
  }
}

template <class T>
T* copy_transposed(const T* from, int64_t rows, int64_t columns, int64_t ld, T* to) {
  constexpr int64_t kTile = 16;
  for (int64_t i0 = 0; i0 < rows; i0 += kTile) {
    for (int64_t j = 0; j < columns; ++j) {
      for (int64_t i = i0; i < std::min(i0 + kTile, rows); ++i) to[j * rows + i] = from[i * ld + j];
    }
  }
  return to;
}

// One row or one column of C: the matrix is read once, by rows or by columns as it lies.
template <class T>
void gemv(bool matrix_transposed, int64_t outputs, int64_t k, const T* matrix, int64_t ld, const T* x, int64_t stride_x,
          const GemvTarget<T>& target) {
  const MatrixKernels<T>& kernels = matrix_kernels<T>();
  const int64_t grain = std::max<int64_t>(1, kSerialWork / 4 / std::max<int64_t>(k, 1));
  if (!matrix_transposed) {  // element (i, p) at i * ld + p: dot products
    Scratch contiguous(stride_x == 1 ? 0 : k * static_cast<int64_t>(sizeof(T)));
    if (stride_x != 1) {
      T* copy = contiguous.as<T>();
      for (int64_t p = 0; p < k; ++p) copy[p] = x[p * stride_x];
      x = copy;
    }
    parallel_for(0, outputs, grain, [&](int64_t b, int64_t e) { kernels.gemv_rows(b, e, k, matrix, ld, x, target); });
  } else {
    parallel_for(0, outputs, std::max<int64_t>(grain, 256),
                 [&](int64_t b, int64_t e) { kernels.gemv_columns(b, e, k, matrix, ld, x, stride_x, target); });
  }
}

}  // namespace

template <class T>
void gemm(bool trans_a, bool trans_b, int64_t m, int64_t n, int64_t k, opmath_t<T> alpha, const T* a, int64_t lda,
          const T* b, int64_t ldb, opmath_t<T> beta, T* c, int64_t ldc, const T* bias) {
  using S = opmath_t<T>;
  if (m <= 0 || n <= 0) return;
  if (k <= 0 || alpha == S(0)) return scale<T, S>(m, n, beta, c, ldc, bias);
  if (m == 1) return gemv<T>(!trans_b, n, k, b, ldb, a, trans_a ? lda : 1, {c, 1, alpha, beta, bias, 1});
  if (n == 1) return gemv<T>(trans_a, m, k, a, lda, b, trans_b ? 1 : ldb, {c, ldc, alpha, beta, bias, 0});
  if constexpr (kHasPackedGemm<T>) {
    const GemmTarget target{c, ldc, static_cast<double>(alpha), static_cast<double>(beta), bias, output_of<T>()};
    const GemmKernels& kernels = packed_kernels<T>();
    const GemmOperand left{a, lda, trans_a}, right{b, ldb, trans_b};
    if (gemm_few(kernels, m, n, k, left, right, target, sizeof(T))) return;
    gemm_packed(kernels, m, n, k, left, right, target, sizeof(T));
  } else {
    Scratch transposed(trans_b ? k * n * static_cast<int64_t>(sizeof(T)) : 0);
    if (trans_b) {
      b = copy_transposed(b, n, k, ldb, transposed.as<T>());
      ldb = n;
    }
    const int64_t grain = std::max<int64_t>(1, kSerialWork / 4 / std::max<int64_t>(n * k, 1));
    parallel_for(0, m, grain, [&](int64_t begin, int64_t end) {
      matrix_kernels<T>().multiply_rows(begin, end, n, k, alpha, a, trans_a ? 1 : lda, trans_a ? lda : 1, b, ldb, beta,
                                        c, ldc, bias);
    });
  }
}

template <class T>
void gemm_batched(bool trans_a, bool trans_b, int64_t batch, int64_t m, int64_t n, int64_t k, opmath_t<T> alpha,
                  const T* a, int64_t lda, int64_t stride_a, const T* b, int64_t ldb, int64_t stride_b,
                  opmath_t<T> beta, T* c, int64_t ldc, int64_t stride_c) {
  if (batch > 1 && stride_b == 0 && !trans_a && stride_a == m * lda && stride_c == m * ldc) {
    return gemm<T>(false, trans_b, batch * m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);  // one tall product
  }
  auto run = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      gemm<T>(trans_a, trans_b, m, n, k, alpha, a + i * stride_a, lda, b + i * stride_b, ldb, beta, c + i * stride_c,
              ldc);
    }
  };
  // A few large products share the threads one after the other, many products are spread over them.
  if (batch < get_num_threads() * 2 && m * n * k > kSerialWork * 8) run(0, batch);
  else parallel_for(0, batch, std::max<int64_t>(1, kBatchWork / std::max<int64_t>(m * n * k, 1)), run);
}

#define VT_GEMM_INSTANTIATE(T)                                                                                    \
  template void gemm<T>(bool, bool, int64_t, int64_t, int64_t, opmath_t<T>, const T*, int64_t, const T*, int64_t, \
                        opmath_t<T>, T*, int64_t, const T*);                                                      \
  template void gemm_batched<T>(bool, bool, int64_t, int64_t, int64_t, int64_t, opmath_t<T>, const T*, int64_t,   \
                                int64_t, const T*, int64_t, int64_t, opmath_t<T>, T*, int64_t, int64_t);
VT_GEMM_INSTANTIATE(float)
VT_GEMM_INSTANTIATE(double)
VT_GEMM_INSTANTIATE(float16)
VT_GEMM_INSTANTIATE(bfloat16)
VT_GEMM_INSTANTIATE(uint8_t)
VT_GEMM_INSTANTIATE(int8_t)
VT_GEMM_INSTANTIATE(int16_t)
VT_GEMM_INSTANTIATE(int32_t)
VT_GEMM_INSTANTIATE(int64_t)
VT_GEMM_INSTANTIATE(complex<float>)
VT_GEMM_INSTANTIATE(complex<double>)
#undef VT_GEMM_INSTANTIATE

}  // namespace vt::cpu
