// Weighted sums of neighbours along one dim of a dense tensor, and their transpose.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "cpu/simd_dispatch.h"

namespace vt::cpu {

// Output o reads counts[o] of the `width` inputs at places[o * width], with the weights there (null: one of weight 1).
template <class T>
struct TapTable {
  int64_t outputs, width;
  const int64_t* places;
  const int64_t* counts;
  const T* weights;
  bool full;  // every output reads `width` inputs
};

// y (outputs, inner) for outputs [begin, end) of x (inputs, inner).
VT_SIMD_DECLARE_TEMPLATE(void, gather_taps,
                         (const TapTable<T>& table, int64_t begin, int64_t end, int64_t inner, const T* x, T* y))
// Rows of uint8: `weights` times 2^shift are the weights, and sums are rounded half up and limited to 0 to 255.
struct ByteTaps {
  int64_t width;
  const int64_t* places;
  const int64_t* counts;
  const int16_t* weights;
  int shift;
};
VT_SIMD_DECLARE(void, gather_byte_taps,
                (const ByteTaps& table, int64_t begin, int64_t end, int64_t inner, const uint8_t* x, uint8_t* y))
// Adds to y (inputs, inner) what each output of x (outputs, inner) was made of.
VT_SIMD_DECLARE_TEMPLATE(void, scatter_taps, (const TapTable<T>& table, int64_t inner, const T* x, T* y))

}  // namespace vt::cpu
