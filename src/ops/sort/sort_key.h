// Unsigned integers in the order that sorting follows, so that radix methods need one comparison for every dtype.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/half.h"
#include "core/macros.h"

namespace vt {

/// Bits of a key.
template <typename T>
inline constexpr int kKeyBits = std::is_same_v<T, bool> ? 1 : static_cast<int>(sizeof(T) * 8);

/// What a key is stored as.
template <typename T>
using stored_key_t = std::conditional_t<kKeyBits<T> <= 32, uint32_t, uint64_t>;

/// Unsigned integers in the order of T; NaNs are all alike and the largest, and zeros are alike.
template <typename T>
VT_HD_INLINE uint64_t ordered_bits(T value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value ? 1 : 0;
  } else if constexpr (std::is_integral_v<T>) {
    constexpr int kBits = sizeof(T) * 8;
    const uint64_t bits = static_cast<uint64_t>(static_cast<int64_t>(value));
    const uint64_t shifted = std::is_signed_v<T> ? bits + (uint64_t{1} << (kBits - 1)) : bits;
    return kBits == 64 ? shifted : shifted & ((uint64_t{1} << (kBits % 64)) - 1);
  } else {
    using Bits = std::conditional_t<sizeof(T) == 2, uint16_t, std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>>;
    constexpr Bits kSign = static_cast<Bits>(Bits{1} << (sizeof(T) * 8 - 1));
    if (value != value) return static_cast<Bits>(~Bits{0});
    const T plain = value == T(0) ? T(0) : value;  // without the sign of a zero
    const auto bits = __builtin_bit_cast(Bits, plain);
    return static_cast<Bits>(bits & kSign ? ~bits : bits | kSign);
  }
}

/// The key that puts `value` in its place in an ascending sort, or in a descending one.
template <typename T>
VT_HD_INLINE uint64_t sort_key(T value, bool descending) {
  const uint64_t bits = ordered_bits(value);
  constexpr uint64_t kMask = kKeyBits<T> == 64 ? ~uint64_t{0} : (uint64_t{1} << (kKeyBits<T> % 64)) - 1;
  return descending ? ~bits & kMask : bits;
}

/// The value whose key this is. False, with nothing set, where there are several: the zeros, and the NaNs.
template <typename T>
VT_HD_INLINE bool value_of_key(uint64_t key, bool descending, T& value) {
  constexpr uint64_t kMask = kKeyBits<T> == 64 ? ~uint64_t{0} : (uint64_t{1} << (kKeyBits<T> % 64)) - 1;
  const uint64_t ordered = descending ? ~key & kMask : key;
  if constexpr (std::is_same_v<T, bool>) {
    value = ordered != 0;
  } else if constexpr (std::is_integral_v<T>) {
    value = static_cast<T>(std::is_signed_v<T> ? ordered - (uint64_t{1} << (kKeyBits<T> - 1)) : ordered);
  } else {
    using Bits = std::conditional_t<sizeof(T) == 2, uint16_t, std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>>;
    constexpr Bits kSign = static_cast<Bits>(Bits{1} << (sizeof(T) * 8 - 1));
    const auto bits = static_cast<Bits>(ordered);
    if (bits == kSign || bits == static_cast<Bits>(~Bits{0})) return false;
    value = __builtin_bit_cast(T, static_cast<Bits>(bits & kSign ? bits & ~kSign : ~bits));
  }
  return true;
}

}  // namespace vt
