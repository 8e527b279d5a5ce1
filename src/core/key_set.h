// Dispatch keys: a small fixed set; the highest one present gets the call.
#pragma once

#include <cstdint>

#include "core/device.h"

namespace vt {

enum class Key : uint8_t { CPU, CUDA, Fabric, Autograd, Autocast, Python };
inline constexpr int kNumKeys = 6;

class KeySet {
 public:
  constexpr KeySet() = default;
  constexpr KeySet(Key k) : bits_(static_cast<uint8_t>(1u << static_cast<int>(k))) {}
  static constexpr KeySet from_bits(uint8_t b) {
    KeySet s;
    s.bits_ = b;
    return s;
  }
  constexpr uint8_t bits() const { return bits_; }
  constexpr bool has(Key k) const { return bits_ & KeySet(k).bits_; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr Key highest() const { return static_cast<Key>(31 - __builtin_clz(bits_)); }
  constexpr KeySet operator|(KeySet o) const { return from_bits(bits_ | o.bits_); }
  constexpr KeySet operator&(KeySet o) const { return from_bits(bits_ & o.bits_); }
  constexpr KeySet operator-(KeySet o) const { return from_bits(bits_ & ~o.bits_); }
  constexpr KeySet& operator|=(KeySet o) { return *this = *this | o; }
  friend constexpr bool operator==(KeySet, KeySet) = default;

 private:
  uint8_t bits_ = 0;
};

constexpr Key backend_key(DeviceType t) { return t == DeviceType::CPU ? Key::CPU : Key::CUDA; }

}  // namespace vt
