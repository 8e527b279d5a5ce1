// vt::m: the scalar functions that pointwise bodies are written in, the same names on the CPU and in CUDA kernels.
//
// Overloaded for float, double, float16 and bfloat16 (computed in float), complex (core/math_complex.h) and, where
// PyTorch allows them, integers. On the host the float versions of the common functions are branch-free polynomials
// that vectorise; double calls libm. NaN, infinities and signed zeros behave as in C99 unless a comment says otherwise.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

#include "core/complex.h"
#include "core/half.h"
#include "core/macros.h"
#include "core/math_float.h"
#include "core/math_trig.h"

namespace vt::m {

template <class T>
concept Integer = std::is_integral_v<T>;
template <class T>
concept Half = std::is_same_v<T, float16> || std::is_same_v<T, bfloat16>;
template <class T>
concept Real = std::is_floating_point_v<T>;
template <class T>
concept Ordered = Integer<T> || Real<T> || Half<T>;

namespace detail {
// x < 0 without comparing an unsigned number with zero, which compilers warn about.
template <Ordered T>
VT_HD_INLINE bool is_negative(T x) {
  if constexpr (std::is_unsigned_v<T>) {
    return false;
  } else {
    return x < T(0);
  }
}
}  // namespace detail

// A function of one real: VT_MATH_UNARY(name, host float expression). The device and double use C's own.
#ifdef __CUDA_ARCH__
#define VT_MATH_UNARY(name, host_float)                     \
  VT_HD_INLINE float name(float x) { return ::name##f(x); } \
  VT_HD_INLINE double name(double x) { return ::name(x); }  \
  template <Half T>                                         \
  VT_HD_INLINE T name(T x) {                                \
    return T(name(static_cast<float>(x)));                  \
  }
#else
#define VT_MATH_UNARY(name, host_float)                              \
  VT_HD_INLINE float name(float x) { return host_float; }            \
  VT_HD_INLINE double name(double x) { return __builtin_##name(x); } \
  template <Half T>                                                  \
  VT_HD_INLINE T name(T x) {                                         \
    return T(name(static_cast<float>(x)));                           \
  }
#endif

VT_MATH_UNARY(exp, detail::exp_float(x))
VT_MATH_UNARY(exp2, detail::exp2_float(x))
VT_MATH_UNARY(expm1, detail::expm1_float(x))
VT_MATH_UNARY(log, detail::log_float(x))
VT_MATH_UNARY(log2, detail::log2_float(x))
VT_MATH_UNARY(log1p, detail::log1p_float(x))
VT_MATH_UNARY(log10, __builtin_log10f(x))
VT_MATH_UNARY(sin, detail::sin_float(x))
VT_MATH_UNARY(cos, detail::cos_float(x))
VT_MATH_UNARY(tan, __builtin_tanf(x))
VT_MATH_UNARY(asin, __builtin_asinf(x))
VT_MATH_UNARY(acos, __builtin_acosf(x))
VT_MATH_UNARY(atan, __builtin_atanf(x))
VT_MATH_UNARY(sinh, detail::sinh_float(x))
VT_MATH_UNARY(cosh, detail::cosh_float(x))
VT_MATH_UNARY(tanh, detail::tanh_float(x))
VT_MATH_UNARY(asinh, __builtin_asinhf(x))
VT_MATH_UNARY(acosh, __builtin_acoshf(x))
VT_MATH_UNARY(atanh, __builtin_atanhf(x))
VT_MATH_UNARY(erf, detail::erf_float(x))
VT_MATH_UNARY(erfc, __builtin_erfcf(x))
VT_MATH_UNARY(sqrt, __builtin_sqrtf(x))
VT_MATH_UNARY(floor, __builtin_floorf(x))
VT_MATH_UNARY(ceil, __builtin_ceilf(x))
VT_MATH_UNARY(trunc, __builtin_truncf(x))
VT_MATH_UNARY(rint, __builtin_rintf(x))
#undef VT_MATH_UNARY

// Half to even, as Python's round and torch.round.
template <class T>
  requires(Real<T> || Half<T>)
VT_HD_INLINE T round(T x) {
  return rint(x);
}
#define VT_MATH_INTEGER_IDENTITY(name) \
  template <Integer T>                 \
  VT_HD_INLINE T name(T x) {           \
    return x;                          \
  }
VT_MATH_INTEGER_IDENTITY(floor)
VT_MATH_INTEGER_IDENTITY(ceil)
VT_MATH_INTEGER_IDENTITY(trunc)
VT_MATH_INTEGER_IDENTITY(round)
#undef VT_MATH_INTEGER_IDENTITY

// 1 / x for x >= 1 or NaN, infinity included. On the device without the branch that a division takes, so that the
// elements of a thread overlap; within two units of the last place there.
VT_HD_INLINE float reciprocal_from_one(float x) {
#ifdef __CUDA_ARCH__
  const float scale = x > 0x1p100f ? 0x1p-24f : 1.0f;  // keeps the quotient of a large x normal until the end
  return __fdividef(1.0f, x * scale) * scale;
#else
  return 1.0f / x;
#endif
}
VT_HD_INLINE double reciprocal_from_one(double x) { return 1.0 / x; }

VT_HD_INLINE float sigmoid(float x) {
#ifdef __CUDA_ARCH__
  return reciprocal_from_one(1.0f + ::expf(-x));
#else
  return detail::sigmoid_float(x);
#endif
}
VT_HD_INLINE double sigmoid(double x) { return 1.0 / (1.0 + exp(-x)); }

#ifdef __CUDA_ARCH__
VT_HD_INLINE float rsqrt(float x) { return ::rsqrtf(x); }
VT_HD_INLINE double rsqrt(double x) { return ::rsqrt(x); }
#else
VT_HD_INLINE float rsqrt(float x) { return 1.0f / __builtin_sqrtf(x); }
VT_HD_INLINE double rsqrt(double x) { return 1.0 / __builtin_sqrt(x); }
#endif
template <Half T>
VT_HD_INLINE T sigmoid(T x) {
  return T(sigmoid(static_cast<float>(x)));
}
template <Half T>
VT_HD_INLINE T rsqrt(T x) {
  return T(rsqrt(static_cast<float>(x)));
}

// ---- classification and sign ----

template <class T>
  requires(Real<T> || Half<T>)
VT_HD_INLINE bool isnan(T x) {
  return x != x;
}
VT_HD_INLINE bool isinf(float x) { return (vt::detail::float_bits(x) & 0x7fffffffu) == 0x7f800000u; }
VT_HD_INLINE bool isinf(double x) { return x == __builtin_inf() || x == -__builtin_inf(); }
template <Half T>
VT_HD_INLINE bool isinf(T x) {
  return isinf(static_cast<float>(x));
}
template <class T>
  requires(Real<T> || Half<T>)
VT_HD_INLINE bool isfinite(T x) {
  return (x - x) == 0;
}
template <Integer T>
VT_HD_INLINE bool isnan(T) {
  return false;
}
template <Integer T>
VT_HD_INLINE bool isinf(T) {
  return false;
}
template <Integer T>
VT_HD_INLINE bool isfinite(T) {
  return true;
}

VT_HD_INLINE bool signbit(float x) { return (vt::detail::float_bits(x) >> 31) != 0; }
VT_HD_INLINE bool signbit(double x) { return __builtin_signbit(x) != 0; }
template <Half T>
VT_HD_INLINE bool signbit(T x) {
  return (x.bits >> 15) != 0;
}
template <Integer T>
VT_HD_INLINE bool signbit(T x) {
  return detail::is_negative(x);
}

VT_HD_INLINE float abs(float x) { return __builtin_fabsf(x); }
VT_HD_INLINE double abs(double x) { return __builtin_fabs(x); }
template <Half T>
VT_HD_INLINE T abs(T x) {
  return T::from_bits(static_cast<uint16_t>(x.bits & 0x7fffu));
}
// The most negative integer stays itself, as in PyTorch.
template <Integer T>
VT_HD_INLINE T abs(T x) {
  if constexpr (std::is_signed_v<T>) {
    using U = std::make_unsigned_t<T>;
    return x < T(0) ? static_cast<T>(U(0) - static_cast<U>(x)) : x;
  } else {
    return x;
  }
}

// -1, 0 or 1; NaN gives 0, as torch.sign does.
template <Ordered T>
VT_HD_INLINE T sign(T x) {
  return static_cast<T>(static_cast<int>(x > T(0)) - static_cast<int>(detail::is_negative(x)));
}

VT_HD_INLINE float copysign(float x, float sign) { return __builtin_copysignf(x, sign); }
VT_HD_INLINE double copysign(double x, double sign) { return __builtin_copysign(x, sign); }

// ---- two arguments ----

// NaN if either is NaN.
template <Ordered T>
VT_HD_INLINE T max(T a, T b) {
  return (a > b || isnan(a)) ? a : b;
}
template <Ordered T>
VT_HD_INLINE T min(T a, T b) {
  return (a < b || isnan(a)) ? a : b;
}
// The other one if one is NaN.
template <Ordered T>
VT_HD_INLINE T fmax(T a, T b) {
  return (a > b || isnan(b)) ? a : b;
}
template <Ordered T>
VT_HD_INLINE T fmin(T a, T b) {
  return (a < b || isnan(b)) ? a : b;
}

#ifdef __CUDA_ARCH__
#define VT_MATH_BINARY(name)                                            \
  VT_HD_INLINE float name(float a, float b) { return ::name##f(a, b); } \
  VT_HD_INLINE double name(double a, double b) { return ::name(a, b); } \
  template <Half T>                                                     \
  VT_HD_INLINE T name(T a, T b) {                                       \
    return T(name(static_cast<float>(a), static_cast<float>(b)));       \
  }
#else
#define VT_MATH_BINARY(name)                                                      \
  VT_HD_INLINE float name(float a, float b) { return __builtin_##name##f(a, b); } \
  VT_HD_INLINE double name(double a, double b) { return __builtin_##name(a, b); } \
  template <Half T>                                                               \
  VT_HD_INLINE T name(T a, T b) {                                                 \
    return T(name(static_cast<float>(a), static_cast<float>(b)));                 \
  }
#endif
VT_MATH_BINARY(pow)
VT_MATH_BINARY(atan2)
VT_MATH_BINARY(hypot)
VT_MATH_BINARY(fmod)
#undef VT_MATH_BINARY

VT_HD_INLINE float nextafter(float a, float b) {
#ifdef __CUDA_ARCH__
  return ::nextafterf(a, b);
#else
  return __builtin_nextafterf(a, b);
#endif
}
VT_HD_INLINE double nextafter(double a, double b) {
#ifdef __CUDA_ARCH__
  return ::nextafter(a, b);
#else
  return __builtin_nextafter(a, b);
#endif
}

// ---- division in its three roundings ----
// For integers a zero divisor gives 0 here: the op has to refuse it first where PyTorch does. The most negative number
// divided by -1 wraps around instead of trapping.

namespace detail {
template <Integer T>
VT_HD_INLINE bool is_minus_one(T x) {
  if constexpr (std::is_signed_v<T>) {
    return x == T(-1);
  } else {
    return false;
  }
}
template <Integer T>
VT_HD_INLINE T wrapping_negate(T x) {
  return static_cast<T>(uint64_t(0) - static_cast<uint64_t>(x));
}
}  // namespace detail

template <Integer T>
VT_HD_INLINE T div_trunc(T a, T b) {
  if (b == T(0)) return T(0);
  if (detail::is_minus_one(b)) return detail::wrapping_negate(a);
  return static_cast<T>(a / b);
}
template <Integer T>
VT_HD_INLINE T fmod(T a, T b) {
  if (b == T(0) || detail::is_minus_one(b)) return T(0);
  return static_cast<T>(a % b);
}
template <Integer T>
VT_HD_INLINE T floor_divide(T a, T b) {
  const T quotient = div_trunc(a, b);
  const T rest = fmod(a, b);
  return static_cast<T>(quotient - T(rest != T(0) && detail::is_negative(rest) != detail::is_negative(b)));
}
// Python's %: the result has the divisor's sign.
template <Integer T>
VT_HD_INLINE T remainder(T a, T b) {
  const T rest = fmod(a, b);
  return (rest != T(0) && detail::is_negative(rest) != detail::is_negative(b)) ? static_cast<T>(rest + b) : rest;
}

template <Real T>
VT_HD_INLINE T div_trunc(T a, T b) {
  return trunc(a / b);
}
// Python's //: exact where a / b rounds up to an integer that the true quotient does not reach.
template <Real T>
VT_HD_INLINE T floor_divide(T a, T b) {
  if (b == T(0)) return a / b;
  const T rest = fmod(a, b);
  T quotient = (a - rest) / b;
  if (rest != T(0) && detail::is_negative(b) != detail::is_negative(rest)) quotient -= T(1);
  if (quotient == T(0)) return copysign(T(0), a / b);
  const T floored = floor(quotient);
  return quotient - floored > T(0.5) ? floored + T(1) : floored;
}
template <Real T>
VT_HD_INLINE T remainder(T a, T b) {
  const T rest = fmod(a, b);
  return (rest != T(0) && detail::is_negative(rest) != detail::is_negative(b)) ? rest + b : rest;
}
#define VT_MATH_HALF_BINARY(name)                                 \
  template <Half T>                                               \
  VT_HD_INLINE T name(T a, T b) {                                 \
    return T(name(static_cast<float>(a), static_cast<float>(b))); \
  }
VT_MATH_HALF_BINARY(div_trunc)
VT_MATH_HALF_BINARY(floor_divide)
VT_MATH_HALF_BINARY(remainder)
VT_MATH_HALF_BINARY(copysign)

// Integer power with wrap-around. A negative exponent gives 0, or +-1 for a base of +-1; the op refuses it for scalars.
template <Integer T>
VT_HD_INLINE T pow(T base, T exponent) {
  if constexpr (std::is_same_v<T, bool>) {
    return base || !exponent;
  } else {
    if (detail::is_negative(exponent)) {
      if (base == T(1)) return T(1);
      if (detail::is_minus_one(base)) return (exponent & T(1)) != T(0) ? base : T(1);
      return T(0);
    }
    uint64_t result = 1;
    uint64_t factor = static_cast<uint64_t>(base);
    for (uint64_t left = static_cast<uint64_t>(exponent); left != 0; left >>= 1) {
      if ((left & 1) != 0) result *= factor;
      factor *= factor;
    }
    return static_cast<T>(result);
  }
}

// log(e^a + e^b) without overflow; equal infinities give themselves.
template <Real T>
VT_HD_INLINE T logaddexp(T a, T b) {
  if (a == b && isinf(a)) return a;
  const T top = max(a, b);
  return top + log1p(exp(-abs(a - b)));
}
template <Real T>
VT_HD_INLINE T logaddexp2(T a, T b) {
  if (a == b && isinf(a)) return a;
  const T top = max(a, b);
  return top + log1p(exp2(-abs(a - b))) * T(1.4426950408889634);
}
// x log y, 0 where x is 0 and y is not NaN.
template <Real T>
VT_HD_INLINE T xlogy(T x, T y) {
  if (isnan(y)) return y;
  return x == T(0) ? T(0) : x * log(y);
}
VT_MATH_HALF_BINARY(logaddexp)
VT_MATH_HALF_BINARY(logaddexp2)
VT_MATH_HALF_BINARY(xlogy)
#undef VT_MATH_HALF_BINARY

}  // namespace vt::m

#include "core/math_complex.h"
#include "core/math_special.h"
