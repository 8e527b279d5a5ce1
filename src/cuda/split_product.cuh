// The kernel of split products for Hopper; Note [Split products] in cuda/split_product.h says what it computes.
//
// A block works through tiles of C, chunk after chunk of k. One warpgroup produces: it reads B a chunk ahead, splits it
// and writes the parts into a ring of buffers. Each warpgroup of consumers holds 64 of the tile's rows: it reads them a
// chunk ahead too, splits them in registers, multiplies, and adds the chunk's sums to its own. Two consumers take
// turns, so that one splits and adds while the products of the other run. Tiles of 64 x 64 have one, and a second block
// on the multiprocessor in the other's place: small products have too few large tiles to go round.
//
// Note [Mixed order]
// A thread of the consumers has two neighbours of each eight of k in a row of A, and two of each eight columns of C,
// which it would read and write 8 bytes at a time. What tensor cores take for 0 1, 2 3, 4 5, 6 7 of 16 are therefore
// 0 1, 4 5, 8 9, 12 13, and 2 3, 6 7, 10 11, 14 15 come behind, which makes a thread's four neighbours. Rows of a tile
// of B are read in that order, its columns stored in it. It is the order of k where rows of A lie along it, and then
// that of the columns of C too where B has them as rows.
#pragma once

#include <cstdint>

#include "cuda/mbarrier.cuh"
#include "cuda/tma.cuh"
#include "cuda/wgmma.cuh"

namespace vt::cuda::split {

inline constexpr int kParts = 3;
inline constexpr int kDepth = 32;  // of a chunk of k
inline constexpr int kStages = 4;
inline constexpr unsigned kWarp = 0xffffffffu;

/// The matrices of a batch `stride` apart, their rows as they lie `ld` apart, in elements.
struct Matrices {
  const float* data;
  int64_t ld, stride;
};

/// c = alpha * a b + beta * c + bias. With several sections of k each writes a product of its own, `section_stride`
/// after the one before.
struct Globals {
  Matrices a;  // (m, k), or (k, m) where the kernel transposes
  Matrices b;  // (k, n), or (n, k) where the kernel transposes
  float* c;
  int64_t ldc, stride_c, section_stride;
  const float* bias;  // (n), or null
  float alpha, beta;  // beta == 0: c is not read
  int m, n, k;
  int batch, row_tiles, col_tiles;
  int chunks, section_chunks;  // of k
  int tiles;                   // in all
  bool pairs;                  // of neighbours in a row of c are aligned
  bool plain;                  // as many as a thread has side by side are, and c = a b
};

/// Sizes of a tile of C, and what that takes.
struct LargeTiles {
  static constexpr int kRows = 128, kCols = 128;
  static constexpr int kConsumers = 2, kThreads = 128 * (1 + kConsumers), kTogether = 1;  // blocks of a multiprocessor
  static constexpr int kConsumerRegisters = 208, kProducerRegisters = 88;
};
struct SmallTiles {
  static constexpr int kRows = 64, kCols = 64;
  static constexpr int kConsumers = 1, kThreads = 128 * (1 + kConsumers), kTogether = 2;
  static constexpr int kConsumerRegisters = 168, kProducerRegisters = 88;
};

template <class Tiles, bool TransposeA, bool TransposeB, bool Vectors>
struct Config : Tiles {
  using Tiles::kCols;
  static constexpr bool kTransposeA = TransposeA, kTransposeB = TransposeB;
  static constexpr bool kVectors = Vectors;  // rows of b can be read by 16 bytes, of a too, or by 8 if it is transposed
  static constexpr bool kMixTerms = !TransposeA, kMixColumns = kMixTerms && TransposeB;  // Note [Mixed order]
  using B = std::conditional_t<TransposeB, Tile<kCols, kDepth>, Tile<kDepth, kCols>>;    // as it lies
};

template <class Config>
struct Shared {
  alignas(1024) uint8_t b[kStages][kParts][Config::B::kBytes];
  alignas(16) uint32_t lost[kStages][4];  // by each warp of producers
  Barrier full[kStages], empty[kStages];
};

/// The chunks that a block multiplies, tile after tile. Tiles that run at the same time are neighbours both ways, so
/// that they read the same rows and columns.
template <class Config>
struct Work {
  static constexpr int kGroup = 8;  // tiles one above the other that come before the next column

