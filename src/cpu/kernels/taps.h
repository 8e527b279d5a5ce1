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
// Adds to y (inputs, inner) what each output of x (outputs, inner) was made of.
VT_SIMD_DECLARE_TEMPLATE(void, scatter_taps, (const TapTable<T>& table, int64_t inner, const T* x, T* y))

}  // namespace vt::cpu
