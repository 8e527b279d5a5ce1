#include "cpu/kernels/pooling.h"
#include "cpu/kernels/row_loops.h"
#include "cpu/simd_transpose.h"

namespace vt::cpu::VT_ISA {
namespace {

// Calls f(i, i * step) for i < n, with a step that the compiler knows where windows lie beside each other.
template <class F>
VT_ALWAYS_INLINE void for_steps(int64_t step, int64_t n, F f) {
  if (step == 1) {
    for (int64_t i = 0; i < n; ++i) f(i, i);
  } else if (step == 2) {
    for (int64_t i = 0; i < n; ++i) f(i, 2 * i);
  } else {
    for (int64_t i = 0; i < n; ++i) f(i, step * i);
  }
}

}  // namespace

template <class T>
void take_greater(const T* __restrict x, int64_t step, int64_t n, int32_t position, opmath_t<T>* __restrict best,
                  int32_t* __restrict found) {
  using A = opmath_t<T>;
  for_steps(step, n, [&](int64_t i, int64_t at) VT_ROW_LAMBDA {
    const A v = static_cast<A>(x[at]), b = best[i];
    const bool taken = (v > b) | (v != v);
    best[i] = taken ? v : b;
    found[i] = taken ? position : found[i];
  });
}

// Sixteen sums of every sixteenth element, on all levels, whose halves are added up to a vector.
template <class T>
VT_ALWAYS_INLINE typename Simd<opmath_t<T>>::Vector lane_sums(const T* __restrict x, int64_t n) {
  using A = opmath_t<T>;
  constexpr int kLanes = 16;
  A sums[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int e = 0; e < kLanes; ++e) sums[e] += static_cast<A>(x[i + e]);
  }
  for (int e = 0; i + e < n; ++e) sums[e] += static_cast<A>(x[i + e]);
  for (int width = kLanes / 2; width >= Simd<A>::kWidth; width /= 2) {
    for (int e = 0; e < width; ++e) sums[e] += sums[e + width];
  }
  return Simd<A>::load(sums);
}

template <class T>
void write_run_means(const T* x, int64_t n, opmath_t<T> scale, int64_t count, T* out) {
  using S = Simd<opmath_t<T>>;
  for (int64_t i = 0; i < count; i += S::kWidth) {
    const int64_t rows = count - i < S::kWidth ? count - i : S::kWidth;
    typename S::Vector sums[S::kWidth] = {};
    for (int64_t r = 0; r < rows; ++r) sums[r] = lane_sums(x + (i + r) * n, n);
    const typename S::Vector means = S::sum_rows(sums) / scale;
    for (int64_t r = 0; r < rows; ++r) out[i + r] = static_cast<T>(means[r]);
  }
}

template <class T>
void add_row(const T* __restrict x, int64_t step, int64_t n, opmath_t<T>* __restrict sums) {
  for_steps(step, n, [&](int64_t i, int64_t at) VT_ROW_LAMBDA { sums[i] += static_cast<opmath_t<T>>(x[at]); });
}

template <class T>
void write_means(const opmath_t<T>* __restrict sums, const opmath_t<T>* __restrict lengths, opmath_t<T> scale,
                 int64_t n, T* __restrict out) {
  if (lengths) {
    for (int64_t i = 0; i < n; ++i) out[i] = static_cast<T>(sums[i] / (scale * lengths[i]));
  } else {
    for (int64_t i = 0; i < n; ++i) out[i] = static_cast<T>(sums[i] / scale);
  }
}

template <class T>
void write_shares(const T* __restrict grad, const opmath_t<T>* __restrict lengths, opmath_t<T> scale, int64_t n,
                  opmath_t<T>* __restrict shares) {
  using A = opmath_t<T>;
  if (lengths) {
    for (int64_t i = 0; i < n; ++i) shares[i] = static_cast<A>(grad[i]) / (scale * lengths[i]);
  } else {
    for (int64_t i = 0; i < n; ++i) shares[i] = static_cast<A>(grad[i]) / scale;
  }
}

template <class T>
void add_shares(const T* __restrict shares, int64_t n, int64_t step, T* __restrict sums) {
  for_steps(step, n, [&](int64_t i, int64_t at) VT_ROW_LAMBDA { sums[at] += shares[i]; });
}

template <class T>
void add_where_found(const T* __restrict grad, const uint8_t* __restrict found, uint8_t position, int64_t n,
                     opmath_t<T>* __restrict sums) {
  using A = opmath_t<T>;
  for (int64_t i = 0; i < n; ++i) sums[i] += found[i] == position ? static_cast<A>(grad[i]) : A(0);
}

template <class T>
void narrow_row(const opmath_t<T>* __restrict from, int64_t n, T* __restrict to) {
  for (int64_t i = 0; i < n; ++i) to[i] = static_cast<T>(from[i]);
}

#define VT_INSTANTIATE_MAX(T)                                                                 \
  template void take_greater<T>(const T*, int64_t, int64_t, int32_t, opmath_t<T>*, int32_t*); \
  template void narrow_row<T>(const opmath_t<T>*, int64_t, T*);
#define VT_INSTANTIATE(T)                                                                          \
  VT_INSTANTIATE_MAX(T)                                                                            \
  template void write_run_means<T>(const T*, int64_t, opmath_t<T>, int64_t, T*);                   \
  template void add_row<T>(const T*, int64_t, int64_t, opmath_t<T>*);                              \
  template void write_means<T>(const opmath_t<T>*, const opmath_t<T>*, opmath_t<T>, int64_t, T*);  \
  template void write_shares<T>(const T*, const opmath_t<T>*, opmath_t<T>, int64_t, opmath_t<T>*); \
  template void add_where_found<T>(const T*, const uint8_t*, uint8_t, int64_t, opmath_t<T>*);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
VT_INSTANTIATE_MAX(uint8_t)
VT_INSTANTIATE_MAX(int8_t)
VT_INSTANTIATE_MAX(int16_t)
VT_INSTANTIATE_MAX(int32_t)
VT_INSTANTIATE_MAX(int64_t)
#undef VT_INSTANTIATE
#undef VT_INSTANTIATE_MAX
template void add_shares<float>(const float*, int64_t, int64_t, float*);
template void add_shares<double>(const double*, int64_t, int64_t, double*);

}  // namespace vt::cpu::VT_ISA