  int tile;
  int row, col;         // of c, the tile's first
  int matrix, section;  // of the batch, of k
  int chunk, end;

  __device__ __forceinline__ explicit Work(const Globals& g) : tile(static_cast<int>(blockIdx.x)) { place(g); }
  __device__ __forceinline__ bool more(const Globals& g) const { return tile < g.tiles; }
  __device__ __forceinline__ void advance(const Globals& g) {
    if (++chunk < end) return;
    tile += static_cast<int>(gridDim.x);
    place(g);
  }

 private:
  __device__ __forceinline__ void place(const Globals& g) {
    if (!more(g)) return;
    const int of_matrix = g.row_tiles * g.col_tiles, layer = tile / of_matrix, place = tile % of_matrix;
    section = layer / g.batch;
    matrix = layer % g.batch;
    const int first = place / (kGroup * g.col_tiles) * kGroup, size = min(kGroup, g.row_tiles - first);
    const int rest = place - first * g.col_tiles;
    row = (first + rest % size) * Config::kRows;
    col = rest / size * Config::kCols;
    chunk = section * g.section_chunks;
    end = min(g.chunks, chunk + g.section_chunks);
  }
};

/// The floats at `from`, of which the first `valid` are there, with zeros for the others. With Vectors all or none are.
template <bool Vectors>
__device__ __forceinline__ float2 load2(const float* from, int valid) {
  if constexpr (Vectors) return valid > 0 ? __ldg(reinterpret_cast<const float2*>(from)) : make_float2(0, 0);
  return make_float2(valid > 0 ? __ldg(from) : 0, valid > 1 ? __ldg(from + 1) : 0);
}
template <bool Vectors>
__device__ __forceinline__ float4 load4(const float* from, int valid) {
  if constexpr (Vectors) return valid > 0 ? __ldg(reinterpret_cast<const float4*>(from)) : make_float4(0, 0, 0, 0);
  return make_float4(valid > 0 ? __ldg(from) : 0, valid > 1 ? __ldg(from + 1) : 0, valid > 2 ? __ldg(from + 2) : 0,
                     valid > 3 ? __ldg(from + 3) : 0);
}

/// The halves of a pair of bfloat16 numbers as floats.
__device__ __forceinline__ float low_half(uint32_t pair) { return __uint_as_float(pair << 16); }
__device__ __forceinline__ float high_half(uint32_t pair) { return __uint_as_float(pair & 0xffff0000u); }

/// Parts of x and y that add up to them, those of x in the low halves. Where they do not, because the last part would
/// need bits under 2^-133, the low half of `lost` gets bits.
__device__ __forceinline__ void split_pair(float x, float y, uint32_t (&parts)[kParts], uint32_t& lost) {
#pragma unroll
  for (int i = 0; i < 2; ++i) {
    parts[i] = pack<bfloat16>(x, y);
    x -= low_half(parts[i]);
    y -= high_half(parts[i]);
  }
  lost |= __float_as_uint(x) | __float_as_uint(y);
  parts[2] = __byte_perm(__float_as_uint(x), __float_as_uint(y), 0x7632);  // the upper halves: nothing is left to round
}

/// Which one stands at a place of the mixed order.
__host__ __device__ constexpr int mixed(int place) {
  return (place & ~15) | (place & 6) << 1 | (place >> 2 & 2) | (place & 1);
}

/// What a thread of the producers does: it reads `kLoads` times four neighbours of the chunk of B.
template <class Config>
struct Producer {
  using B = typename Config::B;
  static constexpr int kAcross = B::kCols / 4;     // threads along a row
  static constexpr int kStep = 128 / kAcross;      // rows from one load to the next
  static constexpr int kLoads = B::kRows / kStep;  // 8 or 4
  static_assert(2 * kStep % 8 == 0, "the swizzle of every second load is the same");
  static constexpr bool kMixRows = Config::kTransposeB ? Config::kMixColumns : Config::kMixTerms;
  static constexpr bool kMixAcross = Config::kTransposeB && Config::kMixTerms;

