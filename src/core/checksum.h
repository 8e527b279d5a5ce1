// A number that tells texts and records apart: FNV-1a, 64 bits. Not for what somebody may have forged.
#pragma once

#include <cstddef>
#include <cstdint>

namespace vt {

inline uint64_t checksum(const void* data, size_t bytes) {
  uint64_t hash = 0xcbf29ce484222325ull;
  for (size_t i = 0; i < bytes; ++i) hash = (hash ^ static_cast<const unsigned char*>(data)[i]) * 0x100000001b3ull;
  return hash;
}

}  // namespace vt
