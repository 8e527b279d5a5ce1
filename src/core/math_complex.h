// vt::m for complex numbers, written in the real functions so that host and device agree.
// Principal values and branch cuts are C99's. Only core/math.h includes this.
#pragma once

#include "core/math.h"

namespace vt::m {

template <class T>
VT_HD_INLINE T abs(const complex<T>& z) {
  return hypot(z.re, z.im);
}
template <class T>
VT_HD_INLINE T angle(const complex<T>& z) {
  return atan2(z.im, z.re);
}
template <class T>
VT_HD_INLINE complex<T> conj(const complex<T>& z) {
  return {z.re, -z.im};
}
template <Ordered T>
VT_HD_INLINE T conj(T x) {
  return x;
}
template <class T>
VT_HD_INLINE bool isnan(const complex<T>& z) {
  return isnan(z.re) || isnan(z.im);
}
template <class T>
VT_HD_INLINE bool isinf(const complex<T>& z) {
  return isinf(z.re) || isinf(z.im);
}
template <class T>
VT_HD_INLINE bool isfinite(const complex<T>& z) {
  return isfinite(z.re) && isfinite(z.im);
}
// Whether |z| is so large that 1 beside z, or i, is nothing.
template <class T>
VT_HD_INLINE bool is_large(const complex<T>& z) {
  return max(abs(z.re), abs(z.im)) > T(1e18);
}
// What brings numbers close to the ends of T's range, where |z| is infinite or has lost its digits, to the middle of
// it: a power of 4. 1 elsewhere.
template <class T>
VT_HD_INLINE T range_scale(const complex<T>& z) {
  if (is_large(z)) return T(0x1p-60);
  return max(abs(z.re), abs(z.im)) < T(1e-18) ? T(0x1p108) : T(1);
}
// z / |z|, and 0 for 0, as torch.sgn.
template <class T>
VT_HD_INLINE complex<T> sgn(const complex<T>& z) {
  const T scale = range_scale(z);
  const complex<T> scaled(z.re * scale, z.im * scale);
  const T size = abs(scaled);
  if (size == T(0)) return {T(0), T(0)};
  return {scaled.re / size, scaled.im / size};
}
template <Ordered T>
VT_HD_INLINE T sgn(T x) {
  return sign(x);
}

template <class T>
VT_HD_INLINE complex<T> polar(T size, T phase) {
  return {size * cos(phase), size * sin(phase)};
}

template <class T>
VT_HD_INLINE complex<T> exp(const complex<T>& z) {
  if (z.im == T(0)) return {exp(z.re), z.im};
  if (isinf(z.re) && !isfinite(z.im)) {
    return z.re < T(0) ? complex<T>(T(0), T(0)) : complex<T>(z.re, std::numeric_limits<T>::quiet_NaN());
  }
  // In two halves, so that a finite result survives an overflowing e^re.
  const T half = exp(z.re * T(0.5));
  return {half * cos(z.im) * half, half * sin(z.im) * half};
}
template <class T>
VT_HD_INLINE complex<T> exp2(const complex<T>& z) {
  constexpr T kLn2 = T(0.69314718055994530942);
  return exp(complex<T>(z.re * kLn2, z.im * kLn2));
}
template <class T>
VT_HD_INLINE complex<T> expm1(const complex<T>& z) {
  // e^x cos y - 1 = expm1(x) cos y - 2 sin^2(y / 2)
  const T s = sin(z.im * T(0.5));
  const T em1 = expm1(z.re);
  return {em1 * cos(z.im) - T(2) * s * s, (em1 + T(1)) * sin(z.im)};
}

// log |z| keeps its digits near |z| = 1.
template <class T>
VT_HD_INLINE T log_abs(const complex<T>& z) {
  const T x = max(abs(z.re), abs(z.im));
  const T y = min(abs(z.re), abs(z.im));
  if (x > T(0.5) && x < T(2)) return T(0.5) * log1p((x - T(1)) * (x + T(1)) + y * y);
  const T scale = range_scale(z);
  constexpr T kLn2 = T(0.69314718055994530942);
  const T beyond = scale == T(1) ? T(0) : scale < T(1) ? T(60) * kLn2 : T(-108) * kLn2;
  return log(hypot(z.re * scale, z.im * scale)) + beyond;
}
// log |2z|: what inverse functions tend to.
template <class T>
VT_HD_INLINE T log_twice_abs(const complex<T>& z) {
  return log_abs(z) + T(0.69314718055994530942);
}
template <class T>
VT_HD_INLINE complex<T> log(const complex<T>& z) {
  return {log_abs(z), angle(z)};
}
template <class T>
VT_HD_INLINE complex<T> log2(const complex<T>& z) {
  constexpr T kScale = T(1.4426950408889634074);
  return {log_abs(z) * kScale, angle(z) * kScale};
}
template <class T>
VT_HD_INLINE complex<T> log10(const complex<T>& z) {
  constexpr T kScale = T(0.43429448190325182765);
  return {log_abs(z) * kScale, angle(z) * kScale};
}
template <class T>
VT_HD_INLINE complex<T> log1p(const complex<T>& z) {
  const T x = T(1) + z.re;
  if (abs(z.re) < T(0.5) && abs(z.im) < T(0.5)) {
    return {T(0.5) * log1p(z.re * (T(2) + z.re) + z.im * z.im), atan2(z.im, x)};
  }
  return log(complex<T>(x, z.im));
}

template <class T>
VT_HD_INLINE complex<T> sqrt(const complex<T>& z) {
  if (isinf(z.im)) return {std::numeric_limits<T>::infinity(), z.im};
  if (z.re == T(0) && z.im == T(0)) return {T(0), z.im};
  if (isinf(z.re)) {
    const T other = isnan(z.im) ? z.im : T(0);
    return z.re > T(0) ? complex<T>(z.re, copysign(other, z.im)) : complex<T>(other, copysign(-z.re, z.im));
  }
  const T scale = range_scale(z);
  const T back = scale == T(1) ? T(1) : scale < T(1) ? T(0x1p30) : T(0x1p-54);  // the root of 1 / scale
  const T half = back * sqrt(T(0.5) * (abs(z.re * scale) + hypot(z.re * scale, z.im * scale)));
  if (z.re >= T(0)) return {half, z.im / (T(2) * half)};
  return {abs(z.im) / (T(2) * half), copysign(half, z.im)};
}
template <class T>
VT_HD_INLINE complex<T> rsqrt(const complex<T>& z) {
  return complex<T>(T(1)) / sqrt(z);
}

template <class T>
VT_HD_INLINE complex<T> sinh(const complex<T>& z) {
  if (z.im == T(0)) return {sinh(z.re), z.im};
  return {sinh(z.re) * cos(z.im), cosh(z.re) * sin(z.im)};
}
template <class T>
VT_HD_INLINE complex<T> cosh(const complex<T>& z) {
  if (z.im == T(0)) return {cosh(z.re), z.im * (signbit(z.re) ? T(-0.0) : T(0))};
  return {cosh(z.re) * cos(z.im), sinh(z.re) * sin(z.im)};
}
template <class T>
VT_HD_INLINE complex<T> tanh(const complex<T>& z) {
  if (abs(z.re) > T(20)) {  // beyond here |tanh re| is 1 to the last bit
    const T decay = exp(-abs(z.re));
    return {copysign(T(1), z.re), T(4) * sin(z.im) * cos(z.im) * decay * decay};
  }
  // With t = tan y and s = sinh x: (c s (1 + t^2) + i t) / (1 + (1 + t^2) s^2), c = cosh x
  const T t = tan(z.im);
  const T beta = T(1) + t * t;
  const T s = sinh(z.re);
  const T c = sqrt(T(1) + s * s);
  if (isinf(t)) return {c / s, T(1) / t};
  const T denominator = T(1) + beta * s * s;
  return {beta * c * s / denominator, t / denominator};
}
template <class T>
VT_HD_INLINE complex<T> times_i(const complex<T>& z) {
  return {-z.im, z.re};
}
template <class T>
VT_HD_INLINE complex<T> over_i(const complex<T>& z) {
  return {z.im, -z.re};
}
template <class T>
VT_HD_INLINE complex<T> sin(const complex<T>& z) {
  return over_i(sinh(times_i(z)));
}
template <class T>
VT_HD_INLINE complex<T> cos(const complex<T>& z) {
  return cosh(times_i(z));
}
template <class T>
VT_HD_INLINE complex<T> tan(const complex<T>& z) {
  return over_i(tanh(times_i(z)));
}

// Kahan's forms: products of square roots, whose branch cuts are where they belong.
template <class T>
VT_HD_INLINE complex<T> asinh(const complex<T>& z) {
  if (is_large(z)) return {copysign(log_twice_abs(z), z.re), atan2(z.im, abs(z.re))};
  const complex<T> plus = sqrt(complex<T>(T(1) - z.im, z.re));    // sqrt(1 + iz)
  const complex<T> minus = sqrt(complex<T>(T(1) + z.im, -z.re));  // sqrt(1 - iz)
  return {asinh(plus.im * minus.re - plus.re * minus.im), atan2(z.im, plus.re * minus.re - plus.im * minus.im)};
}
template <class T>
VT_HD_INLINE complex<T> acos(const complex<T>& z) {
  if (is_large(z)) return {atan2(abs(z.im), z.re), copysign(log_twice_abs(z), -z.im)};
  const complex<T> minus = sqrt(complex<T>(T(1) - z.re, -z.im));
  const complex<T> plus = sqrt(complex<T>(T(1) + z.re, z.im));
  return {T(2) * atan2(minus.re, plus.re), asinh(plus.re * minus.im - plus.im * minus.re)};
}
template <class T>
VT_HD_INLINE complex<T> acosh(const complex<T>& z) {
  if (is_large(z)) return {log_twice_abs(z), angle(z)};
  const complex<T> minus = sqrt(complex<T>(z.re - T(1), z.im));
  const complex<T> plus = sqrt(complex<T>(z.re + T(1), z.im));
  return {asinh(minus.re * plus.re + minus.im * plus.im), T(2) * atan2(minus.im, plus.re)};
}
template <class T>
VT_HD_INLINE complex<T> atanh(const complex<T>& z) {
  const T x = abs(z.re);
  const T y = abs(z.im);
  if (x > T(1e9) || y > T(1e9)) {  // 1/z, whose square is below the last bit
    const complex<T> inverse = isinf(x) || isinf(y) ? complex<T>(T(0)) : complex<T>(T(1)) / z;
    return {copysign(abs(inverse.re), z.re), copysign(T(1.5707963267948966), z.im)};
  }
  const T gap = T(1) - x;
  const T square = y * y;
  const T real = T(0.25) * log1p(T(4) * x / (gap * gap + square));
  const T imag = T(0.5) * atan2(T(2) * y, gap * (T(1) + x) - square);
  return {copysign(real, z.re), copysign(imag, z.im)};
}
template <class T>
VT_HD_INLINE complex<T> asin(const complex<T>& z) {
  return over_i(asinh(times_i(z)));
}
template <class T>
VT_HD_INLINE complex<T> atan(const complex<T>& z) {
  return over_i(atanh(times_i(z)));
}

template <class T>
VT_HD_INLINE complex<T> sigmoid(const complex<T>& z) {
  return complex<T>(T(1)) / (complex<T>(T(1)) + exp(-z));
}

template <class T>
VT_HD_INLINE complex<T> pow(const complex<T>& base, const complex<T>& exponent) {
  if (exponent.re == T(0) && exponent.im == T(0)) return {T(1), T(0)};
  if (base.re == T(0) && base.im == T(0)) {
    return exponent.re > T(0) ? complex<T>(T(0), T(0))
                              : complex<T>(std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::quiet_NaN());
  }
  if (exponent.im == T(0)) {
    if (exponent.re == T(1)) return base;
    if (exponent.re == T(2)) return base * base;
    if (exponent.re == T(-1)) return complex<T>(T(1)) / base;
    if (exponent.re == T(0.5)) return sqrt(base);
  }
  return exp(exponent * log(base));
}

// log(e^a + e^b) from the one of larger real part.
template <class T>
VT_HD_INLINE complex<T> logaddexp(const complex<T>& a, const complex<T>& b) {
  if (isinf(a.re) && a.re == b.re && a.im == b.im) return a;
  const bool first = a.re >= b.re;
  const complex<T> top = first ? a : b, rest = first ? b : a;
  return top + log1p(exp(rest - top));
}

}  // namespace vt::m
