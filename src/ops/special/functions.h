// Special functions of reals in double, for the rows of functions.def. On the host they are compiled once, in
// definitions.cpp; a .cu includes definitions.h and has its own.
#pragma once

#include "ops/pointwise/scalar_functions.h"
#include "ops/special/dtype_rule.h"

namespace vt::pointwise {

inline constexpr double kSqrtHalf = 0.70710678118654752440;
inline constexpr double kNormalDensity = 0.39894228040143267794;  // of 0: 1 / sqrt(2 pi)

// x = mantissa 2^exponent with a mantissa of 0.5 to 1; 0, infinities and NaN are their own mantissa, with an exponent
// of 0.
VT_HD_INLINE float binary_parts(float x, int& exponent) {
#ifdef __CUDA_ARCH__
  return ::frexpf(x, &exponent);
#else
  return __builtin_frexpf(x, &exponent);
#endif
}
VT_HD_INLINE double binary_parts(double x, int& exponent) {
#ifdef __CUDA_ARCH__
  return ::frexp(x, &exponent);
#else
  return __builtin_frexp(x, &exponent);
#endif
}
template <class T>
VT_HD_INLINE T binary_mantissa(T x) {
  int exponent;
  return m::isfinite(x) ? binary_parts(x, exponent) : x;
}
template <class T>
VT_HD_INLINE T binary_exponent(T x) {
  int exponent = 0;
  if (m::isfinite(x)) binary_parts(x, exponent);
  return T(exponent);
}

}  // namespace vt::pointwise

#ifdef __CUDACC__
#include "ops/special/definitions.h"
#else

namespace vt::special {

// Bessel functions, of order 0 and 1. The suffix e: times e^-|x|, or e^x for k.
double j0(double x);
double j1(double x);
double y0(double x);
double y1(double x);
double i0(double x);
double i0e(double x);
double i1(double x);
double i1e(double x);
double k0(double x);
double k0e(double x);
double k1(double x);
double k1e(double x);
double spherical_j0(double x);
double airy_ai(double x);

// e^(x^2) erfc(x); the normal distribution function, its logarithm and its inverse.
double erfcx(double x);
double ndtr(double x);
double log_ndtr(double x);
double ndtri(double p);

// sum over k of (q + k)^-x; the derivatives of digamma; the regularized lower and upper incomplete gamma function.
double zeta(double x, double q);
double polygamma(double x, double order);
double gammainc(double a, double x);
double gammaincc(double a, double x);

// Orthogonal polynomials of degree n, truncated to an integer; 0 below 0. `largest`: NaN above it.
double chebyshev_t(double x, double n);
double chebyshev_u(double x, double n);
double chebyshev_v(double x, double n);
double chebyshev_w(double x, double n);
double hermite_h(double x, double n, int largest);
double hermite_he(double x, double n, int largest);
double laguerre_l(double x, double n);
double legendre_p(double x, double n);

}  // namespace vt::special

#endif
