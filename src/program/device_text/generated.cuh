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

// A value as a call of its own would have left it: the compiler may not join the row that made it with the one that
// reads it, as it joins a product and a sum to one rounding.
inline float settled(float x) {
  asm("" : "+f"(x));
  return x;
}
inline double settled(double x) {
  asm("" : "+d"(x));
  return x;
}
template <class T>
inline T settled(T x) {
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
