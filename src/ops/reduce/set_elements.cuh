// Which of many elements are set, a block for 4096 of them, a warp for 512 in a row.
#pragma once

#include <cstdint>

#include "iter/cuda_block.cuh"
#include "ops/reduce/set_elements.h"

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

/// The elements of n > 0 among this warp's of which `is_set` holds, a word for each 32 of them in order. Returns how
/// many.
template <class IsSet>
__device__ __forceinline__ int find_where(int64_t n, const IsSet& is_set, unsigned (&set)[kRounds]) {
  const int64_t first = first_element();
  bool own[kRounds];
#pragma unroll
  for (int r = 0; r < kRounds; ++r) {
    const int64_t i = first + r * 32;
    own[r] = is_set(i < n ? i : n - 1) & (i < n);  // without a branch, so that loads do not wait for each other
  }
  int count = 0;
#pragma unroll
  for (int r = 0; r < kRounds; ++r) {
    set[r] = __ballot_sync(cuda::kFullWarp, own[r]);
    count += __popc(set[r]);
  }
  return count;
}
/// Of those that are not zero.
template <class T>
__device__ __forceinline__ int find_set(const T* values, int64_t n, unsigned (&set)[kRounds]) {
  return find_where(n, [=](int64_t i) { return values[i] != T(0); }, set);
}

/// A block's number of set elements, of which `own` are this warp's, goes to its place in `counts`.
__device__ __forceinline__ void count_of_block(int own, int (&of_warp)[kWarps], int64_t* counts) {
  if (threadIdx.x % 32 == 0) of_warp[threadIdx.x / 32] = own;
  __syncthreads();
  if (threadIdx.x != 0) return;
  int total = 0;
  for (int w = 0; w < kWarps; ++w) total += of_warp[w];
  counts[blockIdx.x] = total;
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
