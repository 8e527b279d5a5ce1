#include "ops/sparse/products.h"

namespace vt::sparse::VT_ISA {
namespace {

constexpr int64_t kBlock = 256;  // columns that a row is summed in at a time
constexpr int kLanes = 16;       // partial sums of a dot product

VT_ALWAYS_INLINE bool holds_row(const CsrPattern& p, int64_t row) {
  return p.begins[row] >= 0 && p.begins[row] <= p.begins[row + 1] && p.begins[row + 1] <= p.entries;
}
VT_ALWAYS_INLINE bool holds_column(const CsrPattern& p, int64_t column) { return column >= 0 && column < p.width; }

template <class T>
VT_ALWAYS_INLINE bool product_row(const CsrProduct<T>& p, int64_t row) {
  using Sum = wrapping_t<T>;
  const int64_t first = p.pattern.begins[row], last = p.pattern.begins[row + 1];
  Sum sums[kBlock];
  for (int64_t c = 0; c < p.n; c += kBlock) {
    const int64_t n = p.n - c < kBlock ? p.n - c : kBlock;
    for (int64_t i = 0; i < n; ++i) sums[i] = Sum(0);
    for (int64_t e = first; e < last; ++e) {
      const int64_t column = p.pattern.columns[e];
      if (!holds_column(p.pattern, column)) return false;
      const Sum factor = static_cast<Sum>(p.values[e]);
      const T* from = p.dense + column * p.n + c;
      for (int64_t i = 0; i < n; ++i) sums[i] += factor * static_cast<Sum>(from[i]);
    }
    T* to = p.out + row * p.n + c;
    for (int64_t i = 0; i < n; ++i) to[i] = static_cast<T>(sums[i]);
  }
  return true;
}

template <class T>
VT_ALWAYS_INLINE T dot(const T* x, const T* y, int64_t n) {
  using Sum = wrapping_t<T>;
  Sum lanes[kLanes];
  for (int j = 0; j < kLanes; ++j) lanes[j] = Sum(0);
  int64_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    for (int j = 0; j < kLanes; ++j) lanes[j] += static_cast<Sum>(x[i + j]) * static_cast<Sum>(y[i + j]);
  }
  for (int j = 0; i < n; ++i, ++j) lanes[j] += static_cast<Sum>(x[i]) * static_cast<Sum>(y[i]);
  for (int j = 1; j < kLanes; ++j) lanes[0] += lanes[j];
  return static_cast<T>(lanes[0]);
}

}  // namespace

template <class T>
int64_t csr_product(const CsrProduct<T>& p, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    if (!holds_row(p.pattern, row) || !product_row(p, row)) return row;
  }
  return -1;
}

template <class T>
int64_t csr_dots(const CsrDots<T>& p, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    if (!holds_row(p.pattern, row)) return row;
    for (int64_t e = p.pattern.begins[row]; e < p.pattern.begins[row + 1]; ++e) {
      const int64_t column = p.pattern.columns[e];
      if (!holds_column(p.pattern, column)) return row;
      p.out[e] = dot(p.left + row * p.n, p.right + column * p.n, p.n);
    }
  }
  return -1;
}

#define VT_INSTANTIATE(T)                                                  \
  template int64_t csr_product<T>(const CsrProduct<T>&, int64_t, int64_t); \
  template int64_t csr_dots<T>(const CsrDots<T>&, int64_t, int64_t);
VT_INSTANTIATE(uint8_t)
VT_INSTANTIATE(int8_t)
VT_INSTANTIATE(int16_t)
VT_INSTANTIATE(int32_t)
VT_INSTANTIATE(int64_t)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(complex<float>)
VT_INSTANTIATE(complex<double>)
#undef VT_INSTANTIATE

}  // namespace vt::sparse::VT_ISA
