// A square of vectors transposed, or summed along its rows, in registers. For *.simd.cpp units only.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "core/macros.h"

#if defined(__AVX512F__)
#define VT_VECTOR_BYTES 64
#elif defined(__AVX2__)
#define VT_VECTOR_BYTES 32
#else
#define VT_VECTOR_BYTES 16
#endif

namespace vt::cpu::VT_ISA {

template <class T>
struct Simd {  // T is a 4- or 8-byte number
  static constexpr int kWidth = VT_VECTOR_BYTES / sizeof(T);
  using Index = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;
  typedef T Vector __attribute__((vector_size(VT_VECTOR_BYTES)));
  typedef T Unaligned __attribute__((vector_size(VT_VECTOR_BYTES), aligned(1), may_alias));
  typedef Index IndexVector __attribute__((vector_size(VT_VECTOR_BYTES)));

  static VT_ALWAYS_INLINE Vector load(const void* p) { return *static_cast<const Unaligned*>(p); }
  static VT_ALWAYS_INLINE void store(void* p, Vector v) { *static_cast<Unaligned*>(p) = v; }

  // One stage of the butterfly: exchanges the blocks of size Half off the diagonal.
  template <int Half, int... Lane>
  static VT_ALWAYS_INLINE void exchange(Vector* rows, std::integer_sequence<int, Lane...>) {
    constexpr IndexVector low = {((Lane & Half) == 0 ? Lane : kWidth + Lane - Half)...};
    constexpr IndexVector high = {((Lane & Half) == 0 ? Lane + Half : kWidth + Lane)...};
#pragma GCC unroll 16
    for (int i = 0; i < kWidth; ++i) {
      if ((i & Half) != 0) continue;
      const Vector a = rows[i], b = rows[i + Half];
      rows[i] = __builtin_shuffle(a, b, low);
      rows[i + Half] = __builtin_shuffle(a, b, high);
    }
  }

  template <int N, int... Lane>
  static VT_ALWAYS_INLINE Vector each_nth(Vector v, std::integer_sequence<int, Lane...>) {
    if constexpr (N == 1) return v;
    constexpr IndexVector from = {(Lane * N % kWidth)...};
    return __builtin_shuffle(v, from);
  }

  // Adds up pairs of blocks of Half lanes: rows i and i + Count / 2 become one row, a single row its own sums.
  template <int Half, int Count, int... Lane>
  static VT_ALWAYS_INLINE void fold(Vector* rows, std::integer_sequence<int, Lane...>) {
    constexpr IndexVector low = {((Lane & Half) == 0 ? Lane : kWidth + Lane - Half)...};
    constexpr IndexVector high = {((Lane & Half) == 0 ? Lane + Half : kWidth + Lane)...};
#pragma GCC unroll 8
    for (int i = 0; i < (Count + 1) / 2; ++i) {
      const Vector a = rows[i], b = rows[i + Count / 2];
      rows[i] = __builtin_shuffle(a, b, low) + __builtin_shuffle(a, b, high);
    }
  }

  // Lane i of what comes back is the sum of rows[i], i < Count, a power of two; the rows are used up.
  template <int Count = kWidth>
  static VT_ALWAYS_INLINE Vector sum_rows(Vector* rows) {
    constexpr auto lanes = std::make_integer_sequence<int, kWidth>{};
    constexpr auto left = [](int folds) { return Count >> folds > 0 ? Count >> folds : 1; };
    constexpr int kFirst = kWidth / 2;
    fold<kFirst, left(0)>(rows, lanes);
    if constexpr (kFirst > 1) fold<kFirst / 2, left(1)>(rows, lanes);
    if constexpr (kFirst > 2) fold<kFirst / 4, left(2)>(rows, lanes);
    if constexpr (kFirst > 4) fold<kFirst / 8, left(3)>(rows, lanes);
    return each_nth<kWidth / Count>(rows[0], lanes);
  }

  // rows[i][j] becomes rows[j][i].
  static VT_ALWAYS_INLINE void transpose(Vector* rows) {
    constexpr auto lanes = std::make_integer_sequence<int, kWidth>{};
    if constexpr (kWidth > 8) exchange<8>(rows, lanes);
    if constexpr (kWidth > 4) exchange<4>(rows, lanes);
    if constexpr (kWidth > 2) exchange<2>(rows, lanes);
    exchange<1>(rows, lanes);
  }
};

}  // namespace vt::cpu::VT_ISA
