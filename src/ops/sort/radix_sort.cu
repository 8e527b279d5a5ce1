// A radix sort, eight bits at a time from the lowest. All digits are counted once; then each pass reads and writes the
// items once: a block ranks the digits of a tile, says how many of each it has, and adds up what the tiles before it
// say, which tells it where its items go. A digit's place within a tile follows the order of the input, which makes
// every pass stable.
//
// Note [Passes that move nothing]
// A pass in which all keys of a row have the same digit would copy the row as it is: the upper bytes of small integers.
// Where the caller asks for it, and can read a row from either of two places, such passes are left out, row by row, by
// the counts alone: the host does not know, so their blocks are launched and end at once. As many blocks are launched
// as run at once, and each moves tile after tile.
//
// Note [Counts of tiles]
// What a tile says of a digit is a word: a number in its low half, and in its high half which pass says it and whether
// it counts the tile alone or all up to it. A tile adds up the words before its own until it meets one of the second
// kind, and then writes such a word itself. Tiles are taken in order, from a counter, so those before are with running
// blocks or done, and waiting for them ends.
#include "ops/sort/radix_sort.h"

#include <algorithm>
#include <utility>

#include "cuda/copy.h"
#include "cuda/device.h"
#include "cuda/launch.h"
#include "iter/cuda_block.cuh"

namespace vt {
namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / 32;
constexpr int kDigitBits = 8;
constexpr int kDigits = 1 << kDigitBits;
static_assert(kDigits == kThreads, "a thread per digit");
constexpr int kHeard = 8;  // words that a thread asks for at once

template <typename Key>
__device__ __forceinline__ unsigned digit_of(Key key, int pass) {
  return static_cast<unsigned>(key >> (pass * kDigitBits)) & (kDigits - 1);
}

/// How many of the row's keys have each digit, for each pass, added to `counts` (rows, passes, digits). Blocks are
/// (part, row).
template <typename Key, int Passes>
__global__ void __launch_bounds__(kThreads) count_digits(const Key* keys, uint32_t* counts, int64_t n, int passes) {
  constexpr int kUnroll = 4;
  __shared__ uint32_t found[Passes][kDigits];
#pragma unroll
  for (int pass = 0; pass < Passes; ++pass) found[pass][threadIdx.x] = 0;
  __syncthreads();
  const Key* row = keys + blockIdx.y * n;
  const int64_t step = static_cast<int64_t>(gridDim.x) * kThreads;
  for (int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x; i < n; i += kUnroll * step) {
    Key key[kUnroll];
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) key[u] = i + u * step < n ? row[i + u * step] : 0;
#pragma unroll
    for (int u = 0; u < kUnroll; ++u) {
      if (i + u * step >= n) break;
#pragma unroll
      for (int pass = 0; pass < Passes; ++pass) {
        if (pass < passes) atomicAdd(&found[pass][digit_of(key[u], pass)], 1u);
      }
    }
  }
  __syncthreads();
  for (int pass = 0; pass < passes; ++pass) {
    const uint32_t count = found[pass][threadIdx.x];
    if (count != 0) atomicAdd(counts + (blockIdx.y * passes + pass) * kDigits + threadIdx.x, count);
  }
}

// Sum over the threads before this one of one value per thread. `sums`: a value per warp.
__device__ __forceinline__ uint32_t sum_before(uint32_t own, uint32_t* sums) {
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  uint32_t sum = own;
#pragma unroll
  for (int distance = 1; distance < 32; distance *= 2) {
    const uint32_t below = __shfl_up_sync(cuda::kFullWarp, sum, distance);
    if (lane >= distance) sum += below;
  }
  if (lane == 31) sums[warp] = sum;
  __syncthreads();
  uint32_t before = 0;
#pragma unroll
  for (int w = 0; w < kWarps; ++w) {
    if (w < warp) before += sums[w];
  }
  __syncthreads();
  return before + sum - own;
}

// What tiles say of their digits, see Note [Counts of tiles]. Nothing else is read through it, so order does not
// matter.
enum class Counted : uint32_t { Tile = 1, AllSoFar = 2 };
__device__ __forceinline__ uint32_t said_in(int pass, Counted what) { return 2 * pass + static_cast<uint32_t>(what); }