  const Globals& g;
  Shared<Config>& s;
  const int thread = static_cast<int>(threadIdx.x);
  const int row = thread / kAcross, col = thread % kAcross * 4;  // of the first load, in the tile

  // Of a place in the tile; that of a sum of places of different bits is the sum.
  static constexpr __device__ int row_at(int place) { return kMixRows ? mixed(place) : place; }

  __device__ __forceinline__ void fetch(float4 (&to)[kLoads], const Work<Config>& w) const {
    constexpr bool kByColumn = Config::kTransposeB;  // rows of the tile are columns of the product
    const int k = w.chunk * kDepth;
    const int first_row = (kByColumn ? w.col : k) + row_at(row), rows = kByColumn ? g.n : g.k;
    const int first_col = (kByColumn ? k : w.col) + col, cols = kByColumn ? g.k : g.n;
    const float* from = g.b.data + w.matrix * g.b.stride + first_row * g.b.ld + first_col;
#pragma unroll
    for (int i = 0; i < kLoads; ++i) {
      const int down = row_at(i * kStep);
      to[i] = load4<Config::kVectors>(from + down * g.b.ld, first_row + down < rows ? cols - first_col : 0);
    }
  }

  __device__ __forceinline__ void run() const {
    const int across = kMixAcross ? (col & ~15) + col % 16 / 2 : col;  // the place of the first two of the four
    const uint32_t first[2] = {B::chunk(0, row, across & ~7) + across % 8 * 2,
                               B::chunk(0, row + kStep, across & ~7) + across % 8 * 2};
    RingPlace<kStages> place;
    Work<Config> ahead(g);
    float4 next[kLoads];
    fetch(next, ahead);
    while (ahead.more(g)) {
      float4 now[kLoads];
#pragma unroll
      for (int i = 0; i < kLoads; ++i) now[i] = next[i];
      ahead.advance(g);
      if (ahead.more(g)) fetch(next, ahead);
      s.empty[place.stage].wait(place.parity ^ 1);
      const uint32_t to = shared_address(s.b[place.stage][0]);
      uint32_t lost = 0;
#pragma unroll
      for (int i = 0; i < kLoads; ++i) {
        uint32_t left[kParts], right[kParts];
        split_pair(now[i].x, now[i].y, left, lost);
        split_pair(now[i].z, now[i].w, right, lost);
#pragma unroll
        for (int part = 0; part < kParts; ++part) {
          const uint32_t at = to + first[i % 2] + part * B::kBytes + i / 2 * (2 * kStep * B::kRowBytes);
          if constexpr (kMixAcross) {  // the others are eight places on
            asm volatile("st.shared.b32 [%0], %1;" ::"r"(at), "r"(left[part]) : "memory");
            asm volatile("st.shared.b32 [%0], %1;" ::"r"(at ^ 16), "r"(right[part]) : "memory");
          } else {
            asm volatile("st.shared.v2.b32 [%0], {%1, %2};" ::"r"(at), "r"(left[part]), "r"(right[part]) : "memory");
          }
        }
      }
      lost = __reduce_or_sync(kWarp, lost);
      if (thread % 32 == 0) s.lost[place.stage][thread / 32] = lost;
      fence_async_proxy();
      __syncwarp();
      if (thread % 32 == 0) s.full[place.stage].arrive();
      place.advance();
    }
  }
};

/// What a thread of the consumers does. Of its warp's 16 rows it holds two, of each group of eight columns two, or of
/// 16 four.
template <class Config>
struct Consumer {
  using B = typename Config::B;
  static constexpr bool kByColumn = Config::kTransposeA;  // rows of A lie side by side
  static constexpr int kConsumers = Config::kConsumers, kSums = Config::kCols / 2;

