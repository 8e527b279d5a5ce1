// How threads lie over tensors whose channels are next to each other in memory.
#pragma once

#include <cstdint>

namespace vt::cuda {

/// Threads of a block along `vectors` vectors of channels: a power of two, at most a warp, that leaves the fewest of
/// them idle. The others of the block go along the pixels.
inline int threads_along_channels(int64_t vectors) {
  constexpr int kLeast = 8;  // what one pixel is read of at a time should fill sectors
  const auto covered = [&](int along) { return (vectors + along - 1) / along * along; };
  int best = 32;
  while (best / 2 >= vectors) best /= 2;
  for (int along = best / 2; along >= kLeast; along /= 2) {
    if (covered(along) < covered(best)) best = along;
  }
  return best;
}

}  // namespace vt::cuda
