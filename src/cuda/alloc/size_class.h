// Sizes that small allocations are rounded to, so that a freed block fits the next request of about its size.
#pragma once

#include <bit>
#include <cstddef>

namespace vt::cuda {

inline constexpr size_t kSmallestBlock = 512;
/// Blocks up to this size are kept in our own lists; larger ones go back to the driver's pool.
inline constexpr size_t kLargestCachedBlock = size_t{1} << 20;
inline constexpr int kSizeClasses = 45;

/// Four classes per power of two: at most a quarter is lost to rounding. `bytes` in [1, kLargestCachedBlock].
constexpr int size_class(size_t bytes) {
  if (bytes <= kSmallestBlock) return 0;
  const size_t units = (bytes - 1) / kSmallestBlock;  // >= 1
  const int octave = std::bit_width(units) - 1;
  if (octave < 2) return static_cast<int>(units);
  return (octave - 1) * 4 + static_cast<int>((units >> (octave - 2)) & 3);
}

/// The bytes of a block of that class.
constexpr size_t size_of_class(int index) {
  if (index < 4) return kSmallestBlock * static_cast<size_t>(index + 1);
  const int octave = index / 4 + 1;
  const size_t step = size_t{1} << (octave - 2);
  return kSmallestBlock * ((size_t{4} + static_cast<size_t>(index % 4) + 1) * step);
}

static_assert(size_class(kLargestCachedBlock) < kSizeClasses);
static_assert(size_of_class(size_class(kLargestCachedBlock)) == kLargestCachedBlock);
static_assert(size_of_class(size_class(512)) == 512 && size_of_class(size_class(513)) == 1024);
static_assert(size_of_class(size_class(2049)) == 2560 && size_of_class(size_class(4097)) == 5120);

}  // namespace vt::cuda
