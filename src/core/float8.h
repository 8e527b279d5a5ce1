// The 8-bit floats and the packed 4-bit one: types that are stored, moved and converted. Nothing computes in them.
//
// Conversion from float rounds to nearest even and does not saturate: what is too large becomes an infinity, or NaN in
// a format without one. Conversion to float is exact. A double goes through float, as PyTorch's does.
#pragma once

#include <cstdint>
#include <limits>

#include "core/half.h"
#include "core/macros.h"

namespace vt {

enum class Float8Kind : uint8_t {
  Ieee,          // infinities, NaNs, both zeros
  Finite,        // fn: no infinity; all bits of the magnitude set are NaN
  UnsignedZero,  // fnuz: nor a negative zero, whose bits are NaN
};

// A sign, kExponent bits of exponent and kMantissa bits of mantissa.
template <int kExponent, int kMantissa, int kBias, Float8Kind kKind>
struct Float8 {
  static_assert(1 + kExponent + kMantissa == 8);
  uint8_t bits;

  Float8() = default;
  VT_HD_INLINE explicit Float8(float value) : bits(encode(detail::float_bits(value))) {}
  template <class Number>
    requires std::numeric_limits<Number>::is_specialized
  VT_HD_INLINE explicit Float8(Number value) : Float8(static_cast<float>(value)) {}
  VT_HD_INLINE operator float() const { return decode(bits); }

 private:
  static constexpr int kShift = 23 - kMantissa;             // from a float's mantissa to ours
  static constexpr uint32_t kRebias = 127u - kBias;         // from our exponent to a float's
  static constexpr uint32_t kNormal = (kRebias + 1) << 23;  // the smallest normal number, as a float
  static constexpr uint32_t kInfinity = ((1u << kExponent) - 1) << kMantissa;
  static constexpr uint32_t kNan = kKind == Float8Kind::UnsignedZero ? 0x80u : 0x7fu;

  static VT_HD_INLINE uint8_t encode(uint32_t value) {
    const uint32_t magnitude = value & 0x7fffffffu;
    const uint32_t sign = (value >> 24) & 0x80u;
    if (magnitude > 0x7f800000u) return static_cast<uint8_t>(kNan | sign);
    uint32_t result;
    if (magnitude < kNormal) {
      // The unit of a subnormal is the last bit of this power of two, so that the addition rounds.
      constexpr uint32_t kUnit = (kRebias + 1 + kShift) << 23;
      result = detail::float_bits(detail::float_from_bits(magnitude) + detail::float_from_bits(kUnit)) - kUnit;
    } else {
      const uint32_t odd = (magnitude >> kShift) & 1u;
      result = (magnitude - (kRebias << 23) + ((1u << (kShift - 1)) - 1) + odd) >> kShift;
    }
    if constexpr (kKind == Float8Kind::Ieee) {
      if (result > kInfinity) result = kInfinity;
    } else if constexpr (kKind == Float8Kind::Finite) {
      if (result > kNan) result = kNan;
    } else {
      if (result >= kNan) return static_cast<uint8_t>(kNan);
      if (result == 0) return 0;
    }
    return static_cast<uint8_t>(result | sign);
  }

  static VT_HD_INLINE float decode(uint8_t value) {
    const uint32_t magnitude = value & 0x7fu;
    const uint32_t sign = (value & 0x80u) << 24;
    const bool nan = kKind == Float8Kind::Ieee     ? magnitude > kInfinity
                     : kKind == Float8Kind::Finite ? magnitude == kNan
                                                   : value == kNan;
    if (nan) return detail::float_from_bits(0x7fc00000u | sign);
    if (kKind == Float8Kind::Ieee && magnitude == kInfinity) return detail::float_from_bits(0x7f800000u | sign);
    if (magnitude < (1u << kMantissa)) {
      const float unit = detail::float_from_bits((kRebias + 1 - kMantissa) << 23);
      const float subnormal = static_cast<float>(static_cast<int32_t>(magnitude)) * unit;
      return detail::float_from_bits(detail::float_bits(subnormal) | sign);
    }
    return detail::float_from_bits(((magnitude << kShift) + (kRebias << 23)) | sign);
  }
};

using float8_e4m3fn = Float8<4, 3, 7, Float8Kind::Finite>;
using float8_e5m2 = Float8<5, 2, 15, Float8Kind::Ieee>;
using float8_e4m3fnuz = Float8<4, 3, 8, Float8Kind::UnsignedZero>;
using float8_e5m2fnuz = Float8<5, 2, 16, Float8Kind::UnsignedZero>;

// A power of two, from 2^-127 to 2^127, or NaN: an exponent alone, which scales blocks of narrower numbers.
struct float8_e8m0fnu {
  uint8_t bits;

  float8_e8m0fnu() = default;
  // The sign is dropped. Halfway goes up, but from below the smallest normal float.
  VT_HD_INLINE explicit float8_e8m0fnu(float value) {
    const uint32_t all = detail::float_bits(value);
    const uint32_t exponent = (all >> 23) & 0xffu, mantissa = all & 0x7fffffu;
    const bool up = exponent > 0 ? mantissa >= 0x400000u : mantissa > 0x400000u;
    bits = static_cast<uint8_t>(exponent == 0xffu || !up ? exponent : exponent + 1);
  }
  template <class Number>
    requires std::numeric_limits<Number>::is_specialized
  VT_HD_INLINE explicit float8_e8m0fnu(Number value) : float8_e8m0fnu(static_cast<float>(value)) {}
  VT_HD_INLINE operator float() const {
    if (bits == 0xffu) return detail::float_from_bits(0x7fc00000u);
    return detail::float_from_bits(bits == 0 ? 0x00400000u : static_cast<uint32_t>(bits) << 23);
  }
};

// Two 4-bit floats in a byte: moved, but no number.
struct float4_e2m1fn_x2 {
  uint8_t bits;
};

template <class T>
inline constexpr bool is_float8_v = false;
template <int kExponent, int kMantissa, int kBias, Float8Kind kKind>
inline constexpr bool is_float8_v<Float8<kExponent, kMantissa, kBias, kKind>> = true;
template <>
inline constexpr bool is_float8_v<float8_e8m0fnu> = true;

static_assert(sizeof(float8_e4m3fn) == 1 && sizeof(float8_e8m0fnu) == 1);

}  // namespace vt
