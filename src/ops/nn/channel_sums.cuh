// Two sums of a channel's elements, or of a group's, for the norms of channels on CUDA. A thread takes a few elements
// at a time, sums those in their opmath type and adds that up in double.
#pragma once

#include <cstdint>

#include "core/macros.h"

namespace vt {

struct ChannelSums {
  double a = 0, b = 0;
  __device__ __forceinline__ ChannelSums operator+(const ChannelSums& o) const { return {a + o.a, b + o.b}; }
};

/// Adds distances from `centre`, one of the elements, and their squares: an offset that all elements have costs no
/// digits. Each few are summed around their own mean first, because in float the centre may be far from the others.
template <int N, typename A>
__device__ __forceinline__ void add_moments(ChannelSums& sums, A centre, const A (&x)[N]) {
  A distance = 0, squares = 0;
#pragma unroll
  for (int i = 1; i < N; ++i) distance += x[i] - x[0];
  distance /= static_cast<A>(N);
#pragma unroll
  for (int i = 0; i < N; ++i) {
    const A rest = x[i] - x[0] - distance;
    squares += rest * rest;
  }
  const double mean = static_cast<double>(x[0]) - static_cast<double>(centre) + static_cast<double>(distance);
  sums.a += N * mean;
  sums.b += static_cast<double>(squares) + N * mean * mean;
}

/// Adds gradients, and their products with the elements' distances from the mean.
template <int N, typename A>
__device__ __forceinline__ void add_gradients(ChannelSums& sums, A mean, const A (&x)[N], const A (&grad)[N]) {
  A sum = 0, products = 0;
#pragma unroll
  for (int i = 0; i < N; ++i) {
    sum += grad[i];
    products += grad[i] * (x[i] - mean);
  }
  sums.a += static_cast<double>(sum);
  sums.b += static_cast<double>(products);
}

template <typename A>
__device__ __forceinline__ A at_or(const A* from, int64_t i, A otherwise) {
  return from != nullptr ? from[i] : otherwise;
}

}  // namespace vt