__device__ __forceinline__ void say(uint64_t* word, uint32_t what, uint32_t count) {
  const uint64_t value = static_cast<uint64_t>(what) << 32 | count;
  asm volatile("st.relaxed.gpu.global.u64 [%0], %1;" ::"l"(word), "l"(value) : "memory");
}
__device__ __forceinline__ uint64_t hear(const uint64_t* word) {
  uint64_t value;
  asm volatile("ld.relaxed.gpu.global.u64 %0, [%1];" : "=l"(value) : "l"(word) : "memory");
  return value;
}

/// Items of the tiles before with this thread's digit; says in `own` how many there are with the tile's `count`.
__device__ __forceinline__ uint32_t count_before(uint64_t* own, uint32_t count, int tile, int pass) {
  const uint32_t alone = said_in(pass, Counted::Tile), so_far = said_in(pass, Counted::AllSoFar);
  if (tile == 0) {
    say(own, so_far, count);
    return 0;
  }
  say(own, alone, count);
  uint32_t before = 0;
  const uint64_t* next = own;
  for (bool done = false; !done; tile -= kHeard) {
    // Several words are on their way at once.
    uint64_t words[kHeard];
#pragma unroll
    for (int i = 0; i < kHeard; ++i) words[i] = i < tile ? hear(next - (i + 1) * kDigits) : 0;
#pragma unroll
    for (int i = 0; i < kHeard; ++i) {
      if (done) break;
      while (static_cast<uint32_t>(words[i] >> 32) < alone) words[i] = hear(next - (i + 1) * kDigits);
      before += static_cast<uint32_t>(words[i]);
      done = static_cast<uint32_t>(words[i] >> 32) == so_far;
    }
    next -= kHeard * kDigits;
  }
  say(own, so_far, before + count);
  return before;
}

/// Keys with what goes along, rows of n.
template <typename Key>
struct Items {
  Key* keys;
  int32_t* payload;
};

/// What passes share: counts (rows, passes, digits) and, where a row has more than one tile, the next tile of each pass
/// and words (rows, tiles, digits). `moves`: the passes that move a row, a bit for each; null: all do.
struct Shared {
  uint32_t* counts;
  uint32_t* next_tile;
  uint64_t* words;
  const int32_t* moves;
  int tiles, passes;
};

/// A block for each row says which passes move it.
__global__ void __launch_bounds__(kThreads) find_moves(const uint32_t* counts, int32_t* moves, uint32_t n, int passes) {
  uint32_t moving = 0;
  for (int pass = 0; pass < passes; ++pass) {
    const bool all = counts[(blockIdx.x * passes + pass) * kDigits + threadIdx.x] == n;
    if (!__syncthreads_or(all)) moving |= 1u << pass;
  }
  if (threadIdx.x == 0) moves[blockIdx.x] = static_cast<int32_t>(moving);
}

constexpr int kTogether = 3;    // blocks of a multiprocessor
constexpr int kKnownRows = 32;  // whose moves a block reads while it waits for its first tile

