// A radix sort, eight bits at a time from the lowest: count the digits of each tile, turn the counts into places, move.
// A digit's place within a tile follows the order of the input, which makes every pass stable.
#include "ops/sort/radix_sort.h"

#include "cuda/launch.h"
#include "iter/cuda_block.cuh"

namespace vt {
namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / 32;
constexpr int kRounds = 8;
constexpr int kTile = kThreads * kRounds;
constexpr int kDigits = 256;

// A warp's items lie next to each other, so that ranks follow the input's order.
__device__ __forceinline__ int64_t item_of(int tile, int round) {
  return static_cast<int64_t>(tile) * kTile + (threadIdx.x / 32) * (32 * kRounds) + round * 32 + threadIdx.x % 32;
}

template <typename Key>
__global__ void __launch_bounds__(kThreads)
    count_digits(const Key* keys, uint32_t* counts, int64_t n, int tiles, int shift) {
  __shared__ uint32_t histogram[kDigits];
  histogram[threadIdx.x] = 0;
  __syncthreads();
  const int64_t row = blockIdx.y;
#pragma unroll
  for (int r = 0; r < kRounds; ++r) {
    const int64_t i = item_of(blockIdx.x, r);
    if (i < n) atomicAdd(&histogram[keys[row * n + i] >> shift & (kDigits - 1)], 1u);
  }
  __syncthreads();
  // Digit by digit, tile by tile: the order in which items come out.
  counts[(row * kDigits + threadIdx.x) * tiles + blockIdx.x] = histogram[threadIdx.x];
}

__global__ void __launch_bounds__(1024) scan_counts(uint32_t* counts, int64_t n) {
  constexpr int kEach = 16;
  __shared__ uint32_t warp_sums[32];
  counts += blockIdx.x * n;
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  uint32_t carry = 0;
  for (int64_t base = 0; base < n; base += 1024 * kEach) {
    const int64_t first = base + threadIdx.x * kEach;
    uint32_t value[kEach], sum = 0;
#pragma unroll
    for (int k = 0; k < kEach; ++k) {
      value[k] = first + k < n ? counts[first + k] : 0;
      sum += value[k];
    }
    const uint32_t own = sum;
    for (int distance = 1; distance < 32; distance *= 2) {
      const uint32_t below = __shfl_up_sync(cuda::kFullWarp, sum, distance);
      if (lane >= distance) sum += below;
    }
    if (lane == 31) warp_sums[warp] = sum;
    __syncthreads();
    if (warp == 0) {
      uint32_t total = warp_sums[lane];
      for (int distance = 1; distance < 32; distance *= 2) {
        const uint32_t below = __shfl_up_sync(cuda::kFullWarp, total, distance);
        if (lane >= distance) total += below;
      }
      warp_sums[lane] = total;
    }
    __syncthreads();
    uint32_t before = carry + (warp > 0 ? warp_sums[warp - 1] : 0) + sum - own;
#pragma unroll
    for (int k = 0; k < kEach; ++k) {
      if (first + k < n) counts[first + k] = before;
      before += value[k];
    }
    carry += warp_sums[31];
    __syncthreads();
  }
}

template <typename Key>
__global__ void __launch_bounds__(kThreads)
    move_items(const Key* keys, const int32_t* payload, Key* keys_out, int32_t* payload_out, const uint32_t* places,
               int64_t n, int tiles, int shift) {
  __shared__ uint32_t warp_counts[kWarps][kDigits];
  __shared__ uint32_t tile_places[kDigits];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const int64_t row = blockIdx.y;
  for (int w = 0; w < kWarps; ++w) warp_counts[w][threadIdx.x] = 0;
  __syncthreads();
  Key key[kRounds];
  int32_t carried[kRounds];
  uint32_t rank[kRounds];
#pragma unroll
  for (int r = 0; r < kRounds; ++r) {
    const int64_t i = item_of(blockIdx.x, r);
    const bool valid = i < n;
    key[r] = valid ? keys[row * n + i] : 0;
    carried[r] = valid ? payload[row * n + i] : 0;
    const unsigned digit = valid ? static_cast<unsigned>(key[r] >> shift & (kDigits - 1)) : kDigits;
    const unsigned peers = __match_any_sync(cuda::kFullWarp, digit);
    const unsigned below = __popc(peers & ((1u << lane) - 1));
    rank[r] = valid ? warp_counts[warp][digit] + below : 0;
    __syncwarp();
    if (valid && below == 0) warp_counts[warp][digit] += __popc(peers);
    __syncwarp();
  }
  __syncthreads();
  {
    uint32_t before = 0;
    for (int w = 0; w < kWarps; ++w) {
      const uint32_t count = warp_counts[w][threadIdx.x];
      warp_counts[w][threadIdx.x] = before;
      before += count;
    }
    tile_places[threadIdx.x] = places[(row * kDigits + threadIdx.x) * tiles + blockIdx.x];
  }
  __syncthreads();
#pragma unroll
  for (int r = 0; r < kRounds; ++r) {
    if (item_of(blockIdx.x, r) >= n) continue;
    const unsigned digit = static_cast<unsigned>(key[r] >> shift & (kDigits - 1));
    const int64_t place = row * n + tile_places[digit] + warp_counts[warp][digit] + rank[r];
    keys_out[place] = key[r];
    payload_out[place] = carried[r];
  }
}

template <typename Key>
SortPairs sort_by(SortPairs pairs, int64_t rows, int64_t n, int bits) {
  const cuda::Stream stream = cuda::current_stream(pairs.keys.device().index);
  const int tiles = static_cast<int>((n + kTile - 1) / kTile);
  const Tensor counts = empty(DimVec{rows, kDigits, tiles}, DType::int32, pairs.keys.device());
  SortPairs other{empty_like(pairs.keys), empty_like(pairs.payload)};
  const cuda::LaunchConfig config{"sort", stream, dim3(static_cast<unsigned>(tiles), static_cast<unsigned>(rows)),
                                  dim3(kThreads)};
  const cuda::LaunchConfig by_row{"sort", stream, dim3(static_cast<unsigned>(rows)), dim3(1024)};
  auto* places = reinterpret_cast<uint32_t*>(counts.data());
  for (int shift = 0; shift < bits; shift += 8) {
    auto* keys = static_cast<const Key*>(pairs.keys.data());
    cuda::launch(config, {pairs.keys.storage().get(), counts.storage().get()}, count_digits<Key>, keys, places, n,
                 tiles, shift);
    cuda::launch(by_row, {counts.storage().get()}, scan_counts, places, static_cast<int64_t>(kDigits) * tiles);
    cuda::launch(config,
                 {pairs.keys.storage().get(), pairs.payload.storage().get(), other.keys.storage().get(),
                  other.payload.storage().get(), counts.storage().get()},
                 move_items<Key>, keys, pairs.payload.data<int32_t>(), static_cast<Key*>(other.keys.data()),
                 other.payload.data<int32_t>(), places, n, tiles, shift);
    std::swap(pairs, other);
  }
  return pairs;
}

}  // namespace

SortPairs radix_sort_cuda(SortPairs pairs, int64_t rows, int64_t n, int bits) {
  if (rows == 0 || n < 2 || bits <= 0) return pairs;
  VT_CHECK(n <= INT32_MAX && rows <= 65535, NotImplemented,
           "sorting on CUDA is implemented for rows of up to 2^31 elements and up to 65535 long rows, got ", rows,
           " of ", n);
  return pairs.keys.dtype() == DType::int32 ? sort_by<uint32_t>(std::move(pairs), rows, n, bits)
                                            : sort_by<uint64_t>(std::move(pairs), rows, n, bits);
}

}  // namespace vt