  const Globals& g;
  Shared<Config>& s;
  const int group;   // of the consumers
  const int thread;  // of the group
  float sum[kSums];
  float products[kSums];
  float2 raw[8];              // of the chunk ahead
  uint32_t parts[kParts][8];  // the factors of this chunk, four registers for each 16 of k

  __device__ __forceinline__ Consumer(const Globals& globals, Shared<Config>& shared, int group)
      : g(globals), s(shared), group(group), thread(static_cast<int>(threadIdx.x) % 128) {}

  // The two rows are neighbours where neighbours can be read at once.
  __device__ __forceinline__ int row_of(const Work<Config>& w, int which) const {
    const int lane_row = thread % 32 / 4;
    return w.row + group * 64 + thread / 32 * 16 + (kByColumn ? 2 * lane_row + which : lane_row + 8 * which);
  }
  __device__ __forceinline__ int col_of(const Work<Config>& w, int eight) const {
    if constexpr (Config::kMixColumns) return w.col + eight / 2 * 16 + thread % 4 * 4 + eight % 2 * 2;
    return w.col + 8 * eight + thread % 4 * 2;
  }

  // Reads 2 rows by 8 of k: those at 8 p + c and 8 p + c + 1, c as above, for p from 0 to 3; in the mixed order four
  // neighbours of each 16.
  __device__ __forceinline__ void fetch(const Work<Config>& w) {
    const float* a = g.a.data + w.matrix * g.a.stride;
    if constexpr (Config::kMixTerms) {
      const int k = w.chunk * kDepth + thread % 4 * 4;
#pragma unroll
      for (int step = 0; step < kDepth / 16; ++step) {
#pragma unroll
        for (int r = 0; r < 2; ++r) {
          const int at = k + 16 * step, row = row_of(w, r);
          const float4 four = load4<Config::kVectors>(a + row * g.a.ld + at, row < g.m ? g.k - at : 0);
          raw[4 * step + r] = make_float2(four.x, four.y);
          raw[4 * step + 2 + r] = make_float2(four.z, four.w);
        }
      }
      return;
    }
    const int k = w.chunk * kDepth + thread % 4 * 2;
#pragma unroll
    for (int p = 0; p < 4; ++p) {
#pragma unroll
      for (int e = 0; e < 2; ++e) {
        if constexpr (kByColumn) {
          const int at = k + 8 * p + e, row = row_of(w, 0);
          raw[2 * p + e] = load2<Config::kVectors>(a + at * g.a.ld + row, at < g.k ? g.m - row : 0);
        } else {
          const int at = k + 8 * p, row = row_of(w, e);
          raw[2 * p + e] = load2<Config::kVectors>(a + row * g.a.ld + at, row < g.m ? g.k - at : 0);
        }
      }
    }
  }

  __device__ __forceinline__ void split_rows(uint32_t& lost) {
#pragma unroll
    for (int p = 0; p < 4; ++p) {
#pragma unroll
      for (int r = 0; r < 2; ++r) {
        const float2 own = raw[2 * p + r], even = raw[2 * p], odd = raw[2 * p + 1];
        const float x = kByColumn ? (r == 0 ? even.x : even.y) : own.x;
        const float y = kByColumn ? (r == 0 ? odd.x : odd.y) : own.y;
        uint32_t of_pair[kParts];
        split_pair(x, y, of_pair, lost);
#pragma unroll
        for (int i = 0; i < kParts; ++i) parts[i][2 * p + r] = of_pair[i];
      }
    }
  }

  // Starts the products of parts whose orders add up to `order`.
  template <int Order>
  __device__ __forceinline__ void multiply(int stage) {
    const uint64_t b = B::describe(shared_address(s.b[stage][0]));
#pragma unroll
    for (int i = 0; i <= Order; ++i) {
#pragma unroll
      for (int step = 0; step < kDepth / 16; ++step) {
        const uint64_t from = Config::kTransposeB ? B::shift(0, 16 * step) : B::shift(16 * step, 0);
        Wgmma<bfloat16, Config::kCols>::template registers<!Config::kTransposeB>(
            products, parts[i] + 4 * step, b + static_cast<uint64_t>((Order - i) * B::kBytes / 16) + from,
            Order < kParts - 1 || i > 0 || step > 0);
      }
    }
    wgmma_commit();
  }

