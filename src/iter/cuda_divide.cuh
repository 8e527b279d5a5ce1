// Division by a number that is known at launch: a multiplication and a shift instead of some forty instructions.
#pragma once

#include <cstdint>

#include "core/macros.h"

namespace vt::cuda {

/// Divides n in [0, 2^31) by a fixed divisor in [1, 2^31).
struct FastDivider {
  uint32_t divisor;
  uint32_t magic;
  uint32_t shift;

  FastDivider() {}  // not set: arguments have room for more dims than they use
  explicit FastDivider(uint32_t d) : divisor(d), shift(0) {
    while ((uint64_t{1} << shift) < d) ++shift;
    // (n * magic / 2^32 + n) / 2^shift is exact for n < 2^31 (Granlund and Montgomery).
    magic = static_cast<uint32_t>(((uint64_t{1} << 32) * ((uint64_t{1} << shift) - d)) / d + 1);
  }

  VT_HD_INLINE uint32_t divide(uint32_t n) const {
#ifdef __CUDA_ARCH__
    return (__umulhi(n, magic) + n) >> shift;
#else
    return static_cast<uint32_t>((static_cast<uint64_t>(n) * magic >> 32) + n) >> shift;
#endif
  }
  VT_HD_INLINE void split(uint32_t n, uint32_t& quotient, uint32_t& remainder) const {
    quotient = divide(n);
    remainder = n - quotient * divisor;
  }
};

}  // namespace vt::cuda
