#include "cpu/kernels/taps.h"

#include <algorithm>

namespace vt::cpu::VT_ISA {
namespace {

// Rows of a fixed number of inputs, so that a row of outputs is written once.
template <int Width, class T>
VT_ALWAYS_INLINE void gather_fixed(const TapTable<T>& t, int64_t begin, int64_t end, int64_t inner, const T* x, T* y) {
  for (int64_t o = begin; o < end; ++o) {
    const T* rows[Width];
    T weights[Width];
    for (int k = 0; k < Width; ++k) {
      rows[k] = x + t.places[o * Width + k] * inner;
      weights[k] = t.weights[o * Width + k];
    }
    T* out = y + o * inner;
    for (int64_t i = 0; i < inner; ++i) {
      T sum = rows[0][i] * weights[0];
      for (int k = 1; k < Width; ++k) sum += rows[k][i] * weights[k];
      out[i] = sum;
    }
  }
}

}  // namespace

template <class T>
void gather_taps(const TapTable<T>& t, int64_t begin, int64_t end, int64_t inner, const T* x, T* y) {
  if constexpr (sizeof(T) >= 4) {
    if (t.weights && t.full && t.width == 2) return gather_fixed<2>(t, begin, end, inner, x, y);
    if (t.weights && t.full && t.width == 4) return gather_fixed<4>(t, begin, end, inner, x, y);
    if (t.weights) {
      for (int64_t o = begin; o < end; ++o) {
        T* out = y + o * inner;
        for (int64_t i = 0; i < inner; ++i) out[i] = 0;
        for (int64_t k = o * t.width; k < o * t.width + t.counts[o]; ++k) {
          const T* row = x + t.places[k] * inner;
          for (int64_t i = 0; i < inner; ++i) out[i] += row[i] * t.weights[k];
        }
      }
      return;
    }
  }
  for (int64_t o = begin; o < end; ++o) {
    const T* row = x + t.places[o] * inner;
    T* out = y + o * inner;
    for (int64_t i = 0; i < inner; ++i) out[i] = row[i];
  }
}

void gather_byte_taps(const ByteTaps& t, int64_t begin, int64_t end, int64_t inner, const uint8_t* x, uint8_t* y) {
  constexpr int64_t kBlock = 128;
  const int32_t half = (1 << t.shift) / 2;
  const auto rounded = [&](int32_t sum) { return static_cast<uint8_t>(std::clamp(sum >> t.shift, 0, 255)); };
  for (int64_t o = begin; o < end; ++o) {
    const int64_t *places = t.places + o * t.width, count = t.counts[o];
    const int16_t* weights = t.weights + o * t.width;
    uint8_t* out = y + o * inner;
    if (inner < 4) {
      for (int64_t i = 0; i < inner; ++i) {
        int32_t sum = half;
        for (int64_t k = 0; k < count; ++k) sum += int32_t(weights[k]) * x[places[k] * inner + i];
        out[i] = rounded(sum);
      }
      continue;
    }
    for (int64_t first = 0; first < inner; first += kBlock) {
      const int64_t n = std::min(kBlock, inner - first);
      int32_t sums[kBlock];
      for (int64_t i = 0; i < n; ++i) sums[i] = half;
      for (int64_t k = 0; k < count; ++k) {
        const uint8_t* row = x + places[k] * inner + first;
        const int32_t weight = weights[k];
        for (int64_t i = 0; i < n; ++i) sums[i] += weight * row[i];
      }
      for (int64_t i = 0; i < n; ++i) out[first + i] = rounded(sums[i]);
    }
  }
}

template <class T>
void scatter_taps(const TapTable<T>& t, int64_t inner, const T* x, T* y) {
  for (int64_t o = 0; o < t.outputs; ++o) {
    const T* row = x + o * inner;
    for (int64_t k = o * t.width; k < o * t.width + t.counts[o]; ++k) {
      T* out = y + t.places[k] * inner;
      const T weight = t.weights ? t.weights[k] : T(1);
      for (int64_t i = 0; i < inner; ++i) out[i] += row[i] * weight;
    }
  }
}

#define VT_INSTANTIATE(T) template void gather_taps<T>(const TapTable<T>&, int64_t, int64_t, int64_t, const T*, T*);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(uint16_t)
VT_INSTANTIATE(uint8_t)
#undef VT_INSTANTIATE
template void scatter_taps<float>(const TapTable<float>&, int64_t, const float*, float*);
template void scatter_taps<double>(const TapTable<double>&, int64_t, const double*, double*);

}  // namespace vt::cpu::VT_ISA