  __device__ __forceinline__ void my_turn() const {
    if constexpr (kConsumers > 1) named_sync(1 + group, 128 * kConsumers);
  }
  __device__ __forceinline__ void next_turn() const {
    if constexpr (kConsumers > 1) named_arrive(1 + (group + 1) % kConsumers, 128 * kConsumers);
  }

  __device__ __forceinline__ void run() {
    if (group == kConsumers - 1) next_turn();
    RingPlace<kStages> place;
#pragma unroll
    for (int i = 0; i < kSums; ++i) products[i] = 0;
    Work<Config> ahead(g);
    fetch(ahead);
    while (ahead.more(g)) {
      const Work<Config> here = ahead;
      uint32_t lost = 0;
#pragma unroll
      for (int i = 0; i < kSums; ++i) sum[i] = 0;
      for (int chunk = here.chunk; chunk < here.end; ++chunk) {
        split_rows(lost);
        ahead.advance(g);
        if (ahead.more(g)) fetch(ahead);
        s.full[place.stage].wait(place.parity);
        const uint4 of_b = *reinterpret_cast<const uint4*>(s.lost[place.stage]);
        lost |= of_b.x | of_b.y | of_b.z | of_b.w;
        my_turn();
        wgmma_fence();
        multiply<2>(place.stage);
        multiply<1>(place.stage);
        multiply<0>(place.stage);
        wgmma_wait<1>();
        next_turn();  // the other's first products queue behind these last ones
        wgmma_wait<0>();
        hold(products);
#pragma unroll
        for (int i = 0; i < kParts; ++i) hold(parts[i]);
        if (thread % 32 == 0) s.empty[place.stage].arrive();
        place.advance();
#pragma unroll
        for (int i = 0; i < kSums; ++i) sum[i] += products[i];
      }
      finish(here, lost);
    }
  }

  __device__ __forceinline__ void finish(const Work<Config>& w, uint32_t lost) {
    float zero[4] = {};  // NaN if a sum is not finite; in parallel
#pragma unroll
    for (int i = 0; i < kSums; ++i) zero[i % 4] = fmaf(sum[i], 0.0f, zero[i % 4]);
    const bool finite = (zero[0] + zero[1]) + (zero[2] + zero[3]) == 0;
    if (__any_sync(kWarp, (lost & 0xffff) != 0 || !finite)) multiply_plainly(w);
    store(w);
  }

  // The sums once more, by FMA.
  __device__ __forceinline__ void multiply_plainly(const Work<Config>& w) {
    const int last = min(g.k, w.end * kDepth), row = min(row_of(w, 0), g.m - 1), next_row = min(row_of(w, 1), g.m - 1);
    const float* a = g.a.data + w.matrix * g.a.stride;
    const float* b = g.b.data + w.matrix * g.b.stride;
#pragma unroll
    for (int i = 0; i < kSums; ++i) sum[i] = 0;
#pragma unroll 1
    for (int k = w.chunk * kDepth; k < last; ++k) {
      const float x = __ldg(a + (kByColumn ? k * g.a.ld + row : row * g.a.ld + k));
      const float y = __ldg(a + (kByColumn ? k * g.a.ld + next_row : next_row * g.a.ld + k));
#pragma unroll
      for (int i = 0; i < kSums / 4; ++i) {
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          const int col = min(col_of(w, i) + e, g.n - 1);
          const float z = __ldg(b + (Config::kTransposeB ? col * g.b.ld + k : k * g.b.ld + col));
          sum[4 * i + e] = fmaf(x, z, sum[4 * i + e]);
          sum[4 * i + 2 + e] = fmaf(y, z, sum[4 * i + 2 + e]);
        }
      }
    }
  }

