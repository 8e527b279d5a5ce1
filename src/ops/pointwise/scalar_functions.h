// Scalar functions that bodies of pointwise rows share. Always inlined; the same on the CPU and in CUDA kernels.
#pragma once

#include "core/math.h"

namespace vt::pointwise {

inline constexpr double kPi = 3.14159265358979323846;
inline constexpr double kLn2 = 0.69314718055994530942;
inline constexpr double kLn10 = 2.30258509299404568402;
inline constexpr double kTwoOverSqrtPi = 1.12837916709551257390;

template <class T>
VT_HD_INLINE T logit_of(T x) {
  return m::log(x / (T(1) - x));
}
// eps < 0: none was given, and outside [0, 1] there is no value.
template <class T>
VT_HD_INLINE T logit_slope(T grad, T x, T eps) {
  const T low = eps < T(0) ? T(0) : eps, high = eps < T(0) ? T(1) : T(1) - eps;
  if (x < low || x > high) return eps < T(0) ? std::numeric_limits<T>::quiet_NaN() : T(0);
  return grad / m::abs(x * (T(1) - x));  // -0 is no other point than 0
}

template <class T>
VT_HD_INLINE T angle_of(T x) {
  return m::isnan(x) ? x : x < T(0) ? T(kPi) : T(0);
}
template <class T>
VT_HD_INLINE T angle_of(const complex<T>& z) {
  return m::angle(z);
}

// log(1 + e^x) without overflow.
template <class T>
VT_HD_INLINE T softplus_of(T x) {
  return m::max(x, T(0)) + m::log1p(m::exp(-m::abs(x)));
}
// Derivative of x sigmoid(x), s = sigmoid(x).
template <class T>
VT_HD_INLINE T silu_slope(T x, T s) {
  return s * (T(1) + x * (T(1) - s));
}
// Derivative of x tanh(softplus(x)), t = tanh(softplus(x)), s = sigmoid(x).
template <class T>
VT_HD_INLINE T mish_slope(T x, T t, T s) {
  return t + x * s * (T(1) - t * t);
}

// x times the normal distribution function, and its derivative.
template <class T>
VT_HD_INLINE T gelu_erf(T x) {
  return T(0.5) * x * (T(1) + m::erf(x * T(0.70710678118654752440)));
}
template <class T>
VT_HD_INLINE T gelu_erf_slope(T x) {
  const T distribution = T(0.5) * (T(1) + m::erf(x * T(0.70710678118654752440)));
  return distribution + x * T(0.39894228040143267794) * m::exp(T(-0.5) * x * x);
}
// 1 / (1 + 2^x), with 2^x in `power`. On the device two instructions and an addition, for an x whose own rounding
// errors weigh as much as theirs; there, results under 2^-126 are 0.
VT_HD_INLINE float logistic_exp2(float x, float& power) {
#ifdef __CUDA_ARCH__
  float result;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(power) : "f"(x));
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(1.0f + power));
  return result;
#else
  power = m::exp2(x);
  return 1.0f / (1.0f + power);
#endif
}
VT_HD_INLINE double logistic_exp2(double x, double& power) {
  power = m::exp2(x);
  return 1.0 / (1.0 + power);
}

// The same with the distribution approximated by (1 + tanh(u)) / 2, u = sqrt(2 / pi) (x + 0.044715 x^3), which is
// 1 / (1 + 2^(-2 u log2 e)): few instructions on a GPU and no cancellation far below 0.
template <class T>
VT_HD_INLINE T gelu_tanh_distribution(T x, T& power) {
  constexpr double kScale = -2 * 0.79788456080286535588 * 1.44269504088896340736;
  return logistic_exp2(x * (T(kScale) + T(kScale * 0.044715) * (x * x)), power);
}
template <class T>
VT_HD_INLINE T gelu_tanh(T x) {
  T power;
  return x * gelu_tanh_distribution(x, power);
}
template <class T>
VT_HD_INLINE T gelu_tanh_slope(T x) {
  T power;
  const T distribution = gelu_tanh_distribution(x, power);
  const T complement = distribution == T(0) ? T(1) : power * distribution;
  const T slope = T(2 * 0.79788456080286535588) + T(6 * 0.79788456080286535588 * 0.044715) * (x * x);
  return distribution + distribution * complement * (x * slope);
}

// start + weight (end - start), from the nearer end so that weight 1 gives `end` exactly.
template <class T, class W>
VT_HD_INLINE T lerped(T start, T end, W weight) {
  bool low;
  if constexpr (is_complex_v<W>) {
    low = m::abs(weight) < 0.5f;
  } else {
    low = m::abs(weight) < W(0.5);
  }
  return low ? start + weight * (end - start) : end - (end - start) * (W(1) - weight);
}

// NaN bounds win, as in PyTorch; where low > high the result is high.
template <class T>
VT_HD_INLINE T clamped(T x, T low, T high) {
  return m::min(m::max(x, low), high);
}

// Of a probability x and a target y: NaN where one of them is none.
template <class T>
VT_HD_INLINE T binary_cross_entropy_of(T x, T y) {
  // Selects between values that are there anyway: a logarithm behind a condition would keep the loop scalar.
  const T log_x = m::log(x), log_rest = m::log1p(-x);
  const T a = log_x < T(-100) ? T(-100) : log_x, b = log_rest < T(-100) ? T(-100) : log_rest;  // a NaN stays
  const T refused =
      static_cast<int>(y >= T(0)) & static_cast<int>(y <= T(1)) ? T(0) : std::numeric_limits<T>::quiet_NaN();
  return (y - T(1)) * b - y * a + refused;
}

// A shift by a negative number or by more than the width drives every bit out.
VT_HD_INLINE int64_t shifted_left(int64_t x, int64_t by) {
  return by < 0 || by > 63 ? 0 : static_cast<int64_t>(static_cast<uint64_t>(x) << by);
}
VT_HD_INLINE int64_t shifted_right(int64_t x, int64_t by) { return x >> (by < 0 || by > 63 ? 63 : by); }

VT_HD_INLINE int64_t greatest_divisor(int64_t a, int64_t b) {
  a = m::abs(a);
  b = m::abs(b);
  while (b != 0) {
    const int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

VT_HD_INLINE int64_t least_multiple(int64_t a, int64_t b) {
  const int64_t divisor = greatest_divisor(a, b);
  return divisor == 0 ? 0 : m::abs(static_cast<int64_t>(static_cast<uint64_t>(a / divisor) * static_cast<uint64_t>(b)));
}

}  // namespace vt::pointwise
