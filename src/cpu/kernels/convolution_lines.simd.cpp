#include "cpu/kernels/convolution_lines.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "core/half.h"
#include "core/macros.h"
#include "cpu/simd_transpose.h"

namespace vt::cpu::VT_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int kRegisters = 32;
#else
constexpr int kRegisters = 16;
#endif
constexpr int kRows = kRegisters == 32 ? 14 : 6;  // filters of a tile, with two vectors of columns
constexpr int kFew = kRegisters == 32 ? 6 : 2;    // of one with four
constexpr int kSlice = 256;                       // steps whose weights are read from L1

#define VT_LINE_LAMBDA __attribute__((always_inline))

// Calls f(i, v) with constants, so that the array that they index stays in registers.
template <int Rows, int Vectors, class F>
VT_ALWAYS_INLINE void each(const F& f) {
  [&]<int... At>(std::integer_sequence<int, At...>) VT_LINE_LAMBDA {
    (f(std::integral_constant<int, At / Vectors>{}, std::integral_constant<int, At % Vectors>{}), ...);
  }(std::make_integer_sequence<int, Rows * Vectors>{});
}

// weight: the steps' numbers for these rows beside each other.
template <class T, int Rows, int Vectors>
VT_NOINLINE void sum_tile(const T* line, const int64_t* offsets, int64_t steps, const T* weight, T* sums,
                          int64_t distance, bool add) {
  using S = Simd<T>;
  typename S::Vector acc[Rows][Vectors];
  if (add) {
    each<Rows, Vectors>([&](auto i, auto v)
                            VT_LINE_LAMBDA { acc[i][v] = S::load(sums + i * distance + v * S::kWidth); });
  } else {
    each<Rows, Vectors>([&](auto i, auto v) VT_LINE_LAMBDA { acc[i][v] = typename S::Vector{}; });
  }
  for (int64_t k = 0; k < steps; ++k, weight += Rows) {
    const T* from = line + offsets[k];
    typename S::Vector x[Vectors];
    for (int v = 0; v < Vectors; ++v) x[v] = S::load(from + v * S::kWidth);
    each<Rows, Vectors>([&](auto i, auto v) VT_LINE_LAMBDA { acc[i][v] += x[v] * weight[i]; });
  }
  each<Rows, Vectors>([&](auto i, auto v) VT_LINE_LAMBDA { S::store(sums + i * distance + v * S::kWidth, acc[i][v]); });
}

template <class T>
using SumTile = void (*)(const T*, const int64_t*, int64_t, const T*, T*, int64_t, bool);

template <class T, int Vectors, int... Rows>
SumTile<T> tile_of(int64_t rows, std::integer_sequence<int, Rows...>) {
  static constexpr SumTile<T> kTiles[] = {&sum_tile<T, Rows + 1, Vectors>...};
  return kTiles[rows - 1];
}

// 4 filters by kSteps steps; beyond the last one there it is again, and its sums are left.
constexpr int kFilters = 4;
constexpr int kSteps = kRegisters == 32 ? 4 : 2;

template <class T>
VT_NOINLINE void gradient_tile(const ConvLines<T>& lines, int64_t first, int64_t end, int64_t image, int64_t images,
                               const T* const (&grad)[kFilters], int64_t grad_distance, const int64_t (&at)[kSteps],
                               T (&sums)[kFilters * kSteps]) {
  using S = Simd<T>;
  typename S::Vector acc[kFilters * kSteps];
  each<kFilters, kSteps>([&](auto f, auto k) VT_LINE_LAMBDA { acc[f * kSteps + k] = typename S::Vector{}; });
  for (int64_t n = image; n < image + images; ++n) {
    const T* line = lines.data + n * lines.image_distance;
    const int64_t g = n * grad_distance;
    for (int64_t p = first; p < end; p += S::kWidth) {
      typename S::Vector of_grad[kFilters], x[kSteps];
      for (int f = 0; f < kFilters; ++f) of_grad[f] = S::load(grad[f] + g + p);
      for (int k = 0; k < kSteps; ++k) x[k] = S::load(line + at[k] + p);
      each<kFilters, kSteps>([&](auto f, auto k) VT_LINE_LAMBDA { acc[f * kSteps + k] += of_grad[f] * x[k]; });
    }
  }
  static_assert(kFilters * kSteps % S::kWidth == 0);
  for (int i = 0; i < kFilters * kSteps; i += S::kWidth) S::store(sums + i, S::sum_rows(acc + i));
}

// Filters [first, first + rows) of each panel.
struct Panel {
  int64_t first, rows;
};
Panel panel_of(int64_t filters, int64_t i) {
  const int64_t panels = (filters + kRows - 1) / kRows, first = i * filters / panels;
  return {first, (i + 1) * filters / panels - first};
}

}  // namespace

// Slices of steps, in them panels, in them the steps' numbers beside each other.
template <class T>
void pack_conv_weight(const T* weight, int64_t filters, int64_t steps, T* packed) {
  for (int64_t k = 0; k < steps; k += kSlice) {
    const int64_t count = std::min<int64_t>(kSlice, steps - k);
    for (int64_t i = 0, done = 0; done < filters; ++i) {
      const Panel p = panel_of(filters, i);
      T* to = packed + k * filters + p.first * count;
      for (int64_t row = 0; row < p.rows; ++row) {
        const T* from = weight + (p.first + row) * steps + k;
        for (int64_t s = 0; s < count; ++s) to[s * p.rows + row] = from[s];
      }
      done = p.first + p.rows;
    }
  }
}

