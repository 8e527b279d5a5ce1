// What attention's forward and backward kernels share: the order of tiles over blocks, and the exponential.
#pragma once

#include <cstdint>

namespace vt::attention {

inline constexpr double kLog2E = 1.4426950408889634;

/// Which tile of rows (queries forward, keys backward) comes when. Tiles of a group of heads, whose tensors fit in the
/// cache together, are neighbours; within a group the last rows come first: in causal attention they are the longest.
/// Blocks take tiles from a counter, so that none waits while there is work. Without one they take them to and fro,
/// which mixes long and short ones about as well if there is one group, and needs no counter to be cleared.
struct Schedule {
  int tiles;        // in all: row tiles x batch x heads
  int row_tiles;    // of one head
  int total_heads;  // batch x heads
  int group_heads;
  int heads;
  int* counter;   // zero before the kernel, or null
  bool in_order;  // a block takes its first tile from the counter too: whoever has a tile runs, and so do those before
                  // it

  struct alignas(16) Place {
    int row_tile;  // negative: there are no more tiles
    int head, batch;
  };
  __device__ __forceinline__ int first() const {
    return in_order ? atomicAdd(counter, 1) : static_cast<int>(blockIdx.x);
  }
  __device__ __forceinline__ int next(int tile) const {
    const int width = static_cast<int>(gridDim.x);
    if (counter != nullptr) return (in_order ? 0 : width) + atomicAdd(counter, 1);
    return (tile / width + 2) * width - 1 - tile % width;
  }
  __device__ __forceinline__ Place place(int tile) const {
    const int group = tile / (group_heads * row_tiles);
    const int first_head = group * group_heads;
    const int size = min(group_heads, total_heads - first_head);
    const int rest = tile - first_head * row_tiles;
    const int head = first_head + rest % size;
    return {row_tiles - 1 - rest / size, head % heads, head / heads};
  }
};

__device__ __forceinline__ float exp2_fast(float x) {
  float result;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(result) : "f"(x));
  return result;
}
}  // namespace vt::attention
