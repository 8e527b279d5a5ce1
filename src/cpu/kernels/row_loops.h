// Reductions along a row that vectorise without reassociating by themselves. For *.simd.cpp units only.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "core/macros.h"
#include "core/math.h"

#if defined(__AVX512F__)
#define VT_ROW_BYTES 256
#elif defined(__AVX2__)
#define VT_ROW_BYTES 128
#else
#define VT_ROW_BYTES 64
#endif

// Lambdas given to these loops are written VT_ROW_LAMBDA so that they are inlined into them.
#define VT_ROW_LAMBDA __attribute__((always_inline))

namespace vt::cpu::VT_ISA {

template <class A>
inline constexpr int kRowLanes = VT_ROW_BYTES / sizeof(A);

// Independent partial results of a reduction.
template <class A>
struct Lanes {
  A value[kRowLanes<A>];

  explicit VT_ALWAYS_INLINE Lanes(A start) {
    for (int e = 0; e < kRowLanes<A>; ++e) value[e] = start;
  }
  VT_ALWAYS_INLINE A sum() const {
    A folded[kRowLanes<A>];
    for (int e = 0; e < kRowLanes<A>; ++e) folded[e] = value[e];
    for (int width = kRowLanes<A> / 2; width > 0; width /= 2) {
      for (int e = 0; e < width; ++e) folded[e] += folded[e + width];
    }
    return folded[0];
  }
  VT_ALWAYS_INLINE A max() const {
    A result = value[0];
    for (int e = 1; e < kRowLanes<A>; ++e) result = value[e] > result ? value[e] : result;
    return result;
  }
};

// Calls body(lane, i) for every i < n, lane = i modulo the number of lanes.
template <class A, class F>
VT_ALWAYS_INLINE void for_lanes(int64_t n, F body) {
  int64_t i = 0;
  for (; i + kRowLanes<A> <= n; i += kRowLanes<A>) {
    for (int e = 0; e < kRowLanes<A>; ++e) body(e, i + e);
  }
  for (int e = 0; i < n; ++i, ++e) body(e, i);
}

}  // namespace vt::cpu::VT_ISA
