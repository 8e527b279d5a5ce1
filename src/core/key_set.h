// Dispatch keys: a small fixed set; the highest one present gets the call.
#pragma once

#include <cstdint>

#include "core/device.h"

namespace vt {

// First one per backend, in DeviceType's order: a call of tensors on several goes to the highest. Above them tensors
// that wrap a backend's (entries of a sparse one, shards, a level of torch.func), then what records, casts and watches
// calls. 32 bits leave room for keys of each kind.
enum class Key : uint8_t { CPU, CUDA, Meta, Sparse, Fabric, Transform, Autograd, Autocast, Python };
inline constexpr int kNumKeys = 9;
inline constexpr int kNumBackends = 3;
static_assert(kNumBackends == kNumDeviceTypes);

class KeySet {
 public:
  constexpr KeySet() = default;
  constexpr KeySet(Key k) : bits_(1u << static_cast<int>(k)) {}
  static constexpr KeySet from_bits(uint32_t b) {
    KeySet s;
    s.bits_ = b;
    return s;
  }
  constexpr uint32_t bits() const { return bits_; }
  constexpr bool has(Key k) const { return bits_ & KeySet(k).bits_; }
  constexpr bool empty() const { return bits_ == 0; }
  // Of the empty set, as of a call without tensors: CPU.
  constexpr Key highest() const { return static_cast<Key>(31 - __builtin_clz(bits_ | 1)); }
  constexpr KeySet operator|(KeySet o) const { return from_bits(bits_ | o.bits_); }
  constexpr KeySet operator&(KeySet o) const { return from_bits(bits_ & o.bits_); }
  constexpr KeySet operator-(KeySet o) const { return from_bits(bits_ & ~o.bits_); }
  constexpr KeySet& operator|=(KeySet o) { return *this = *this | o; }
  friend constexpr bool operator==(KeySet, KeySet) = default;

 private:
  uint32_t bits_ = 0;
};

inline constexpr KeySet kBackendKeys = KeySet::from_bits((1u << kNumBackends) - 1);
// Of tensors that hold other tensors in the place of memory.
inline constexpr KeySet kWrapperKeys = KeySet(Key::Sparse) | Key::Fabric | Key::Transform;

constexpr Key backend_key(DeviceType t) { return static_cast<Key>(t); }
// Which backend a call with these keys ends in.
constexpr Key backend_of(KeySet keys) { return (keys & kBackendKeys).highest(); }
constexpr DeviceType device_type_of(Key backend) { return static_cast<DeviceType>(backend); }

}  // namespace vt
