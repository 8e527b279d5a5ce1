#include "cpu/gemm_generic.h"

namespace vt::cpu::VT_ISA {

template <class T>
using Sum = wrapping_t<T>;

template <class T>
VT_ALWAYS_INLINE void finish(const GemvTarget<T>& target, int64_t i, Sum<T> sum) {
  Sum<T> value = static_cast<Sum<T>>(target.alpha) * sum;
  if (target.beta != opmath_t<T>(0))
    value += static_cast<Sum<T>>(target.beta) * static_cast<Sum<T>>(target.y[i * target.stride]);
  if (target.bias) value += static_cast<Sum<T>>(target.bias[i * target.bias_stride]);
  target.y[i * target.stride] = static_cast<T>(value);
}

// The sums are kept in `kLanes` independent ones, so that the loop vectorises without reordering within a lane.
template <class T>
void gemv_rows(int64_t begin, int64_t end, int64_t k, const T* a, int64_t lda, const T* x,
               const GemvTarget<T>& target) {
  constexpr int kLanes = 256 / sizeof(Sum<T>);
  for (int64_t i = begin; i < end; ++i) {
    const T* row = a + i * lda;
    Sum<T> lanes[kLanes] = {};
    int64_t p = 0;
    for (; p + kLanes <= k; p += kLanes) {
      for (int e = 0; e < kLanes; ++e) lanes[e] += static_cast<Sum<T>>(row[p + e]) * static_cast<Sum<T>>(x[p + e]);
    }
    for (int e = 0; p < k; ++p, ++e) lanes[e] += static_cast<Sum<T>>(row[p]) * static_cast<Sum<T>>(x[p]);
    for (int width = kLanes / 2; width > 0; width /= 2) {
      for (int e = 0; e < width; ++e) lanes[e] += lanes[e + width];
    }
    finish(target, i, lanes[0]);
  }
}

template <class T>
void gemv_columns(int64_t begin, int64_t end, int64_t k, const T* a, int64_t lda, const T* x, int64_t stride_x,
                  const GemvTarget<T>& target) {
  constexpr int kColumns = 256;
  for (int64_t j = begin; j < end; j += kColumns) {
    const int width = static_cast<int>(end - j < kColumns ? end - j : kColumns);
    Sum<T> sums[kColumns] = {};
    int64_t i = 0;
    for (; i + 4 <= k; i += 4) {
      const T* row = a + i * lda + j;
      const Sum<T> x0 = static_cast<Sum<T>>(x[i * stride_x]), x1 = static_cast<Sum<T>>(x[(i + 1) * stride_x]);
      const Sum<T> x2 = static_cast<Sum<T>>(x[(i + 2) * stride_x]), x3 = static_cast<Sum<T>>(x[(i + 3) * stride_x]);
      for (int e = 0; e < width; ++e) {
        sums[e] += (x0 * static_cast<Sum<T>>(row[e]) + x1 * static_cast<Sum<T>>(row[lda + e])) +
                   (x2 * static_cast<Sum<T>>(row[2 * lda + e]) + x3 * static_cast<Sum<T>>(row[3 * lda + e]));
      }
    }
    for (; i < k; ++i) {
      const Sum<T> xi = static_cast<Sum<T>>(x[i * stride_x]);
      for (int e = 0; e < width; ++e) sums[e] += xi * static_cast<Sum<T>>(a[i * lda + j + e]);
    }
    for (int e = 0; e < width; ++e) finish(target, j + e, sums[e]);
  }
}

template <class T>
void multiply_rows(int64_t begin, int64_t end, int64_t n, int64_t k, T alpha, const T* a, int64_t row_a, int64_t step_a,
                   const T* b, int64_t ldb, T beta, T* c, int64_t ldc, const T* bias) {
  constexpr int64_t kDepth = 128;  // rows of B that stay in cache while all rows of C pass
  using U = Sum<T>;
  for (int64_t i = begin; i < end; ++i) {
    T* row = c + i * ldc;
    for (int64_t j = 0; j < n; ++j) {
      T value = beta == T(0) ? T(0) : static_cast<T>(static_cast<U>(beta) * static_cast<U>(row[j]));
      if (bias) value = static_cast<T>(static_cast<U>(value) + static_cast<U>(bias[j]));
      row[j] = value;
    }
  }
  for (int64_t p0 = 0; p0 < k; p0 += kDepth) {
    const int64_t p1 = p0 + kDepth < k ? p0 + kDepth : k;
    for (int64_t i = begin; i < end; ++i) {
      T* row = c + i * ldc;
      for (int64_t p = p0; p < p1; ++p) {
        const U factor = static_cast<U>(static_cast<U>(alpha) * static_cast<U>(a[i * row_a + p * step_a]));
        const T* row_b = b + p * ldb;
        for (int64_t j = 0; j < n; ++j)
          row[j] = static_cast<T>(static_cast<U>(row[j]) + factor * static_cast<U>(row_b[j]));
      }
    }
  }
}

template <class T>
const MatrixKernels<T>* matrix_kernels() {
  if constexpr (kHasPackedGemm<T>) {
    static constexpr MatrixKernels<T> kKernels{&gemv_rows<T>, &gemv_columns<T>, nullptr};
    return &kKernels;
  } else {
    static constexpr MatrixKernels<T> kKernels{&gemv_rows<T>, &gemv_columns<T>, &multiply_rows<T>};
    return &kKernels;
  }
}

template const MatrixKernels<float>* matrix_kernels<float>();
template const MatrixKernels<double>* matrix_kernels<double>();
template const MatrixKernels<float16>* matrix_kernels<float16>();
template const MatrixKernels<bfloat16>* matrix_kernels<bfloat16>();
template const MatrixKernels<uint8_t>* matrix_kernels<uint8_t>();
template const MatrixKernels<int8_t>* matrix_kernels<int8_t>();
template const MatrixKernels<int16_t>* matrix_kernels<int16_t>();
template const MatrixKernels<int32_t>* matrix_kernels<int32_t>();
template const MatrixKernels<int64_t>* matrix_kernels<int64_t>();
template const MatrixKernels<complex<float>>* matrix_kernels<complex<float>>();
template const MatrixKernels<complex<double>>* matrix_kernels<complex<double>>();

}  // namespace vt::cpu::VT_ISA
