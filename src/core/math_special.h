// Special functions of one real: lgamma, digamma, trigamma, erfinv. Only core/math.h includes this.
#pragma once

#include "core/math.h"

namespace vt::m {

VT_HD_INLINE float lgamma(float x) {
#ifdef __CUDA_ARCH__
  return ::lgammaf(x);
#else
  int sign;  // the reentrant form: plain lgamma writes a global
  return __builtin_lgammaf_r(x, &sign);
#endif
}
VT_HD_INLINE double lgamma(double x) {
#ifdef __CUDA_ARCH__
  return ::lgamma(x);
#else
  int sign;
  return __builtin_lgamma_r(x, &sign);
#endif
}

namespace detail {
// pi / tan(pi x) with the period taken out first, so that large x keep their fraction.
VT_HD_INLINE double pi_cotangent(double x) {
  constexpr double kPi = 3.14159265358979323846;
  const double fraction = x - rint(x);
  return kPi / tan(kPi * fraction);
}
}  // namespace detail

// d/dx lgamma(x). Infinite with the opposite sign at 0, NaN at the negative integers.
VT_HD_INLINE double digamma(double x) {
  if (x == 0.0) return copysign(__builtin_inf(), -x);
  double result = 0.0;
  if (x < 0.0) {
    if (x == trunc(x)) return __builtin_nan("");
    result = -detail::pi_cotangent(x);  // reflection
    x = 1.0 - x;
  }
  while (x < 10.0) {  // recurrence up to where the asymptotic series holds
    result -= 1.0 / x;
    x += 1.0;
  }
  if (x > 1e17) return result + log(x);
  // The series log x - 1/(2x) - sum B_2k / (2k x^2k).
  const double z = 1.0 / (x * x);
  double p = 1.0 / 12.0;
  p = p * z - 691.0 / 32760.0;
  p = p * z + 1.0 / 132.0;
  p = p * z - 1.0 / 240.0;
  p = p * z + 1.0 / 252.0;
  p = p * z - 1.0 / 120.0;
  p = p * z + 1.0 / 12.0;
  return result + log(x) - 0.5 / x - p * z;
}

// The second derivative of lgamma.
VT_HD_INLINE double trigamma(double x) {
  double result = 0.0;
  double sign = 1.0;
  if (x < 0.5) {  // reflection: trigamma(x) + trigamma(1 - x) = (pi / sin(pi x))^2
    constexpr double kPi = 3.14159265358979323846;
    const double s = kPi / sin(kPi * (x - rint(x)));
    result = s * s;
    sign = -1.0;
    x = 1.0 - x;
  }
  while (x < 10.0) {
    result += sign / (x * x);
    x += 1.0;
  }
  // The series 1/x + 1/(2x^2) + sum B_2k / x^(2k + 1).
  const double z = 1.0 / (x * x);
  double p = 7.0 / 6.0;
  p = p * z - 691.0 / 2730.0;
  p = p * z + 5.0 / 66.0;
  p = p * z - 1.0 / 30.0;
  p = p * z + 1.0 / 42.0;
  p = p * z - 1.0 / 30.0;
  p = p * z + 1.0 / 6.0;
  return result + sign * (1.0 / x + 0.5 * z + p * z / x);
}

// The y with erf(y) = x. Infinite at +-1, NaN beyond.
VT_HD_INLINE double erfinv(double x) {
  const double a = abs(x);
  if (!(a < 1.0)) return a == 1.0 ? copysign(__builtin_inf(), x) : __builtin_nan("");
  if (a < 1e-9) return x * 0.88622692545275801365;  // sqrt(pi) / 2
  // Start within 2e-3 by inverting erf(y)^2 = 1 - exp(-y^2 (4/pi + c y^2) / (1 + c y^2)), then two steps of third
  // order.
  constexpr double kShape = 0.147;
  const double logarithm = log1p(-a * a);
  const double t = 2.0 / (3.14159265358979323846 * kShape) + 0.5 * logarithm;
  double y = sqrt(sqrt(t * t - logarithm / kShape) - t);
  for (int step = 0; step < 2; ++step) {
    // Near 1 the difference of complements keeps the digits that erf(y) - a would lose.
    const double error = a < 0.5 ? erf(y) - a : (1.0 - a) - erfc(y);
    const double newton = error * 0.88622692545275801365 * exp(y * y);
    y -= newton / (1.0 + y * newton);
  }
  return copysign(y, x);
}

#define VT_MATH_THROUGH_DOUBLE(name)                                                            \
  VT_HD_INLINE float name(float x) { return static_cast<float>(name(static_cast<double>(x))); } \
  template <Half T>                                                                             \
  VT_HD_INLINE T name(T x) {                                                                    \
    return T(name(static_cast<float>(x)));                                                      \
  }
VT_MATH_THROUGH_DOUBLE(digamma)
VT_MATH_THROUGH_DOUBLE(trigamma)
VT_MATH_THROUGH_DOUBLE(erfinv)
#undef VT_MATH_THROUGH_DOUBLE
template <Half T>
VT_HD_INLINE T lgamma(T x) {
  return T(lgamma(static_cast<float>(x)));
}

}  // namespace vt::m
