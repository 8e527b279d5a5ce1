// The element of a given rank: its key is found eight bits at a time from the highest. Each pass counts the digits of
// the elements that agree with what is known of the key, and the count says which digit comes next.
#pragma once

#include "cuda/launch.h"
#include "iter/cuda_block.cuh"
#include "ops/sort/select_cuda.h"
#include "ops/sort/sort_key.h"

namespace vt::cuda {

inline constexpr int kDigits = 256;
inline constexpr int kSelectUnroll = 4;

template <typename T>
struct SelectArguments {
  const T* in;       // (rows, n)
  T* values;         // (rows)
  int64_t* indices;  // (rows)
  int64_t rows, n, k;
  RowRank rank;
};

struct MinOf {
  __device__ __forceinline__ int64_t operator()(int64_t a, int64_t b) const { return b < a ? b : a; }
};

/// Whether `elements_before` needs the number of NaNs.
template <typename T>
VT_HD_INLINE bool counts_nans(RowRank rank) {
  return !std::is_integral_v<T> && rank != RowRank::Kth;
}

/// NaNs in [begin, end) of a row; every thread gets it.
template <typename T>
__device__ __forceinline__ int64_t count_nans(const T* row, int64_t begin, int64_t end, int64_t* scratch) {
  int64_t nans = 0;
  for (int64_t i = begin + threadIdx.x; i < end; i += blockDim.x) nans += row[i] != row[i];
  return block_all(nans, SumOf(), scratch);
}

/// How many elements come before the wanted one.
__device__ __forceinline__ int64_t elements_before(int64_t n, int64_t nans, RowRank rank, int64_t k) {
  if (rank == RowRank::Kth) return k;
  if (nans == n || (nans > 0 && rank == RowRank::Median)) return n - nans;  // the first of them
  return (n - nans - 1) / 2;
}

/// Adds to `counts`, which are shared, the digits of the elements of [begin, end) that agree with `prefix` above the
/// digit. By whole warps.
template <typename T>
__device__ __forceinline__ void count_matching(const T* row, int64_t begin, int64_t end, uint64_t prefix, int shift,
                                               bool descending, unsigned* counts) {
  const unsigned below = (1u << threadIdx.x % 32) - 1;
  for (int64_t start = begin; start < end; start += static_cast<int64_t>(blockDim.x) * kSelectUnroll) {
    unsigned digits[kSelectUnroll];
#pragma unroll
    for (int u = 0; u < kSelectUnroll; ++u) {
      const int64_t i = start + static_cast<int64_t>(u) * blockDim.x + threadIdx.x;
      // Above the digit only zeros are left where the two agree.
      const uint64_t rest = i < end ? (sort_key(row[i], descending) ^ prefix) >> shift : kDigits;
      digits[u] = rest < kDigits ? static_cast<unsigned>(rest) : kDigits;
    }
#pragma unroll
    for (int u = 0; u < kSelectUnroll; ++u) {
      if (!__any_sync(kFullWarp, digits[u] < kDigits)) continue;
      const unsigned peers = __match_any_sync(kFullWarp, digits[u]);
      if (digits[u] < kDigits && (peers & below) == 0) atomicAdd(&counts[digits[u]], __popc(peers));
    }
  }
}

struct Digit {
  int value;
  int64_t before;  // elements with a smaller one
  int64_t count;   // elements with this one
};

/// The digit of element `rank` of those counted. By one warp; every lane gets it.
__device__ __forceinline__ Digit digit_of_rank(const int64_t* totals, int64_t rank) {
  constexpr int kEach = kDigits / 32;
  const int lane = threadIdx.x % 32;
  int64_t own = 0;
  for (int d = 0; d < kEach; ++d) own += totals[lane * kEach + d];
  int64_t sum = own;
  for (int distance = 1; distance < 32; distance *= 2) {
    const int64_t other = __shfl_up_sync(kFullWarp, static_cast<long long>(sum), distance);
    if (lane >= distance) sum += other;
  }
  const int64_t first = sum - own;
  const unsigned holders = __ballot_sync(kFullWarp, rank >= first && rank < sum);
  Digit found{lane * kEach, first, 0};
  if (rank >= first && rank < sum) {
    while (rank >= found.before + totals[found.value]) found.before += totals[found.value++];
    found.count = totals[found.value];
  }
  const int holder = holders == 0 ? 0 : __ffs(static_cast<int>(holders)) - 1;
  found.value = __shfl_sync(kFullWarp, found.value, holder);
  found.before = __shfl_sync(kFullWarp, static_cast<long long>(found.before), holder);
  found.count = __shfl_sync(kFullWarp, static_cast<long long>(found.count), holder);
  return found;
}

template <typename T>
inline constexpr int kTopShift = (kKeyBits<T> - 1) / 8 * 8;

/// Shared memory of a block that selects from a row.
struct SelectShared {
  unsigned counts[kDigits];
  int64_t totals[kDigits];
  Digit digit;
};

struct RankedKey {
  uint64_t key;
  int64_t ties_before;  // elements with this key that come before the wanted one
  int64_t ties;         // elements with this key
};

/// The key of the element that `rank` others come before. By a whole block, which then may use `shared` again after
/// its next __syncthreads().
template <typename T>
__device__ __forceinline__ RankedKey find_ranked_key(const T* row, int64_t n, int64_t rank, bool descending,
                                                     SelectShared& shared) {
  constexpr int64_t kChunk = int64_t{1} << 30;  // what 32-bit counters are sure to hold
  RankedKey found{0, rank, 0};
  for (int shift = kTopShift<T>; shift >= 0; shift -= 8) {
    for (int d = threadIdx.x; d < kDigits; d += blockDim.x) shared.totals[d] = 0;
    for (int64_t begin = 0; begin < n; begin += kChunk) {
      for (int d = threadIdx.x; d < kDigits; d += blockDim.x) shared.counts[d] = 0;
      __syncthreads();
      count_matching(row, begin, begin + kChunk < n ? begin + kChunk : n, found.key, shift, descending, shared.counts);
      __syncthreads();
      for (int d = threadIdx.x; d < kDigits; d += blockDim.x) shared.totals[d] += shared.counts[d];
    }
    __syncthreads();
    if (threadIdx.x < 32) {
      const Digit digit = digit_of_rank(shared.totals, found.ties_before);
      if (threadIdx.x == 0) shared.digit = digit;
    }
    __syncthreads();
    found.key |= static_cast<uint64_t>(shared.digit.value) << shift;
    found.ties_before -= shared.digit.before;
    found.ties = shared.digit.count;
  }
  return found;
}

/// The first position in [begin, end) whose element has that key, or `end`; every thread gets it.
template <typename T>
__device__ __forceinline__ int64_t find_key(const T* row, int64_t begin, int64_t end, uint64_t key, int64_t* scratch) {
  int64_t at = end;
  for (int64_t i = begin + threadIdx.x; i < end && at == end; i += blockDim.x) {
    if (sort_key(row[i], false) == key) at = i;
  }
  return block_all(at, MinOf(), scratch);
}

}  // namespace vt::cuda
