// Words of the engine by the chunk, so that the loops over them vectorise.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/macros.h"
#include "core/mt19937.h"

namespace vt::cpu {

inline constexpr int64_t kChunk = 512;

// Calls f(words, begin, count) with `per_element` fresh words for each of the elements begin .. begin + count.
template <class F>
void for_each_chunk(Mt19937& engine, int64_t n, int per_element, F&& f) {
  uint32_t words[2 * kChunk];
  for (int64_t begin = 0; begin < n; begin += kChunk) {
    const int64_t count = std::min(kChunk, n - begin);
    engine.fill(words, count * per_element);
    f(static_cast<const uint32_t*>(words), begin, count);
  }
}

VT_ALWAYS_INLINE uint64_t word64(const uint32_t* words, int64_t i) {
  return static_cast<uint64_t>(words[2 * i]) << 32 | words[2 * i + 1];
}
// Uniform in [0, 1): 24 bits of a word, 53 bits of two. Exact.
VT_ALWAYS_INLINE float unit_float(uint32_t word) {
  return static_cast<float>(static_cast<int32_t>(word & 0xffffffu)) * 0x1p-24f;
}
// The low word is converted as a signed one, which is an instruction at every SIMD level; each step is exact.
VT_ALWAYS_INLINE double unit_double(uint32_t high, uint32_t low) {
  const double low_part = static_cast<double>(static_cast<int32_t>(low ^ 0x80000000u)) + 0x1p31;
  return static_cast<double>(static_cast<int32_t>(high & 0x1fffffu)) * 0x1p-21 + low_part * 0x1p-53;
}
VT_ALWAYS_INLINE double unit_double(uint64_t word) {
  return unit_double(static_cast<uint32_t>(word >> 32), static_cast<uint32_t>(word));
}

}  // namespace vt::cpu
