// The kernel of _grouped_mm for Hopper: tiles of all groups' products, shared out over blocks that read on the device
// where groups end.
//
// A block works through tiles of C. One warp loads chunks of k of both factors into a ring of buffers; each of two
// warpgroups of consumers holds half of the tile's rows and multiplies by wgmma. Tiles of rows or columns begin where
// their group does, so what a tile has behind its group's end is computed and not stored. Where terms are grouped the
// chunk that reaches into the next group is cleared behind the end, in both factors: what is not finite there must not
// come in. Rows and columns behind the last group are a group without terms, which gives zeros.
#pragma once

#include <cuda.h>

#include "cuda/tma.cuh"
#include "cuda/wgmma.cuh"

namespace vt::linalg::grouped {

using cuda::Barrier;
using cuda::RingPlace;

enum class Grouping : uint8_t {
  Rows,     // of the left factor, with a right one for each group
  Columns,  // of the right factor, with a left one for each group
  Terms,    // of the sums: a result for each group
  None,     // a left and a right factor for each group
};

inline constexpr int kRows = 128, kDepth = 64;  // of a tile of C, of a chunk of k
inline constexpr int kConsumers = 2, kThreads = 128 * (1 + kConsumers);
inline constexpr int kConsumerRegisters = 240, kProducerRegisters = 24;

struct Globals {
  CUtensorMap a, b;  // (group, rows, columns) as they lie
  void* c;
  int64_t ldc, stride_c;  // of rows, of results where there are several
  const int* ends;        // of groups; null: Grouping::None
  int groups;
  int m, n, k;  // of a group, but for what is grouped: in all
  Grouping grouping;
};

/// (m, k) and (k, n), or as they lie where they are transposed.
template <class T_, bool TransposeA, bool TransposeB, int Cols, int Stages>
struct Config {
  using T = T_;
  static constexpr bool kTransposeA = TransposeA, kTransposeB = TransposeB;
  static constexpr int kCols = Cols, kStages = Stages;
  using A = std::conditional_t<TransposeA, cuda::Tile<kDepth, kRows>, cuda::Tile<kRows, kDepth>>;
  using B = std::conditional_t<TransposeB, cuda::Tile<Cols, kDepth>, cuda::Tile<kDepth, Cols>>;
};

template <class Config>
struct Shared {
  alignas(1024) uint8_t a[Config::kStages][Config::A::kBytes];
  alignas(1024) uint8_t b[Config::kStages][Config::B::kBytes];
  Barrier full[Config::kStages], empty[Config::kStages];
};

/// The tiles of a block, one after the other.
template <class Config>
struct Work {
  static constexpr int kGroup = 8;  // tiles one above the other that come before the next column

  int tile, first;  // in all; the group's first
  int group;        // `groups` stands for what is behind the last one
  int begin, end;   // of the group, in what is grouped
  int row_tiles, col_tiles;
  int row, col, terms;  // the tile's first row and column in its group, terms of its sums

  __device__ __forceinline__ explicit Work(const Globals& g)
      : tile(static_cast<int>(blockIdx.x)), first(0), group(-1), begin(0), end(0), row_tiles(0), col_tiles(0) {
    find(g);
  }
  __device__ __forceinline__ bool more(const Globals& g) const { return group <= g.groups; }
  __device__ __forceinline__ void advance(const Globals& g) {
    tile += static_cast<int>(gridDim.x);
    find(g);
  }