  __device__ __forceinline__ void store(const Work<Config>& w) const {
    float* c = g.c + w.section * g.section_stride + w.matrix * g.stride_c;
    if (g.plain && w.row + Config::kRows <= g.m && w.col + Config::kCols <= g.n) {
#pragma unroll
      for (int r = 0; r < 2; ++r) {
        float* to = c + row_of(w, r) * g.ldc + col_of(w, 0);
#pragma unroll
        for (int i = 0; i < kSums / 4; i += Config::kMixColumns ? 2 : 1) {
          const float* own = sum + 4 * i + 2 * r;
          if constexpr (Config::kMixColumns) {
            *reinterpret_cast<float4*>(to + 8 * i) = make_float4(own[0], own[1], own[4], own[5]);
          } else {
            *reinterpret_cast<float2*>(to + 8 * i) = make_float2(own[0], own[1]);
          }
        }
      }
      return;
    }
#pragma unroll
    for (int i = 0; i < kSums / 4; ++i) {
      const int col = col_of(w, i), valid = g.n - col;
      if (valid <= 0) break;
      float bias[2] = {0, 0};
      if (g.bias != nullptr) {
        bias[0] = __ldg(g.bias + col);
        if (valid > 1) bias[1] = __ldg(g.bias + col + 1);
      }
#pragma unroll
      for (int r = 0; r < 2; ++r) {
        const int row = row_of(w, r);
        if (row >= g.m) continue;
        float* to = c + row * g.ldc + col;
        float x = fmaf(g.alpha, sum[4 * i + 2 * r], bias[0]), y = fmaf(g.alpha, sum[4 * i + 2 * r + 1], bias[1]);
        if (g.beta != 0) {
          x = fmaf(g.beta, to[0], x);
          if (valid > 1) y = fmaf(g.beta, to[1], y);
        }
        if (g.pairs) {
          *reinterpret_cast<float2*>(to) = make_float2(x, y);
        } else {
          to[0] = x;
          if (valid > 1) to[1] = y;
        }
      }
    }
  }
};

template <class Config>
__global__ void __launch_bounds__(Config::kThreads, Config::kTogether) multiply(const __grid_constant__ Globals g) {
  extern __shared__ __align__(1024) uint8_t memory[];  // as tiles are
  auto& s = *reinterpret_cast<Shared<Config>*>(memory);
  if (threadIdx.x == 0) {
    for (int i = 0; i < kStages; ++i) {
      s.full[i].init(4);
      s.empty[i].init(4 * Config::kConsumers);
    }
    publish_barriers();
  }
  __syncthreads();
  const int group = __shfl_sync(kWarp, static_cast<int>(threadIdx.x) / 128, 0);
  if (group == 0) {
    shrink_registers<Config::kProducerRegisters>();
    Producer<Config>{g, s}.run();
  } else {
    grow_registers<Config::kConsumerRegisters>();
    Consumer<Config>(g, s, group - 1).run();
  }
}

/// c = alpha * (the sum of the sections of k, in order) + beta * c + bias. `parts` as the kernel above wrote them:
/// sections, batch, m, n.
static __global__ void __launch_bounds__(256)
    add_sections(const __grid_constant__ Globals g, const float* parts, int sections) {
  const int64_t of_matrix = static_cast<int64_t>(g.m) * g.n, count = of_matrix * g.batch;
  for (int64_t i = int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += int64_t{gridDim.x} * blockDim.x) {
    float sum = 0;
#pragma unroll 4
    for (int section = 0; section < sections; ++section) sum += parts[section * count + i];
    const int64_t row = i % of_matrix / g.n, col = i % g.n;
    float& to = g.c[i / of_matrix * g.stride_c + row * g.ldc + col];
    float x = fmaf(g.alpha, sum, g.bias != nullptr ? g.bias[col] : 0.0f);
    if (g.beta != 0) x = fmaf(g.beta, to, x);
    to = x;
  }
}

}  // namespace vt::cuda::split
