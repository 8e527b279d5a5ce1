// Which of many elements are set, a block for 4096 of them, a warp for 512 in a row.
#pragma once

#include <cstdint>

#include "iter/cuda_block.cuh"

namespace vt::set_elements {

inline constexpr int kThreads = 256;
inline constexpr int kWarps = kThreads / 32;
inline constexpr int kRounds = 16;
inline constexpr int64_t kPerWarp = 32 * kRounds;
inline constexpr int64_t kPerBlock = kWarps * kPerWarp;

/// The first of this thread's elements; the others lie 32 apart.
__device__ __forceinline__ int64_t first_element() {
  return blockIdx.x * kPerBlock + threadIdx.x / 32 * kPerWarp + threadIdx.x % 32;
}

/// The set elements among this warp's, a word for each 32 of them in order. Returns how many.
template <class T>
__device__ __forceinline__ int find_set(const T* values, int64_t n, unsigned (&set)[kRounds]) {
  const int64_t first = first_element();
  bool own[kRounds];
#pragma unroll
  for (int r = 0; r < kRounds; ++r) own[r] = first + r * 32 < n && values[first + r * 32] != T(0);
  int count = 0;
#pragma unroll
  for (int r = 0; r < kRounds; ++r) {
    set[r] = __ballot_sync(cuda::kFullWarp, own[r]);
    count += __popc(set[r]);
  }
  return count;
}

/// How many elements are set before this warp's: `starts` has that of each block, `own` is this warp's number. A
/// barrier of the block; `of_warp` is a number per warp.
__device__ __forceinline__ int64_t set_before_warp(const int64_t* starts, int own, int (&of_warp)[kWarps]) {
  const int warp = threadIdx.x / 32;
  if (threadIdx.x % 32 == 0) of_warp[warp] = own;
  __syncthreads();
  int64_t before = starts[blockIdx.x];
  for (int w = 0; w < warp; ++w) before += of_warp[w];
  return before;
}

}  // namespace vt::set_elements
