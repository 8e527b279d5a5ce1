// float16 and bfloat16: 16-bit storage types that convert to float implicitly and from float explicitly.
//
// Conversion from float rounds to nearest even, overflows to infinity and keeps NaN a NaN. Arithmetic happens in float:
// `a + b` of two halves is a float, so a kernel rounds once, when it stores. On the host the conversions are
// branch-free integer code, which GCC vectorises at every SIMD level; on the device they are one instruction.
#pragma once

#include <cstdint>
#include <limits>

#include "core/macros.h"

namespace vt {

namespace detail {

VT_HD_INLINE uint32_t float_bits(float value) {
#ifdef __CUDA_ARCH__
  return __float_as_uint(value);
#else
  return __builtin_bit_cast(uint32_t, value);
#endif
}

VT_HD_INLINE float float_from_bits(uint32_t bits) {
#ifdef __CUDA_ARCH__
  return __uint_as_float(bits);
#else
  return __builtin_bit_cast(float, bits);
#endif
}

VT_HD_INLINE uint16_t float_to_half_bits(float value) {
#ifdef __CUDA_ARCH__
  uint16_t result;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(result) : "f"(value));
  return result;
#else
  const uint32_t bits = float_bits(value);
  const uint32_t magnitude = bits & 0x7fffffffu;
  const uint32_t sign = (bits >> 16) & 0x8000u;
  // Normal result: rebias the exponent (127 - 15 = 112) and round at bit 13, ties to even.
  const uint32_t normal = (magnitude + 0xfffu + ((magnitude >> 13) & 1u) - (112u << 23)) >> 13;
  // Subnormal result: at 0.5 a float's last bit weighs 2^-24, the unit of a half subnormal, so the addition rounds.
  const uint32_t subnormal = float_bits(float_from_bits(magnitude) + 0.5f) - 0x3f000000u;
  const uint32_t nan = 0x7e00u | ((magnitude >> 13) & 0x3ffu);
  uint32_t result = magnitude < 0x38800000u ? subnormal : normal;
  result = magnitude >= 0x477ff000u ? 0x7c00u : result;  // 65520 and above round to infinity
  result = magnitude > 0x7f800000u ? nan : result;
  return static_cast<uint16_t>(result | sign);
#endif
}

VT_HD_INLINE float half_bits_to_float(uint16_t half) {
#ifdef __CUDA_ARCH__
  float result;
  asm("cvt.f32.f16 %0, %1;" : "=f"(result) : "h"(half));
  return result;
#else
  const uint32_t bits = half;
  const uint32_t magnitude = bits & 0x7fffu;
  const uint32_t normal = (magnitude << 13) + (112u << 23);
  const uint32_t special = (magnitude << 13) + (224u << 23);
  const uint32_t subnormal = float_bits(static_cast<float>(static_cast<int32_t>(magnitude)) * 0x1p-24f);
  uint32_t result = magnitude < 0x400u ? subnormal : normal;
  result = magnitude >= 0x7c00u ? special : result;
  return float_from_bits(result | ((bits & 0x8000u) << 16));
#endif
}

VT_HD_INLINE uint16_t float_to_bfloat_bits(float value) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  uint16_t result;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(result) : "f"(value));
  return result;
#else
  const uint32_t bits = float_bits(value);
  const uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
  const uint32_t nan = (bits >> 16) | 0x40u;
  return static_cast<uint16_t>((bits & 0x7fffffffu) > 0x7f800000u ? nan : rounded);
#endif
}

VT_HD_INLINE float bfloat_bits_to_float(uint16_t bits) { return float_from_bits(static_cast<uint32_t>(bits) << 16); }

}  // namespace detail

#define VT_DEFINE_HALF_TYPE(Type, from_float, to_float)                                              \
  struct alignas(2) Type {                                                                           \
    uint16_t bits;                                                                                   \
                                                                                                     \
    Type() = default;                                                                                \
    VT_HD_INLINE explicit Type(float value) : bits(detail::from_float(value)) {}                     \
    /* Any other number goes through float: a double is rounded twice, as in PyTorch. */             \
    template <class Number>                                                                          \
      requires std::numeric_limits<Number>::is_specialized                                           \
    VT_HD_INLINE explicit Type(Number value) : Type(static_cast<float>(value)) {}                    \
    VT_HD_INLINE operator float() const { return detail::to_float(bits); }                           \
                                                                                                     \
    static constexpr VT_HD_INLINE Type from_bits(uint16_t bits) {                                    \
      Type result{};                                                                                 \
      result.bits = bits;                                                                            \
      return result;                                                                                 \
    }                                                                                                \
                                                                                                     \
    VT_HD_INLINE Type& operator+=(float other) { return *this = Type(float(*this) + other); }        \
    VT_HD_INLINE Type& operator-=(float other) { return *this = Type(float(*this) - other); }        \
    VT_HD_INLINE Type& operator*=(float other) { return *this = Type(float(*this) * other); }        \
    VT_HD_INLINE Type& operator/=(float other) { return *this = Type(float(*this) / other); }        \
    VT_HD_INLINE Type operator-() const { return from_bits(static_cast<uint16_t>(bits ^ 0x8000u)); } \
  };

VT_DEFINE_HALF_TYPE(float16, float_to_half_bits, half_bits_to_float)
VT_DEFINE_HALF_TYPE(bfloat16, float_to_bfloat_bits, bfloat_bits_to_float)
#undef VT_DEFINE_HALF_TYPE

static_assert(sizeof(float16) == 2 && sizeof(bfloat16) == 2);

}  // namespace vt

#define VT_HALF_LIMITS(Type, min_bits, max_bits, epsilon_bits, infinity_bits, nan_bits, denorm_bits, mantissa_digits, \
                       decimal_digits, exponent_min, exponent_max)                                                    \
  template <>                                                                                                         \
  struct std::numeric_limits<vt::Type> {                                                                              \
    static constexpr bool is_specialized = true, is_signed = true, is_integer = false, is_exact = false;              \
    static constexpr bool has_infinity = true, has_quiet_NaN = true, is_iec559 = true;                                \
    static constexpr int digits = mantissa_digits, digits10 = decimal_digits, radix = 2;                              \
    static constexpr int min_exponent = exponent_min, max_exponent = exponent_max;                                    \
    static constexpr VT_HD_INLINE vt::Type min() { return vt::Type::from_bits(min_bits); }                            \
    static constexpr VT_HD_INLINE vt::Type max() { return vt::Type::from_bits(max_bits); }                            \
    static constexpr VT_HD_INLINE vt::Type lowest() { return vt::Type::from_bits(0x8000u | max_bits); }               \
    static constexpr VT_HD_INLINE vt::Type epsilon() { return vt::Type::from_bits(epsilon_bits); }                    \
    static constexpr VT_HD_INLINE vt::Type infinity() { return vt::Type::from_bits(infinity_bits); }                  \
    static constexpr VT_HD_INLINE vt::Type quiet_NaN() { return vt::Type::from_bits(nan_bits); }                      \
    static constexpr VT_HD_INLINE vt::Type denorm_min() { return vt::Type::from_bits(denorm_bits); }                  \
  };

VT_HALF_LIMITS(float16, 0x0400, 0x7bff, 0x1400, 0x7c00, 0x7e00, 0x0001, 11, 3, -13, 16)
VT_HALF_LIMITS(bfloat16, 0x0080, 0x7f7f, 0x3c00, 0x7f80, 0x7fc0, 0x0001, 8, 2, -125, 128)
#undef VT_HALF_LIMITS