 private:
  __device__ __forceinline__ void find(const Globals& g) {
    while (more(g) && tile >= first + row_tiles * col_tiles) {
      first += row_tiles * col_tiles;
      enter(g, group + 1);
    }
    if (!more(g)) return;
    const int place = tile - first;
    const int top = place / (kGroup * col_tiles) * kGroup, size = min(kGroup, row_tiles - top);
    const int rest = place - top * col_tiles;
    row = (top + rest % size) * kRows;
    col = rest / size * Config::kCols;
  }
  __device__ __forceinline__ void enter(const Globals& g, int next) {
    group = next;
    row_tiles = col_tiles = 0;
    if (!more(g)) return;
    const bool behind = group == g.groups;
    int rows = g.m, cols = g.n;
    terms = behind ? 0 : g.k;
    if (g.grouping == Grouping::None) {
      if (behind) return;
    } else {
      const int total = g.grouping == Grouping::Rows ? g.m : g.grouping == Grouping::Columns ? g.n : g.k;
      begin = end;
      end = behind ? total : min(total, max(begin, __ldg(g.ends + group)));
      if (g.grouping == Grouping::Rows) rows = end - begin;
      if (g.grouping == Grouping::Columns) cols = end - begin;
      if (g.grouping == Grouping::Terms) {
        if (behind) return;
        terms = end - begin;
      }
    }
    row_tiles = (rows + kRows - 1) / kRows;
    col_tiles = (cols + Config::kCols - 1) / Config::kCols;
  }
};

template <class Config>
__device__ __forceinline__ void produce(const Globals& g, Shared<Config>& s) {
  using A = typename Config::A;
  using B = typename Config::B;
  RingPlace<Config::kStages> place;
  for (Work<Config> w(g); w.more(g); w.advance(g)) {
    const int row = w.row + (g.grouping == Grouping::Rows ? w.begin : 0);
    const int col = w.col + (g.grouping == Grouping::Columns ? w.begin : 0);
    const int term = g.grouping == Grouping::Terms ? w.begin : 0;
    const int of_a = g.grouping == Grouping::Columns || g.grouping == Grouping::None ? w.group : 0;
    const int of_b = g.grouping == Grouping::Rows || g.grouping == Grouping::None ? w.group : 0;
    for (int k = 0; k < w.terms; k += kDepth) {
      s.empty[place.stage].wait(place.parity ^ 1);
      s.full[place.stage].expect(A::kBytes + B::kBytes);
      const int a_row = Config::kTransposeA ? term + k : row, a_col = Config::kTransposeA ? row : term + k;
#pragma unroll
      for (int p = 0; p < A::kPanels; ++p) {
        cuda::tma_load(s.a[place.stage] + p * A::kPanelBytes, g.a, s.full[place.stage], a_col + p * A::kPanelCols,
                       a_row, of_a, 0);
      }
      const int b_row = Config::kTransposeB ? col : term + k, b_col = Config::kTransposeB ? term + k : col;
#pragma unroll
      for (int p = 0; p < B::kPanels; ++p) {
        cuda::tma_load(s.b[place.stage] + p * B::kPanelBytes, g.b, s.full[place.stage], b_col + p * B::kPanelCols,
                       b_row, of_b, 0);
      }
      place.advance();
    }
  }
}

/// Clears what a tile has from term `valid` on; `thread` of 128 * kConsumers. Terms are its rows if ByRow.
template <class Tile, bool ByRow>
__device__ __forceinline__ void clear_behind(uint8_t* tile, int valid, int thread) {
  const uint32_t base = cuda::shared_address(tile);
  constexpr int kChunks = Tile::kCols / 8;  // of 16 bytes, of a row
  for (int i = thread; i < Tile::kRows * kChunks; i += 128 * kConsumers) {
    const int row = i / kChunks, col = i % kChunks * 8;
    const int kept = ByRow ? (row < valid ? 8 : 0) : min(8, max(0, valid - col));
    if (kept == 8) continue;
    const uint32_t at = Tile::chunk(base, row, col);
    uint32_t words[4] = {};
    if (kept > 0) {
      asm volatile("ld.shared.v4.b32 {%0, %1, %2, %3}, [%4];"
                   : "=r"(words[0]), "=r"(words[1]), "=r"(words[2]), "=r"(words[3])
                   : "r"(at)
                   : "memory");
#pragma unroll
      for (int w = 0; w < 4; ++w) {
        if (kept < 2 * w + 2) words[w] = kept == 2 * w + 1 ? words[w] & 0xffff : 0;
      }
    }
    asm volatile("st.shared.v4.b32 [%0], {%1, %2, %3, %4};" ::"r"(at), "r"(words[0]), "r"(words[1]), "r"(words[2]),
                 "r"(words[3])
                 : "memory");
  }
}

template <class Config>
struct Consumer {
  using T = typename Config::T;
  using A = typename Config::A;
  using B = typename Config::B;
  static constexpr int kSums = Config::kCols / 2;

  const Globals& g;
  Shared<Config>& s;
  const int group;   // of the consumers
  const int thread;  // of the group
  float sum[kSums];

  __device__ __forceinline__ Consumer(const Globals& globals, Shared<Config>& shared, int group)
      : g(globals), s(shared), group(group), thread(static_cast<int>(threadIdx.x) % 128) {}

