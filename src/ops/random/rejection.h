// One gamma or binomial number by rejection, from any source of uniforms and normals: the CPU's engine or one element's
// Philox blocks. A Source has `double unit()` in [0, 1) and `double normal()`.
#pragma once

#include <cmath>

#include "core/macros.h"

namespace vt::random {

// Squeeze and rejection on the cube of a shifted normal (Marsaglia and Tsang, 2000); scale 1. Below shape 1 a number of
// shape + 1 is scaled down. T is the dtype of the shape, in which its first steps are taken.
template <class T, class Source>
VT_HD_INLINE double gamma_variate(Source& source, T shape) {
  double scale = 1;
  if (shape < T(1)) {
    if (shape == T(0)) return 0;
    scale = std::pow(1.0 - source.unit(), static_cast<double>(T(1) / shape));
    shape += T(1);
  }
  const double d = shape - T(1.0f / 3.0f);
  const double c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    double normal = source.normal();
    while (1.0 + c * normal <= 0) normal = source.normal();
    const double root = 1.0 + c * normal;
    const double cube = root * root * root;
    const double u = 1.0 - source.unit();
    const double square = normal * normal;
    // The bound of the squeeze is the float nearest to 0.0331, as in the streams that this has to give.
    const bool squeezed = u < 1.0 - static_cast<double>(0.0331f) * square * square;
    if (squeezed || std::log(u) < 0.5 * square + d * (1.0 - cube + std::log(cube))) return scale * d * cube;
  }
}

// Below, T is the dtype of the parameters, in which they are combined before anything is drawn; draws are compared in
// double.

// log(k!) less Stirling's approximation of it about k + 1.
template <class T>
VT_HD_INLINE T stirling_remainder(T k) {
  constexpr double kFirst[] = {0.0810614667953272,  0.0413406959554092, 0.0276779256849983, 0.02079067210376509,
                               0.0166446911898211,  0.0138761288230707, 0.0118967099458917, 0.0104112652619720,
                               0.00925546218271273, 0.00833056343336287};
  if (k < T(10)) return static_cast<T>(kFirst[static_cast<int>(k)]);
  const T square = (k + T(1)) * (k + T(1));
  return static_cast<T>((1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + T(1)));
}

// The failures between successes are geometric: counts those that fit into `count` trials. For count * p < 10.
template <class T, class Source>
VT_HD_INLINE T binomial_by_gaps(Source& source, T count, T p) {
  const double log_miss = std::log1p(-p);
  double trials = 0;
  T successes = 0;
  while (true) {
    trials += std::ceil(std::log(source.unit()) / log_miss);
    if (trials > count) return successes;
    successes += T(1);
  }
}

// Transformed rejection with squeeze (Hoermann, 1993, algorithm BTRS). For count * p >= 10 and p <= 1/2.
template <class T, class Source>
VT_HD_INLINE T binomial_by_rejection(Source& source, T count, T p) {
  const double deviation = std::sqrt(count * p * (T(1) - p));
  const double b = 1.15 + 2.53 * deviation;
  const double a = -0.0873 + 0.0248 * b + 0.01 * p;
  const double c = count * p + 0.5;
  const double v_r = 0.92 - 4.2 / b;
  const double odds = p / (T(1) - p);
  const double alpha = (2.83 + 5.1 / b) * deviation;
  const T mode = std::floor((count + T(1)) * p);
  while (true) {
    const double u = source.unit() - 0.5;
    const double v = source.unit();
    const double us = 0.5 - std::abs(u);
    const T k = static_cast<T>(std::floor((2 * a / us + b) * u + c));
    if (us >= 0.07 && v <= v_r) return k;
    if (k < T(0) || k > count) continue;
    const double left = std::log(v * alpha / (a / (us * us) + b));
    const double above_mode = static_cast<double>(count) - mode + 1;
    const double right = (mode + 0.5) * std::log((mode + 1.0) / (odds * above_mode)) +
                         (count + T(1)) * std::log(above_mode / (count - k + T(1))) +
                         (k + 0.5) * std::log(odds * (count - k + T(1)) / (k + T(1))) + stirling_remainder(mode) +
                         stirling_remainder(static_cast<T>(static_cast<double>(count) - mode)) - stirling_remainder(k) -
                         stirling_remainder(count - k);
    if (left <= right) return k;
  }
}

// Successes in `count` trials of probability p; NaN where one of them is none.
template <class T, class Source>
VT_HD_INLINE T binomial_variate(Source& source, T count, T p) {
  if (count <= T(0) || p <= T(0)) return 0;
  if (p >= T(1)) return count;
  if (std::isnan(p) || std::isnan(count)) return count * p;
  const T rarer = p <= T(0.5) ? p : T(1) - p;
  const T k =
      count * rarer >= T(10) ? binomial_by_rejection(source, count, rarer) : binomial_by_gaps(source, count, rarer);
  return p <= T(0.5) ? k : count - k;
}

}  // namespace vt::random
