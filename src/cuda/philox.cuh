// Philox4x32-10 (Salmon, Moraes, Dror and Shaw, 2011): four random words from a key and a 128-bit counter, without
// state.
#pragma once

#include <cstdint>

#include "core/generator.h"
#include "core/macros.h"

namespace vt::cuda {

struct PhiloxBlock {
  uint32_t words[4];
};

namespace detail {

VT_HD_INLINE uint32_t high_product(uint32_t a, uint32_t b) {
#ifdef __CUDA_ARCH__
  return __umulhi(a, b);
#else
  return static_cast<uint32_t>(static_cast<uint64_t>(a) * b >> 32);
#endif
}

}  // namespace detail

/// Ten rounds are the authors' own choice, seven the fewest that passed their tests.
template <int Rounds = 10>
VT_HD_INLINE PhiloxBlock philox(uint64_t key, uint64_t counter_low, uint64_t counter_high) {
  constexpr uint32_t kMultiplier0 = 0xd2511f53u, kMultiplier1 = 0xcd9e8d57u;
  constexpr uint32_t kWeyl0 = 0x9e3779b9u, kWeyl1 = 0xbb67ae85u;
  uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  uint32_t c0 = static_cast<uint32_t>(counter_low), c1 = static_cast<uint32_t>(counter_low >> 32);
  uint32_t c2 = static_cast<uint32_t>(counter_high), c3 = static_cast<uint32_t>(counter_high >> 32);
#ifdef __CUDA_ARCH__
#pragma unroll
#endif
  for (int round = 0; round < Rounds; ++round) {
    const uint32_t high0 = detail::high_product(kMultiplier0, c0), low0 = kMultiplier0 * c0;
    const uint32_t high1 = detail::high_product(kMultiplier1, c2), low1 = kMultiplier1 * c2;
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 += kWeyl0;
    k1 += kWeyl1;
  }
  return {{c0, c1, c2, c3}};
}

#ifdef __CUDACC__

/// A position read once per thread; see Note [Philox positions].
struct PhiloxReader {
  uint64_t seed;
  uint64_t start;

  explicit __device__ PhiloxReader(const PhiloxPosition& position)
      : seed(position.device_seed ? *position.device_seed : position.seed),
        start((position.device_offset ? *position.device_offset + position.offset : position.offset) / 4) {}

  /// The words of group `group`; a launch that draws more than one block per group numbers them.
  __device__ PhiloxBlock block(uint64_t group, uint32_t number = 0) const {
    return philox(seed, group, start + number);
  }
};

/// (0, 1], in steps of 2^-32 rounded to float.
__device__ __forceinline__ float unit_above_zero(uint32_t word) {
  return static_cast<float>(word) * 0x1p-32f + 0x1p-33f;
}
/// (0, 1], in steps of 2^-53.
__device__ __forceinline__ double unit_above_zero(uint32_t high, uint32_t low) {
  const uint64_t word = static_cast<uint64_t>(high) << 32 | low;
  return static_cast<double>((word >> 11) + 1) * 0x1p-53;
}
/// [0, 1).
__device__ __forceinline__ float unit_below_one(uint32_t word) { return static_cast<float>(word >> 8) * 0x1p-24f; }
__device__ __forceinline__ double unit_below_one(uint32_t high, uint32_t low) {
  const uint64_t word = static_cast<uint64_t>(high) << 32 | low;
  return static_cast<double>(word >> 11) * 0x1p-53;
}

#endif

}  // namespace vt::cuda