  __device__ __forceinline__ void multiply(int stage, bool accumulate) {
    const uint64_t a = A::describe(cuda::shared_address(s.a[stage])) +
                       (Config::kTransposeA ? A::shift(0, 64) : A::shift(64, 0)) * static_cast<uint64_t>(group);
    const uint64_t b = B::describe(cuda::shared_address(s.b[stage]));
    cuda::wgmma_fence();
#pragma unroll
    for (int k = 0; k < kDepth; k += 16) {
      cuda::Wgmma<T, Config::kCols>::template shared<Config::kTransposeA, !Config::kTransposeB>(
          sum, a + (Config::kTransposeA ? A::shift(k, 0) : A::shift(0, k)),
          b + (Config::kTransposeB ? B::shift(0, k) : B::shift(k, 0)), accumulate || k > 0);
    }
    cuda::wgmma_commit();
  }

  __device__ __forceinline__ void release(int stage) const {
    if (thread % 32 == 0) s.empty[stage].arrive();
  }

  __device__ __forceinline__ void run() {
    RingPlace<Config::kStages> place;
    for (Work<Config> w(g); w.more(g); w.advance(g)) {
      int before = -1;  // the stage whose products are under way
      for (int k = 0; k < w.terms; k += kDepth) {
        s.full[place.stage].wait(place.parity);
        if (g.grouping == Grouping::Terms && k + kDepth > w.terms) {
          const int all = group * 128 + thread;
          clear_behind<A, Config::kTransposeA>(s.a[place.stage], w.terms - k, all);
          clear_behind<B, !Config::kTransposeB>(s.b[place.stage], w.terms - k, all);
          cuda::fence_async_proxy();
          cuda::named_sync(1, 128 * kConsumers);
        }
        multiply(place.stage, k > 0);
        if (before >= 0) {
          cuda::wgmma_wait<1>();
          release(before);
        }
        before = place.stage;
        place.advance();
      }
      if (before >= 0) {
        cuda::wgmma_wait<0>();
        cuda::hold(sum);
        release(before);
      } else {
#pragma unroll
        for (int i = 0; i < kSums; ++i) sum[i] = 0;
      }
      store(w);
      __syncwarp();  // lanes that store fewer elements come back to the others, whom the products need
    }
  }

  __device__ __forceinline__ void store(const Work<Config>& w) const {
    const bool by_row = g.grouping == Grouping::Rows, by_col = g.grouping == Grouping::Columns;
    const int row = w.row + group * 64 + thread / 32 * 16 + thread % 32 / 4, rows = by_row ? w.end - w.begin : g.m;
    const int col = w.col + thread % 4 * 2, cols = by_col ? w.end - w.begin : g.n;
    T* c = static_cast<T*>(g.c) + (by_row ? w.begin * g.ldc : by_col ? w.begin : w.group * g.stride_c);
    const bool pairs = reinterpret_cast<uintptr_t>(c) % 4 == 0;  // ldc is even
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      if (row + 8 * r >= rows) break;
      T* to = c + (row + 8 * r) * g.ldc + col;
#pragma unroll
      for (int i = 0; i < kSums / 4; ++i) {
        const int valid = cols - col - 8 * i;
        const uint32_t both = cuda::pack<T>(sum[4 * i + 2 * r], sum[4 * i + 2 * r + 1]);
        if (pairs && valid > 1) {
          *reinterpret_cast<uint32_t*>(to + 8 * i) = both;
        } else {
          auto* single = reinterpret_cast<uint16_t*>(to + 8 * i);
          if (valid > 0) single[0] = static_cast<uint16_t>(both);
          if (valid > 1) single[1] = static_cast<uint16_t>(both >> 16);
        }
      }
    }
  }
};

template <class Config>
__global__ void __launch_bounds__(kThreads, 1) multiply_groups(const __grid_constant__ Globals g) {
  extern __shared__ __align__(1024) uint8_t memory[];  // as tiles are
  auto& s = *reinterpret_cast<Shared<Config>*>(memory);
  if (threadIdx.x == 0) {
    for (int i = 0; i < Config::kStages; ++i) {
      s.full[i].init(1);
      s.empty[i].init(4 * kConsumers);
    }
    cuda::publish_barriers();
  }
  __syncthreads();
  const int group = __shfl_sync(0xffffffffu, static_cast<int>(threadIdx.x) / 128, 0);
  if (group == 0) {
    cuda::shrink_registers<kProducerRegisters>();
    if (threadIdx.x == 0) produce<Config>(g, s);
  } else {
    cuda::grow_registers<kConsumerRegisters>();
    Consumer<Config>(g, s, group - 1).run();
  }
}

}  // namespace vt::linalg::grouped