/// From one of two places to the other, as it is the row's turn. Carries: there is a payload.
template <typename Key, int Rounds, bool Carries>
__global__ void __launch_bounds__(kThreads, kTogether)
    move_items(Items<Key> one, Items<Key> other, const Shared shared, int rows, int64_t n, int pass) {
  constexpr int kTile = kThreads * Rounds;
  __shared__ uint32_t warp_counts[kWarps][kDigits];
  __shared__ int32_t steps[kDigits];    // from an item's place in the tile in order to that in the row
  __shared__ uint32_t starts[kDigits];  // of digits in the tile in order
  __shared__ uint32_t sums[kWarps];
  __shared__ Key ordered[kTile];
  __shared__ int32_t ordered_payload[Carries ? kTile : 1];
  __shared__ uint32_t taken, known_moves[kKnownRows];
  const bool one_tile = shared.tiles == 1;
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  const int first = warp * (32 * Rounds) + lane;
  if (const int row = static_cast<int>(threadIdx.x) - 32; row >= 0 && row < kKnownRows) {
    known_moves[row] = shared.moves == nullptr ? ~0u : row < rows ? static_cast<uint32_t>(shared.moves[row]) : 0;
  }
  const auto is_moving = [&](uint32_t moves) { return (moves >> pass & 1) != 0; };
  do {
    if (threadIdx.x == 0) taken = one_tile ? blockIdx.x : atomicAdd(shared.next_tile + pass, 1u);
#pragma unroll
    for (int w = 0; w < kWarps; ++w) warp_counts[w][threadIdx.x] = 0;
    __syncthreads();
    const auto tile = static_cast<int>(taken % static_cast<uint32_t>(shared.tiles));
    const int64_t row = taken / static_cast<uint32_t>(shared.tiles), begin = static_cast<int64_t>(tile) * kTile;
    if (row >= rows || (rows == 1 && !is_moving(known_moves[0]))) return;
    const uint32_t moves = row < kKnownRows || shared.moves == nullptr ? known_moves[row % kKnownRows]
                                                                       : static_cast<uint32_t>(shared.moves[row]);
    if (!is_moving(moves)) {
      __syncthreads();
      continue;
    }
    const bool back = __popc(moves & ((1u << pass) - 1)) % 2 != 0;
    const int items = n - begin < kTile ? static_cast<int>(n - begin) : kTile;
    // A warp's items lie next to each other, so that ranks follow the input's order.
    const Key* keys = (back ? other.keys : one.keys) + row * n + begin;
    const int32_t* payload = Carries ? (back ? other.payload : one.payload) + row * n + begin : nullptr;
    Key key[Rounds];
    int32_t carried[Carries ? Rounds : 1];
    uint32_t rank[Rounds];
#pragma unroll
    for (int r = 0; r < Rounds; ++r) key[r] = first + r * 32 < items ? keys[first + r * 32] : 0;
    if constexpr (Carries) {
#pragma unroll
      for (int r = 0; r < Rounds; ++r) carried[r] = first + r * 32 < items ? payload[first + r * 32] : 0;
    }
#pragma unroll
    for (int r = 0; r < Rounds; ++r) {
      const bool valid = first + r * 32 < items;
      const unsigned digit = valid ? digit_of(key[r], pass) : kDigits;
      const unsigned peers = __match_any_sync(cuda::kFullWarp, digit);
      const unsigned below = __popc(peers & ((1u << lane) - 1));
      rank[r] = valid ? warp_counts[warp][digit] + below : 0;
      __syncwarp();
      if (valid && below == 0) warp_counts[warp][digit] += __popc(peers);
      __syncwarp();
    }
    __syncthreads();
    {
      const unsigned digit = threadIdx.x;
      uint32_t count = 0;
#pragma unroll
      for (int w = 0; w < kWarps; ++w) {
        const uint32_t of_warp = warp_counts[w][digit];
        warp_counts[w][digit] = count;
        count += of_warp;
      }
      const uint32_t start = sum_before(count, sums);
      starts[digit] = start;
      uint32_t place = start;
      if (!one_tile) {
        place = sum_before(shared.counts[(row * shared.passes + pass) * kDigits + digit], sums);
        place += count_before(shared.words + (row * shared.tiles + tile) * kDigits + digit, count, tile, pass);
      }
      steps[digit] = static_cast<int32_t>(place - start);
    }
    __syncthreads();
    // Put in order here first, so that neighbours are written by neighbours.
#pragma unroll
    for (int r = 0; r < Rounds; ++r) {
      if (first + r * 32 >= items) break;
      const unsigned digit = digit_of(key[r], pass);
      const uint32_t at = starts[digit] + warp_counts[warp][digit] + rank[r];
      ordered[at] = key[r];
      if constexpr (Carries) ordered_payload[at] = carried[r];
    }
    __syncthreads();
    const Items<Key> to = back ? one : other;
    for (int at = threadIdx.x; at < items; at += kThreads) {
      const int64_t place = row * n + static_cast<uint32_t>(steps[digit_of(ordered[at], pass)] + at);
      to.keys[place] = ordered[at];
      if constexpr (Carries) to.payload[place] = ordered_payload[at];
    }
  } while (!one_tile);
}

