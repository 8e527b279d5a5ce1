// A radix sort, eight bits at a time from the lowest: count the digits of each tile, turn the counts into places, move.
// A digit's place within a tile follows the order of the input, which makes every pass stable.
#include "ops/sort/radix_sort.h"

#include "cuda/early.cuh"
#include "cuda/launch.h"
#include "iter/cuda_block.cuh"

namespace vt {
namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / 32;
constexpr int kRounds = 8;
constexpr int kTile = kThreads * kRounds;
constexpr int kDigits = 256;
constexpr int kManyTiles = 512;  // of a row, from which on a block scans the counts of one digit only

// A warp's items lie next to each other, so that ranks follow the input's order.
__device__ __forceinline__ int64_t item_of(int tile, int round) {
  return static_cast<int64_t>(tile) * kTile + (threadIdx.x / 32) * (32 * kRounds) + round * 32 + threadIdx.x % 32;
}

template <typename Key>
__global__ void __launch_bounds__(kThreads)
    count_digits(const Key* keys, uint32_t* counts, int64_t n, int tiles, int shift) {
  cuda::wait_for_earlier_work();
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

// Sum over the block of one value per thread, and over the threads before this one. `sums`: a value per warp.
template <int Threads>
__device__ __forceinline__ uint32_t sum_before(uint32_t own, uint32_t* sums, uint32_t& total) {
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  uint32_t sum = own;
  for (int distance = 1; distance < 32; distance *= 2) {
    const uint32_t below = __shfl_up_sync(cuda::kFullWarp, sum, distance);
    if (lane >= distance) sum += below;
  }
  if (lane == 31) sums[warp] = sum;
  __syncthreads();
  uint32_t before = 0;
  total = 0;
#pragma unroll
  for (int w = 0; w < Threads / 32; ++w) {
    if (w < warp) before += sums[w];
    total += sums[w];
  }
  __syncthreads();
  return before + sum - own;
}

// Exclusive running sums in place of n counts to a block; the sum of all to `totals`, if it is not null.
template <int Threads>
__global__ void __launch_bounds__(Threads) scan_counts(uint32_t* counts, uint32_t* totals, int64_t n) {
  cuda::wait_for_earlier_work();
  constexpr int kEach = 16;
  __shared__ uint32_t sums[Threads / 32];
  counts += blockIdx.x * n;
  uint32_t carry = 0;
  for (int64_t base = 0; base < n; base += Threads * kEach) {
    const int64_t first = base + threadIdx.x * kEach;
    uint32_t value[kEach], own = 0, total;
#pragma unroll
    for (int k = 0; k < kEach; ++k) {
      value[k] = first + k < n ? counts[first + k] : 0;
      own += value[k];
    }
    uint32_t before = carry + sum_before<Threads>(own, sums, total);
#pragma unroll
    for (int k = 0; k < kEach; ++k) {
      if (first + k < n) counts[first + k] = before;
      before += value[k];
    }
    carry += total;
  }
  if (threadIdx.x == 0 && totals != nullptr) totals[blockIdx.x] = carry;
}

template <typename Key>
__global__ void __launch_bounds__(kThreads)
    move_items(const Key* keys, const int32_t* payload, Key* keys_out, int32_t* payload_out, const uint32_t* places,
               const uint32_t* totals, int64_t n, int tiles, int shift) {
  cuda::wait_for_earlier_work();
  __shared__ uint32_t warp_counts[kWarps][kDigits];
  __shared__ uint32_t tile_places[kDigits];   // of a digit's first item of this tile, in the row
  __shared__ uint32_t digit_starts[kDigits];  // and in the tile in order
  __shared__ uint32_t sums[kWarps];
  __shared__ Key ordered[kTile];
  __shared__ int32_t ordered_payload[kTile];
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
    uint32_t all;
    digit_starts[threadIdx.x] = sum_before<kThreads>(before, sums, all);
    uint32_t place = places[(row * kDigits + threadIdx.x) * tiles + blockIdx.x];
    if (totals != nullptr) place += sum_before<kThreads>(totals[row * kDigits + threadIdx.x], sums, all);
    tile_places[threadIdx.x] = place;
  }
  __syncthreads();
  // Put in order here first, so that neighbours are written by neighbours.
#pragma unroll
  for (int r = 0; r < kRounds; ++r) {
    if (item_of(blockIdx.x, r) >= n) continue;
    const unsigned digit = static_cast<unsigned>(key[r] >> shift & (kDigits - 1));
    const uint32_t at = digit_starts[digit] + warp_counts[warp][digit] + rank[r];
    ordered[at] = key[r];
    ordered_payload[at] = carried[r];
  }
  __syncthreads();
  const int64_t begin = static_cast<int64_t>(blockIdx.x) * kTile;
  const int items = n - begin < kTile ? static_cast<int>(n - begin) : kTile;
  for (int at = threadIdx.x; at < items; at += kThreads) {
    const unsigned digit = static_cast<unsigned>(ordered[at] >> shift & (kDigits - 1));
    const int64_t place = row * n + tile_places[digit] + (at - digit_starts[digit]);
    keys_out[place] = ordered[at];
    payload_out[place] = ordered_payload[at];
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
  // The counts of a row are scanned by one block, or, where there are many, those of each digit by one, and what comes
  // before a digit is added as the items move.
  const bool by_digit = tiles >= kManyTiles;
  const Tensor totals = by_digit ? empty(DimVec{rows, kDigits}, DType::int32, pairs.keys.device()) : Tensor();
  auto* digit_totals = by_digit ? reinterpret_cast<uint32_t*>(totals.data()) : nullptr;
  const StorageImpl* totals_storage = by_digit ? totals.storage().get() : nullptr;
  cuda::LaunchConfig scan{"sort", stream, dim3(static_cast<unsigned>(rows)), dim3(1024)};
  if (by_digit) {
    scan.grid.x *= kDigits;
    scan.block.x = kThreads;
  }
  auto* places = reinterpret_cast<uint32_t*>(counts.data());
  for (int shift = 0; shift < bits; shift += 8) {
    auto* keys = static_cast<const Key*>(pairs.keys.data());
    cuda::launch_early(config, {pairs.keys.storage().get(), counts.storage().get()}, count_digits<Key>, keys, places, n,
                       tiles, shift);
    cuda::launch_early(scan, {counts.storage().get(), totals_storage},
                       by_digit ? scan_counts<kThreads> : scan_counts<1024>, places, digit_totals,
                       by_digit ? int64_t{tiles} : int64_t{kDigits} * tiles);
    cuda::launch_early(config,
                       {pairs.keys.storage().get(), pairs.payload.storage().get(), other.keys.storage().get(),
                        other.payload.storage().get(), counts.storage().get(), totals_storage},
                       move_items<Key>, keys, pairs.payload.data<int32_t>(), static_cast<Key*>(other.keys.data()),
                       other.payload.data<int32_t>(), places, digit_totals, n, tiles, shift);
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
