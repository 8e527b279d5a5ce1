// Host float32 versions of exp, log, tanh, erf and their relatives: branch-free, so that a plain loop over them
// autovectorises in a *.simd.cpp unit. Relative error at most 1e-7 for exp, expm1, log, log1p, tanh and erf (FMA or
// not), 2e-7 for the others; infinities, NaN and subnormals as in libm. Only core/math.h includes this.
//
// The polynomials are our own minimax fits (Remez, weighted to the relative error of the result).
#pragma once

#include <cstdint>

#include "core/half.h"
#include "core/macros.h"

namespace vt::m::detail {

using vt::detail::float_bits;
using vt::detail::float_from_bits;

// Adding 1.5 * 2^23 leaves the nearest integer in the low bits of a float.
inline constexpr float kRoundShift = 12582912.0f;
inline constexpr float kLog2E = 1.442695041e+00f;
inline constexpr float kLn2High = 0.693145751953125f;  // 15 bits: n * kLn2High is exact for |n| < 256
inline constexpr float kLn2Low = 1.428606820e-06f;

VT_ALWAYS_INLINE float select(bool condition, float a, float b) { return condition ? a : b; }
VT_ALWAYS_INLINE float absolute(float x) { return float_from_bits(float_bits(x) & 0x7fffffffu); }
VT_ALWAYS_INLINE float with_sign_of(float magnitude, float sign) {
  return float_from_bits(float_bits(magnitude) | (float_bits(sign) & 0x80000000u));
}
VT_ALWAYS_INLINE float clamp_keep_nan(float x, float low, float high) {
  x = x > high ? high : x;
  return x < low ? low : x;
}
VT_ALWAYS_INLINE float power_of_two(int32_t n) { return float_from_bits(static_cast<uint32_t>(n + 127) << 23); }

// x = n ln2 + r with |r| <= ln2 / 2, and tail = e^r - 1.
struct ExpParts {
  int32_t n;
  float tail;
};

VT_ALWAYS_INLINE ExpParts exp_parts(float x) {
  const float shifted = x * kLog2E + kRoundShift;
  const float n = shifted - kRoundShift;
  const float r = (x - n * kLn2High) - n * kLn2Low;
  float p = 1.388240569e-03f;
  p = p * r + 8.367181220e-03f;
  p = p * r + 4.166722113e-02f;
  p = p * r + 1.666653868e-01f;
  p = p * r + 4.999999804e-01f;
  return {static_cast<int32_t>(float_bits(shifted) - float_bits(kRoundShift)), r + (r * r) * p};
}

VT_ALWAYS_INLINE float exp_float(float x) {
  const ExpParts parts = exp_parts(clamp_keep_nan(x, -104.0f, 89.0f));
  // Two factors, so that the result may be subnormal or overflow.
  const int32_t half = parts.n >> 1;
  return (1.0f + parts.tail) * power_of_two(half) * power_of_two(parts.n - half);
}

VT_ALWAYS_INLINE float exp2_float(float x) {
  x = clamp_keep_nan(x, -151.0f, 129.0f);
  const float shifted = x + kRoundShift;
  const float r = (x - (shifted - kRoundShift)) * 6.931471806e-01f;
  const int32_t n = static_cast<int32_t>(float_bits(shifted) - float_bits(kRoundShift));
  const ExpParts parts = exp_parts(r);
  const int32_t half = n >> 1;
  return (1.0f + parts.tail) * power_of_two(half) * power_of_two(n - half);
}

VT_ALWAYS_INLINE float expm1_float(float x) {
  const float clamped = clamp_keep_nan(x, -30.0f, 88.8f);
  const ExpParts parts = exp_parts(clamped);
  const float half_power = power_of_two(parts.n - 1);  // half of 2^n, which may not be a float
  const float result = 2.0f * ((half_power - 0.5f) + half_power * parts.tail);
  return select(absolute(x) < 1e-7f, x, result);
}

// log(x + correction) for positive finite x and a correction far below x's last bit.
VT_ALWAYS_INLINE float log_positive(float x, float correction) {
  const bool tiny = x < 1.17549435e-38f;
  const float scaled = tiny ? x * 8388608.0f : x;
  const uint32_t bits = float_bits(scaled) - 0x3f3504f3u;  // sqrt(1/2), so that the mantissa lands in [0.707, 1.414)
  const int32_t exponent = static_cast<int32_t>(bits) >> 23;
  const float mantissa = float_from_bits((bits & 0x007fffffu) + 0x3f3504f3u);
  const float e = static_cast<float>(exponent - (tiny ? 23 : 0));
  const float f = mantissa - 1.0f;
  float p = -7.634450920e-02f;
  p = p * f + 1.276153259e-01f;
  p = p * f + -1.316017892e-01f;
  p = p * f + 1.420176512e-01f;
  p = p * f + -1.662335872e-01f;
  p = p * f + 2.000122659e-01f;
  p = p * f + -2.500082097e-01f;
  p = p * f + 3.333333171e-01f;
  const float square = f * f;
  const float low = square * (f * p) - 0.5f * square + (e * kLn2Low + correction);
  // The leading parts are added exactly, as a high and a low word: near 1 nothing may be lost.
  const float high = e * kLn2High;
  const float sum = high + f;
  const float rest = e == 0.0f ? 0.0f : (high - sum) + f;
  return sum + (rest + low);
}

VT_ALWAYS_INLINE float log_special(float x, float result) {
  result = x > 3.402823466e+38f ? x : result;  // +inf
  result = x == 0.0f ? -__builtin_inff() : result;
  return x >= 0.0f ? result : __builtin_nanf("");
}

VT_ALWAYS_INLINE float log_float(float x) { return log_special(x, log_positive(x, 0.0f)); }

// log2 and log10 take exact powers to exact results: the exponent is added last.
VT_ALWAYS_INLINE float log_base(float x, float inverse_ln_base_high, float inverse_ln_base_low, float log_base_of_two) {
  const bool tiny = x < 1.17549435e-38f;
  const float scaled = tiny ? x * 8388608.0f : x;
  const uint32_t bits = float_bits(scaled) - 0x3f3504f3u;
  const int32_t exponent = static_cast<int32_t>(bits) >> 23;
  const float mantissa = float_from_bits((bits & 0x007fffffu) + 0x3f3504f3u);
  const float e = static_cast<float>(exponent - (tiny ? 23 : 0));
  const float log_mantissa = log_positive(mantissa, 0.0f);
  const float part = log_mantissa * inverse_ln_base_high + log_mantissa * inverse_ln_base_low;
  return log_special(x, e * log_base_of_two + part);
}
VT_ALWAYS_INLINE float log2_float(float x) { return log_base(x, 1.442695041f, 0.0f, 1.0f); }

VT_ALWAYS_INLINE float log1p_float(float x) {
  const float u = 1.0f + x;
  const float correction = (x - (u - 1.0f)) / u;  // what the addition lost
  const float result = log_positive(u, correction);
  return select(absolute(x) < 1e-7f, x, log_special(u, result));
}

VT_ALWAYS_INLINE float tanh_float(float x) {
  const float a = absolute(x);
  const float u = a * a;
  float p = 1.214705580e-04f;
  p = p * u + -8.411369228e-04f;
  p = p * u + 3.078594523e-03f;
  p = p * u + -8.595115740e-03f;
  p = p * u + 2.178473181e-02f;
  p = p * u + -5.395309880e-02f;
  p = p * u + 1.333320039e-01f;
  p = p * u + -3.333332931e-01f;
  const float small = a + a * (u * p);
  const ExpParts parts = exp_parts(clamp_keep_nan(2.0f * a, 0.0f, 40.0f));
  const float power = power_of_two(parts.n);
  const float large = 1.0f - 2.0f / (power + (power * parts.tail + 1.0f));
  return with_sign_of(select(a < 1.0f, small, large), x);
}

VT_ALWAYS_INLINE float erf_float(float x) {
  const float a = absolute(x);
  const float u = a * a;
  float p = 7.853853724e-05f;
  p = p * u + -8.010191832e-04f;
  p = p * u + 5.188327544e-03f;
  p = p * u + -2.685381189e-02f;
  p = p * u + 1.128358515e-01f;
  p = p * u + -3.761262582e-01f;
  p = p * u + 1.283791657e-01f;
  const float small = a + a * p;
  // Beyond 1: 1 - exp(q(a)) with q the logarithm of erfc.
  const float t = clamp_keep_nan(a, 1.0f, 3.95f);
  float q = -2.168664789e-05f;
  q = q * t + 4.413339458e-04f;
  q = q * t + -4.204549574e-03f;
  q = q * t + 2.520822281e-02f;
  q = q * t + -1.084185222e-01f;
  q = q * t + -6.332199459e-01f;
  q = q * t + -1.129578397e+00f;
  q = q * t + 1.880341107e-04f;
  const ExpParts parts = exp_parts(q);
  const float power = power_of_two(parts.n);
  const float large = 1.0f - (power + power * parts.tail);
  return with_sign_of(select(a < 1.0f, small, large), x);
}

// Below -88.72, where e^-x overflows, the result is 0 and not a subnormal.
VT_ALWAYS_INLINE float sigmoid_float(float x) { return 1.0f / (1.0f + exp_float(-x)); }

VT_ALWAYS_INLINE float sinh_float(float x) {
  const float a = absolute(x);
  const float em1 = expm1_float(a > 88.0f ? 88.0f : a);
  const float small = 0.5f * (em1 + em1 / (em1 + 1.0f));
  const float root = exp_float(0.5f * a);
  return with_sign_of(a > 88.0f ? (0.5f * root) * root : (a < 1e-4f ? a : small), x);
}

VT_ALWAYS_INLINE float cosh_float(float x) {
  const float a = absolute(x);
  const float e = exp_float(a > 88.0f ? 88.0f : a);
  const float root = exp_float(0.5f * a);
  return a <= 88.0f ? 0.5f * e + 0.5f / e : (0.5f * root) * root;
}

}  // namespace vt::m::detail