template <typename Key, int Rounds, bool Carries>
SortedRows sort_by(SortPairs pairs, int64_t rows, int64_t n, int bits, bool leave_out) {
  constexpr int kPasses = static_cast<int>(sizeof(Key)), kTile = kThreads * Rounds;
  const cuda::Stream stream = cuda::current_stream(pairs.keys.device().index);
  const int passes = (bits + kDigitBits - 1) / kDigitBits, tiles = static_cast<int>((n + kTile - 1) / kTile);
  SortedRows sorted{{std::move(pairs), {}}, {}, passes};
  auto& [one, other] = sorted.places;
  other = {empty_like(one.keys), Carries ? empty_like(one.payload) : Tensor()};
  Shared shared{nullptr, nullptr, nullptr, nullptr, tiles, passes};
  Tensor memory;
  if (tiles > 1) {
    const int64_t words = rows * tiles * kDigits, counts = rows * passes * kDigits, bytes = words * 8 + counts * 4;
    memory = empty(DimVec{bytes + kPasses * 4}, DType::uint8, one.keys.device());
    auto* start = static_cast<char*>(memory.data());
    cuda::fill_bytes(start, 0, static_cast<size_t>(memory.numel()), stream, {memory.storage().get()});
    shared.words = reinterpret_cast<uint64_t*>(start);
    shared.counts = reinterpret_cast<uint32_t*>(start + words * 8);
    shared.next_tile = reinterpret_cast<uint32_t*>(start + bytes);
    constexpr int64_t kBlocks = 1056, kLeast = kThreads * 8;  // of all rows; keys of a block
    const unsigned parts = cuda::blocks_for(n, kLeast, std::max<int64_t>(1, kBlocks / rows));
    const cuda::LaunchConfig config{"sort", stream, dim3(parts, static_cast<unsigned>(rows)), dim3(kThreads)};
    cuda::launch(config, {one.keys.storage().get(), memory.storage().get()}, count_digits<Key, kPasses>,
                 static_cast<const Key*>(one.keys.data()), shared.counts, n, passes);
    if (leave_out) {
      sorted.moves = empty(DimVec{rows}, DType::int32, one.keys.device());
      shared.moves = sorted.moves.data<int32_t>();
      cuda::launch({"sort", stream, dim3(static_cast<unsigned>(rows)), dim3(kThreads)},
                   {memory.storage().get(), sorted.moves.storage().get()}, find_moves, shared.counts,
                   sorted.moves.data<int32_t>(), static_cast<uint32_t>(n), passes);
    }
  }
  const int64_t at_once = kTogether * int64_t{cuda::device_properties(stream.device).multi_processor_count};
  const int64_t blocks = tiles == 1 ? rows : std::min(rows * tiles, at_once);
  const cuda::LaunchConfig config{"sort", stream, dim3(static_cast<unsigned>(blocks)), dim3(kThreads)};
  const auto storage = [](const Tensor& t) { return t.defined() ? t.storage().get() : nullptr; };
  const auto items = [](const SortPairs& p) {
    return Items<Key>{static_cast<Key*>(p.keys.data()), Carries ? p.payload.data<int32_t>() : nullptr};
  };
  for (int pass = 0; pass < passes; ++pass) {
    cuda::launch(config,
                 {storage(one.keys), storage(one.payload), storage(other.keys), storage(other.payload), storage(memory),
                  storage(sorted.moves)},
                 move_items<Key, Rounds, Carries>, items(one), items(other), shared, static_cast<int>(rows), n, pass);
  }
  return sorted;
}

SortedRows sort_rows(SortPairs pairs, int64_t rows, int64_t n, int bits, bool leave_out) {
  VT_CHECK(n <= INT32_MAX && rows <= 65535, NotImplemented,
           "sorting on CUDA is implemented for rows of up to 2^31 elements and up to 65535 long rows, got ", rows,
           " of ", n);
  constexpr int64_t kShort = kThreads * 8;
  const auto sort = [&]<bool Carries>(std::bool_constant<Carries>) {
    if (pairs.keys.dtype() != DType::int32) {
      return sort_by<uint64_t, 8, Carries>(std::move(pairs), rows, n, bits, leave_out);
    }
    return n <= kShort ? sort_by<uint32_t, 8, Carries>(std::move(pairs), rows, n, bits, leave_out)
                       : sort_by<uint32_t, 16, Carries>(std::move(pairs), rows, n, bits, leave_out);
  };
  return pairs.payload.defined() ? sort(std::true_type()) : sort(std::false_type());
}

}  // namespace

SortPairs radix_sort_cuda(SortPairs pairs, int64_t rows, int64_t n, int bits) {
  if (rows == 0 || n < 2 || bits <= 0) return pairs;
  SortedRows sorted = sort_rows(std::move(pairs), rows, n, bits, false);
  return std::move(sorted.places[sorted.passes % 2]);
}

SortedRows radix_sort_rows_cuda(SortPairs pairs, int64_t rows, int64_t n, int bits, bool leave_out) {
  if (rows == 0 || n < 2 || bits <= 0) return {{pairs, pairs}, {}, 0};
  return sort_rows(std::move(pairs), rows, n, bits, leave_out);
}

}  // namespace vt
