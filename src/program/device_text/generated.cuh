// What generated kernels stand on besides the rows' own headers.
#pragma once

#define VT_HD __device__

#include <limits>

#include "core/convert.h"
#include "core/math.h"
#include "iter/cuda_divide.cuh"
#include "ops/pointwise/quantile_slope.h"
#include "ops/pointwise/scalar_functions.h"

namespace vt::program {

using vt::cuda::FastDivider;

// A value as a call of its own would have left it: neither compiler may join the row that made it with the one that
// reads it, as they join a product and a sum to one rounding. `zero` is 0, which they do not know.
inline float settled(float x, uint32_t zero) { return __uint_as_float(__float_as_uint(x) ^ zero); }
inline double settled(double x, uint32_t zero) {
  return __longlong_as_double(__double_as_longlong(x) ^ static_cast<long long>(zero));
}
template <class T>
inline T settled(T x, uint32_t) {
  return x;
}

// Neighbouring elements, read and written at once.
template <class T, int width>
struct alignas(sizeof(T) * width) Elements {
  T at[width];
};
template <int width, class T>
inline Elements<T, width> read(const T* from) {
  return *reinterpret_cast<const Elements<T, width>*>(from);
}
template <int width, class T>
inline void write(T* to, const Elements<T, width>& elements) {
  *reinterpret_cast<Elements<T, width>*>(to) = elements;
}

}  // namespace vt::program