template <class T>
void conv_line_sums(const ConvLines<T>& lines, const T* packed, int64_t filters, T* sums, int64_t distance) {
  constexpr auto all = std::make_integer_sequence<int, kRows>{};
  constexpr auto few = std::make_integer_sequence<int, kFew>{};
  for (int64_t k = 0; k < lines.steps; k += kSlice) {
    const int64_t steps = std::min<int64_t>(kSlice, lines.steps - k);
    for (int64_t i = 0, done = 0; done < filters; ++i) {
      const Panel panel = panel_of(filters, i);
      const T* weight = packed + k * filters + panel.first * steps;
      const SumTile<T> tile = tile_of<T, 2>(panel.rows, all);
      // Few rows need more columns to hide the latency of their sums.
      const SumTile<T> wide = panel.rows <= kFew ? tile_of<T, 4>(panel.rows, few) : nullptr;
      for (int64_t n = 0; n < lines.images; ++n) {
        const T* line = lines.data + n * lines.image_distance;
        T* to = sums + (n * filters + panel.first) * distance;
        int64_t p = 0;
        for (; wide && p + 2 * Simd<T>::kWidth < lines.columns; p += 4 * Simd<T>::kWidth) {
          wide(line + p, lines.offsets + k, steps, weight, to + p, distance, k > 0);
        }
        for (; p < lines.columns; p += 2 * Simd<T>::kWidth) {
          tile(line + p, lines.offsets + k, steps, weight, to + p, distance, k > 0);
        }
      }
      done = panel.first + panel.rows;
    }
  }
}

template <class T>
void conv_line_gradient(const ConvLines<T>& lines, const T* grad, int64_t filters, int64_t distance,
                        int64_t image_distance, T* weight_grad, int64_t weight_distance) {
  constexpr int64_t kBlock = 1024;  // columns whose gradients stay in L1 while all steps meet them
  const int64_t whole = (lines.columns + Simd<T>::kWidth - 1) / Simd<T>::kWidth * Simd<T>::kWidth;
  const int64_t together = std::clamp<int64_t>(kBlock / whole, 1, lines.images);
  for (int64_t image = 0; image < lines.images; image += together) {
    const int64_t images = std::min(together, lines.images - image);
    for (int64_t first = 0; first < whole; first += kBlock) {
      const int64_t end = std::min(whole, first + kBlock);
      for (int64_t f = 0; f < filters; f += kFilters) {
        const T* of_grad[kFilters];
        for (int i = 0; i < kFilters; ++i) of_grad[i] = grad + std::min(f + i, filters - 1) * distance;
        for (int64_t k = 0; k < lines.steps; k += kSteps) {
          int64_t at[kSteps];
          for (int i = 0; i < kSteps; ++i) at[i] = lines.offsets[std::min(k + i, lines.steps - 1)];
          alignas(64) T sums[kFilters * kSteps];
          gradient_tile<T>(lines, first, end, image, images, of_grad, image_distance, at, sums);
          for (int64_t i = 0; i < kFilters && f + i < filters; ++i) {
            for (int64_t j = 0; j < kSteps && k + j < lines.steps; ++j) {
              weight_grad[(f + i) * weight_distance + k + j] += sums[i * kSteps + j];
            }
          }
        }
      }
    }
  }
}

template <class T>
bool conv_all_finite(const T* from, int64_t count) {
  using Bits = std::conditional_t<sizeof(T) == 8, uint64_t, std::conditional_t<sizeof(T) == 4, uint32_t, uint16_t>>;
  constexpr Bits kExponent = sizeof(T) == 8               ? static_cast<Bits>(0x7ff0000000000000)
                             : sizeof(T) == 4             ? static_cast<Bits>(0x7f800000)
                             : std::is_same_v<T, float16> ? static_cast<Bits>(0x7c00)
                                                          : static_cast<Bits>(0x7f80);
  typedef Bits Word __attribute__((may_alias));
  const Word* words = reinterpret_cast<const Word*>(from);
  Bits found = 0;
  for (int64_t i = 0; i < count; ++i) found |= static_cast<Bits>((words[i] & kExponent) == kExponent);
  return found == 0;
}
template bool conv_all_finite<float>(const float*, int64_t);
template bool conv_all_finite<double>(const double*, int64_t);
template bool conv_all_finite<float16>(const float16*, int64_t);
template bool conv_all_finite<bfloat16>(const bfloat16*, int64_t);

#define VT_INSTANTIATE(T)                                                               \
  template void pack_conv_weight<T>(const T*, int64_t, int64_t, T*);                    \
  template void conv_line_sums<T>(const ConvLines<T>&, const T*, int64_t, T*, int64_t); \
  template void conv_line_gradient<T>(const ConvLines<T>&, const T*, int64_t, int64_t, int64_t, T*, int64_t);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
#undef VT_INSTANTIATE

}  // namespace vt::cpu::VT_ISA
