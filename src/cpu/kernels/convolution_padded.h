// Narrow planes with a step of 1, for convolution.simd.cpp alone.
//
// Note [Padded planes]
// A row of 14 outputs is less than a vector, and its ends look at every tap. So a narrow plane is copied with zeros
// around it, its rows `pitch` apart: then all outputs of the plane, and some between its rows that nobody wants, are
// one run, and every tap meets it at one distance. Zeros times an infinity would be NaN where there is nothing to
// multiply: planes and weights that are not finite are left to the loops that look.
#pragma once

#include "cpu/kernels/convolution_planes.h"

namespace vt::cpu::VT_ISA {

inline constexpr int64_t kPaddedWidth = 32;  // outputs of a row at most
inline constexpr int kPaddedStep = 16;       // the run is a multiple of it

// Of a multiple of kPaddedStep elements; lane by lane, as a sum that waits for itself would cost more than the
// products.
template <class A>
VT_ALWAYS_INLINE bool all_finite(const A* x, int64_t n) {
  A zeros[kPaddedStep] = {};
  for (int64_t i = 0; i < n; i += kPaddedStep) {
    for (int e = 0; e < kPaddedStep; ++e) zeros[e] += x[i + e] * A(0);
  }
  A sum = 0;
  for (int e = 0; e < kPaddedStep; ++e) sum += zeros[e];
  return sum == A(0);
}

template <class A>
struct PaddedPlane {
  static constexpr int64_t kRoom = 3072;
  int64_t pitch, run;  // the run of outputs, rounded up
  int64_t lowest[2];
  alignas(64) A data[kRoom];

  // False if the plane does not fit or is not finite.
  template <class T>
  VT_ALWAYS_INLINE bool copy(const ConvPlane<T>& p) {
    if (p.steps[0] != 1 || p.steps[1] != 1 || p.outputs[1] > kPaddedWidth) return false;
    int64_t highest[2];
    for (int d = 0; d < 2; ++d) {
      if (p.taps[d] == 0 || p.outputs[d] == 0) return false;
      lowest[d] = highest[d] = p.offsets[d][0];
      for (int64_t t = 1; t < p.taps[d]; ++t) {
        lowest[d] = p.offsets[d][t] < lowest[d] ? p.offsets[d][t] : lowest[d];
        highest[d] = p.offsets[d][t] > highest[d] ? p.offsets[d][t] : highest[d];
      }
    }
    pitch = p.outputs[1] + highest[1] - lowest[1];
    const int64_t rows = p.outputs[0] + highest[0] - lowest[0];
    run = ((p.outputs[0] - 1) * pitch + p.outputs[1] + kPaddedStep - 1) / kPaddedStep * kPaddedStep;
    const int64_t used = (rows * pitch + 2 * kPaddedStep - 1) / kPaddedStep * kPaddedStep;
    if (used > kRoom) return false;
    for (int64_t i = 0; i < used; ++i) data[i] = 0;
    for (int64_t r = 0; r < rows; ++r) {
      const int64_t at = r + lowest[0];
      if (at < 0 || at >= p.inputs[0]) continue;
      const int64_t first = lowest[1] < 0 ? 0 : lowest[1];
      const int64_t end = p.inputs[1] < pitch + lowest[1] ? p.inputs[1] : pitch + lowest[1];
      const T* from = p.input + at * p.inputs[1];
      A* to = data + r * pitch - lowest[1];
      for (int64_t i = first; i < end; ++i) to[i] = static_cast<A>(from[i]);
    }
    return all_finite(data, used);
  }
  // How far from an output what a tap meets is.
  template <class T>
  VT_ALWAYS_INLINE int64_t distance(const ConvPlane<T>& p, int64_t t) const {
    return (p.offsets[0][t / p.taps[1]] - lowest[0]) * pitch + p.offsets[1][t % p.taps[1]] - lowest[1];
  }
};

// out[i] = the products of Taps weights, or of any number, with what they meet.
template <int Taps, class A>
VT_ALWAYS_INLINE void sum_taps(const A* data, const int64_t* distances, const A* weight, int64_t taps, int64_t run,
                               A* __restrict out) {
  for (int64_t i = 0; i < run; i += kPaddedStep) {
    A sums[kPaddedStep] = {};
    for (int64_t t = 0; t < (Taps ? Taps : taps); ++t) {
      const A* x = data + distances[t] + i;
      for (int e = 0; e < kPaddedStep; ++e) sums[e] += weight[t] * x[e];
    }
    for (int e = 0; e < kPaddedStep; ++e) out[i + e] = sums[e];
  }
}

template <class T, class A>
VT_ALWAYS_INLINE bool add_padded_sums(const ConvPlane<T>& p, const A* weight, A* sums) {
  const int64_t taps = p.taps[0] * p.taps[1];
  A not_finite = 0;
  for (int64_t t = 0; t < taps; ++t) not_finite += weight[t] * A(0);
  PaddedPlane<A> plane;
  if (not_finite != A(0) || !plane.copy(p)) return false;
  int64_t distances[kMostPlaneTaps];
  for (int64_t t = 0; t < taps; ++t) distances[t] = plane.distance(p, t);
  alignas(64) A out[PaddedPlane<A>::kRoom];
  if (taps == 9) sum_taps<9>(plane.data, distances, weight, taps, plane.run, out);
  else sum_taps<0>(plane.data, distances, weight, taps, plane.run, out);
  for (int64_t r = 0; r < p.outputs[0]; ++r) {
    A* y = sums + r * p.outputs[1];
    const A* from = out + r * plane.pitch;
    for (int64_t i = 0; i < p.outputs[1]; ++i) y[i] += from[i];
  }
  return true;
}

template <class T, class A>
VT_ALWAYS_INLINE bool add_padded_products(const ConvPlane<T>& p, const T* grad, A* weight_grad) {
  PaddedPlane<A> plane;
  if (!plane.copy(p)) return false;
  // The gradient as the run of outputs lies.
  alignas(64) A g[PaddedPlane<A>::kRoom];
  for (int64_t i = 0; i < plane.run; ++i) g[i] = 0;
  for (int64_t r = 0; r < p.outputs[0]; ++r) {
    for (int64_t i = 0; i < p.outputs[1]; ++i) g[r * plane.pitch + i] = static_cast<A>(grad[r * p.outputs[1] + i]);
  }
  if (!all_finite(g, plane.run)) return false;
  const int64_t taps = p.taps[0] * p.taps[1];
  for (int64_t t = 0; t < taps; ++t) {
    const A* x = plane.data + plane.distance(p, t);
    A sums[kPaddedStep] = {};
    for (int64_t i = 0; i < plane.run; i += kPaddedStep) {
      for (int e = 0; e < kPaddedStep; ++e) sums[e] += g[i + e] * x[i + e];
    }
    for (int width = kPaddedStep / 2; width > 0; width /= 2) {
      for (int e = 0; e < width; ++e) sums[e] += sums[e + width];
    }
    weight_grad[t] += sums[0];
  }
  return true;
}

}  // namespace vt::cpu::VT_ISA
