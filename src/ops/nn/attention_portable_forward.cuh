// Attention's forward kernel for any tensor core: Note [Portable attention].
//
// A block holds 16 rows of queries for each warp along `RowWarps` and works through the keys that they see, tile by
// tile, with a running maximum and sum. For decoding, where few queries see many keys, the rows are those of all heads
// that share keys, and the warps along `KeyWarps` take a part of each tile and join their results at the end; so that
// all multiprocessors have work, several blocks share out the keys and a second kernel joins what they give.
#pragma once

#include "ops/nn/attention_scores.cuh"
#include "ops/nn/attention_tiles.cuh"

namespace vt::attention::tiles {

struct ForwardGlobals {
  const void *q, *k, *v;
  void* out;
  float* lse;                           // (batch, heads, queries)
  RowStrides q_at, k_at, v_at, out_at;  // in elements
  int batch, heads, shared_heads, queries, keys, dim;
  float scale, scale_log2;  // of the scores, or of what became of them where a bias is added
  int row_tiles, splits;
  float *parts, *part_lse;  // by split: results (batch, heads, queries, dim) and logarithms; null: there is one split
  General general;
};

template <class T_, int Dim, int RowWarps, int KeyWarps, int Keys, int Stages>
struct ForwardConfig {
  using T = T_;
  static constexpr int kDim = Dim, kRowWarps = RowWarps, kKeyWarps = KeyWarps, kKeys = Keys;
  static constexpr int kStages = kWide<T> ? 1 : Stages;
  static constexpr bool kDecodes = KeyWarps > 1;
  static constexpr int kRows = 16 * RowWarps, kThreads = 32 * RowWarps * KeyWarps;
  static constexpr int kWarpKeys = Keys / KeyWarps;
  using Queries = Tile<T, kRows, Dim>;
  using KeyTile = Tile<T, Keys, Dim>;
  static constexpr int kJoinPitch = Dim + 4;  // floats of a row of a warp's result
  static constexpr int kRingBytes = 2 * kStages * KeyTile::kBytes;
  static constexpr int kJoinBytes = kDecodes ? KeyWarps * 16 * (kJoinPitch + 2) * 4 : 0;
  static constexpr int kSharedBytes = Queries::kBytes + (kRingBytes > kJoinBytes ? kRingBytes : kJoinBytes);
  static_assert(RowWarps == 1 || KeyWarps == 1);
};

/// Which rows a block has.
template <class Config>
struct ForwardBlock {
  int split, batch, head, first;  // of queries, or of keys where it decodes; the first row

  __device__ __forceinline__ explicit ForwardBlock(const ForwardGlobals& g) {
    int at = static_cast<int>(blockIdx.x);
    const int count = Config::kDecodes ? g.shared_heads : g.heads;
    split = at % g.splits, at /= g.splits;
    first = (g.row_tiles - 1 - at % g.row_tiles) * Config::kRows, at /= g.row_tiles;  // the longest first
    head = at % count, batch = at / count;
  }
  __device__ __forceinline__ int rows(const ForwardGlobals& g) const {
    return Config::kDecodes ? g.queries * (g.heads / g.shared_heads) : g.queries;
  }
  __device__ __forceinline__ int query_of(const ForwardGlobals& g, int row) const {
    return Config::kDecodes ? row % g.queries : row;
  }
  __device__ __forceinline__ int head_of(const ForwardGlobals& g, int row) const {
    return Config::kDecodes ? min(head * (g.heads / g.shared_heads) + row / g.queries, g.heads - 1) : head;
  }
  /// Tiles of keys of this split.
  __device__ __forceinline__ TileRange keys(const ForwardGlobals& g) const {
    const bool all = Config::kDecodes && g.queries < g.heads / g.shared_heads * g.queries;
    const TileRange seen =
        seen_tiles(g.general, all ? 0 : first, all ? g.queries : Config::kRows, g.queries, g.keys, Config::kKeys);
    const int each = (seen.end - seen.begin + g.splits - 1) / g.splits, begin = seen.begin + split * each;
    return {min(begin, seen.end), min(begin + each, seen.end)};
  }
};

/// A warp's results.
template <class Config>
struct ForwardRows {
  static constexpr int kCount = Config::kWarpKeys / 8, kGroups = Config::kDim / 8;
  float out[kGroups][4] = {};
  float maximum[2] = {-INFINITY, -INFINITY};  // of the scores
  float sum[2] = {};                          // this thread's part of the sums of exponentials

  // A row that has seen nothing yet has no maximum to subtract.
  static __device__ __forceinline__ float finite(float maximum) { return maximum == -INFINITY ? 0.0f : maximum; }

  /// Exponentials in place of the scores; what is there so far is multiplied with what the maximum has risen by.
  __device__ __forceinline__ void exponentiate(float (&scores)[kCount][4], float scale_log2) {
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      float largest = -INFINITY, part = 0;
#pragma unroll
      for (int i = 0; i < kCount; ++i) largest = fmaxf(largest, fmaxf(scores[i][2 * r], scores[i][2 * r + 1]));
      largest = fmaxf(maximum[r], row_max(largest));
      const float correction = exp2_fast((maximum[r] - finite(largest)) * scale_log2);
      const float base = finite(largest) * scale_log2;
      maximum[r] = largest;
#pragma unroll
      for (int i = 0; i < kCount; ++i) {
#pragma unroll
        for (int e = 2 * r; e < 2 * r + 2; ++e) {
          scores[i][e] = exp2_fast(scores[i][e] * scale_log2 - base);
          part += scores[i][e];
        }
      }
      sum[r] = sum[r] * correction + part;
#pragma unroll
      for (int n = 0; n < kGroups; ++n) {
        out[n][2 * r] *= correction;
        out[n][2 * r + 1] *= correction;
      }
    }
  }
};

template <class Config>
__device__ __forceinline__ void store_rows(const ForwardGlobals& g, const ForwardBlock<Config>& b,
                                           const ForwardRows<Config>& rows, int warp_row) {
  using T = typename Config::T;
  const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const float total = row_sum(rows.sum[r]);
    const int row = warp_row + lane / 4 + 8 * r;
    if (row >= b.rows(g)) continue;
    const int head = b.head_of(g, row), query = b.query_of(g, row);
    const float inverse = total == 0 ? 0 : g.general.keep_scale / total;  // a row that sees nothing gives zeros
    const int64_t at = ((static_cast<int64_t>(b.split) * g.batch + b.batch) * g.heads + head) * g.queries + query;
    if (lane % 4 == 0) (g.splits > 1 ? g.part_lse : g.lse)[at] = rows.maximum[r] * g.scale + logf(total);
    T* to = static_cast<T*>(g.out) + b.batch * g.out_at.batch + head * g.out_at.head + query * g.out_at.row;
#pragma unroll
    for (int n = 0; n < Config::kDim / 8; ++n) {
      const int col = 8 * n + lane_column();
      if (col >= g.dim) break;
      const float x = rows.out[n][2 * r] * inverse, y = rows.out[n][2 * r + 1] * inverse;
      if (g.splits > 1) {
        store_pair<float>(g.parts + at * g.dim + col, x, y);
      } else {
        store_pair<T>(to + col, x, y);
      }
    }
  }
}

/// Adds up what the warps along the keys have, through `memory`.
template <class Config>
__device__ __forceinline__ void join_warps(const ForwardGlobals& g, ForwardRows<Config>& rows, float* memory) {
  constexpr int kWarps = Config::kKeyWarps, kPitch = Config::kJoinPitch;
  const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  float* results = memory;  // by warp and row
  float *maxima = memory + kWarps * 16 * kPitch, *sums = maxima + kWarps * 16;
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const int row = warp * 16 + lane / 4 + 8 * r;
    const float total = row_sum(rows.sum[r]);
    if (lane % 4 == 0) maxima[row] = rows.maximum[r], sums[row] = total;
#pragma unroll
    for (int n = 0; n < Config::kDim / 8; ++n) {
      *reinterpret_cast<float2*>(results + row * kPitch + 8 * n + lane_column()) =
          float2{rows.out[n][2 * r], rows.out[n][2 * r + 1]};
    }
  }
  __syncthreads();
  if (warp > 0) return;
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const int row = lane / 4 + 8 * r;
    float largest = -INFINITY, total = 0, factors[kWarps];
#pragma unroll
    for (int w = 0; w < kWarps; ++w) largest = fmaxf(largest, maxima[w * 16 + row]);
#pragma unroll
    for (int w = 0; w < kWarps; ++w) {
      factors[w] = exp2_fast((maxima[w * 16 + row] - ForwardRows<Config>::finite(largest)) * g.scale_log2);
      total += sums[w * 16 + row] * factors[w];
    }
    rows.maximum[r] = largest;
    rows.sum[r] = lane % 4 == 0 ? total : 0;  // of the four threads of a row one has it
#pragma unroll
    for (int n = 0; n < Config::kDim / 8; ++n) {
      float x = 0, y = 0;
#pragma unroll
      for (int w = 0; w < kWarps; ++w) {
        const float2 part = *reinterpret_cast<const float2*>(results + (w * 16 + row) * kPitch + 8 * n + lane_column());
        x += part.x * factors[w], y += part.y * factors[w];
      }
      rows.out[n][2 * r] = x, rows.out[n][2 * r + 1] = y;
    }
  }
}

template <class Config>
__device__ __forceinline__ void attend(const ForwardGlobals& g, uint8_t* memory) {
  using T = typename Config::T;
  using Queries = typename Config::Queries;
  using KeyTile = typename Config::KeyTile;
  constexpr int kStages = Config::kStages, kThreads = Config::kThreads;
  const ForwardBlock<Config> b(g);
  const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  const int row_warp = Config::kDecodes ? 0 : warp, key_warp = Config::kDecodes ? warp : 0;
  const uint32_t q_tile = cuda::shared_address(memory), ring = q_tile + Queries::kBytes;
  const int rows_there = b.rows(g), shared = Config::kDecodes ? b.head : b.head / (g.heads / g.shared_heads);
  const T* q = static_cast<const T*>(g.q) + b.batch * g.q_at.batch;
  const T* k = static_cast<const T*>(g.k) + b.batch * g.k_at.batch + shared * g.k_at.head;
  const T* v = static_cast<const T*>(g.v) + b.batch * g.v_at.batch + shared * g.v_at.head;
  const auto load_keys = [&](int tile, int stage) {
    const auto rows_of = [&](const T* from, int64_t stride) {
      return [=, keys = g.keys](int row) -> const T* {
        const int key = tile * Config::kKeys + row;
        return key < keys ? from + key * stride : nullptr;
      };
    };
    const uint32_t to = ring + stage * 2 * KeyTile::kBytes;
    load_tile<KeyTile, kThreads>(to, k, g.dim, rows_of(k, g.k_at.row));
    load_tile<KeyTile, kThreads>(to + KeyTile::kBytes, v, g.dim, rows_of(v, g.v_at.row));
  };

  const TileRange tiles = b.keys(g);
  load_tile<Queries, kThreads>(q_tile, q, g.dim, [&](int local) -> const T* {
    const int row = b.first + local;
    return row < rows_there ? q + b.head_of(g, row) * g.q_at.head + b.query_of(g, row) * g.q_at.row : nullptr;
  });
  if constexpr (!kWide<T>) {
#pragma unroll
    for (int s = 0; s < kStages - 1; ++s) {
      if (tiles.begin + s < tiles.end) load_keys(tiles.begin + s, s);
      commit_copies();
    }
  }
  ForwardRows<Config> rows;
  ScorePlace place;
  place.batch = b.batch, place.queries = g.queries, place.keys = g.keys;
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const int row = b.first + row_warp * 16 + lane / 4 + 8 * r;
    place.row[r] = b.query_of(g, row), place.head[r] = b.head_of(g, row);
  }
  int stage = 0;
  for (int tile = tiles.begin; tile < tiles.end; ++tile) {
    if constexpr (kWide<T>) {
      __syncthreads();
      load_keys(tile, 0);
      __syncthreads();
    } else {
      wait_copies<kStages - 2>();
      __syncthreads();
      const int ahead = tile + kStages - 1;
      if (ahead < tiles.end) load_keys(ahead, (stage + kStages - 1) % kStages);
      commit_copies();
    }
    const uint32_t k_tile = ring + stage * 2 * KeyTile::kBytes;
    float scores[ForwardRows<Config>::kCount][4];
    multiply_rows<T, Queries, KeyTile>(scores, q_tile, row_warp * 16, k_tile, key_warp * Config::kWarpKeys);
    place.first = tile * Config::kKeys + key_warp * Config::kWarpKeys;
    add_bias<false, T>(scores, g.general, place);
    hide<false>(scores, g.general, place);
    rows.exponentiate(scores, g.scale_log2);
    if constexpr (!Config::kDecodes) {
      if (g.general.drops()) {
        const uint32_t kept = kept_scores<false, ForwardRows<Config>::kCount>(g.general, place, g.heads);
#pragma unroll
        for (int i = 0; i < 4 * ForwardRows<Config>::kCount; ++i) {
          if ((kept >> i & 1) == 0) scores[i / 4][i % 4] = 0;
        }
      }
    }
    multiply_columns<T, KeyTile>(rows.out, scores, k_tile + KeyTile::kBytes, key_warp * Config::kWarpKeys);
    stage = (stage + 1) % kStages;
  }
  if constexpr (!kWide<T>) wait_copies<0>();
  if constexpr (Config::kDecodes) {
    __syncthreads();
    join_warps<Config>(g, rows, reinterpret_cast<float*>(memory + Queries::kBytes));
    if (warp > 0) return;
  }
  store_rows<Config>(g, b, rows, b.first + row_warp * 16);
}

template <class Config>
__global__ void __launch_bounds__(Config::kThreads) portable_forward(const __grid_constant__ ForwardGlobals g) {
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800
  extern __shared__ __align__(16) uint8_t memory[];
  if (blockIdx.x == 0 && threadIdx.x == 0 && g.general.philox_taken != nullptr) {
    const cuda::PhiloxReader taken(g.general.philox);
    g.general.philox_taken[0] = taken.seed;
    g.general.philox_taken[1] = taken.start * 4;
  }
  attend<Config>(g, memory);
#endif
}

inline constexpr int kMostSplits = 64, kJoinThreads = 128;

/// Joins what the splits gave: a block for each query of each head. Threads take four columns each, and those that are
/// left take turns at the splits.
template <class T>
__global__ void __launch_bounds__(kJoinThreads) join_splits(const __grid_constant__ ForwardGlobals g) {
  __shared__ float weights[kMostSplits];
  __shared__ float4 sums[kJoinThreads];
  const int64_t rows = static_cast<int64_t>(g.batch) * g.heads * g.queries, row = blockIdx.x;
  const int thread = static_cast<int>(threadIdx.x);
  if (thread < 32) {
    float own[kMostSplits / 32], largest = -INFINITY, total = 0;
#pragma unroll
    for (int i = 0; i < kMostSplits / 32; ++i) {
      const int split = 32 * i + thread;
      own[i] = split < g.splits ? g.part_lse[split * rows + row] : -INFINITY;
      largest = fmaxf(largest, own[i]);
    }
#pragma unroll
    for (int step = 16; step > 0; step /= 2) largest = fmaxf(largest, __shfl_xor_sync(kWarp, largest, step));
    const float base = largest == -INFINITY ? 0 : largest;
#pragma unroll
    for (int i = 0; i < kMostSplits / 32; ++i) total += own[i] = expf(own[i] - base);
#pragma unroll
    for (int step = 16; step > 0; step /= 2) total += __shfl_xor_sync(kWarp, total, step);
    const float inverse = total == 0 ? 0 : 1 / total;
#pragma unroll
    for (int i = 0; i < kMostSplits / 32; ++i) weights[32 * i + thread] = own[i] * inverse;
    if (thread == 0) g.lse[row] = base + logf(total);
  }
  __syncthreads();
  const int lanes = g.dim <= 128 ? 32 : 64, lane = thread % lanes, groups = kJoinThreads / lanes, col = 4 * lane;
  float4 sum{0, 0, 0, 0};
  if (col < g.dim) {
#pragma unroll 4
    for (int split = thread / lanes; split < g.splits; split += groups) {
      const float4 part = __ldg(reinterpret_cast<const float4*>(g.parts + (split * rows + row) * g.dim + col));
      const float weight = weights[split];
      if (weight == 0) continue;  // what saw nothing wrote zeros
      sum.x += weight * part.x, sum.y += weight * part.y, sum.z += weight * part.z, sum.w += weight * part.w;
    }
  }
  sums[thread] = sum;
  __syncthreads();
  if (thread >= lanes || col >= g.dim) return;
  for (int group = 1; group < groups; ++group) {
    const float4 other = sums[group * lanes + lane];
    sum.x += other.x, sum.y += other.y, sum.z += other.z, sum.w += other.w;
  }
  const int query = static_cast<int>(row % g.queries), head = static_cast<int>(row / g.queries % g.heads);
  T* to = static_cast<T*>(g.out) + row / g.queries / g.heads * g.out_at.batch + head * g.out_at.head +
          query * g.out_at.row + col;
  store_pair<T>(to, sum.x, sum.y);
  store_pair<T>(to + 2, sum.z, sum.w);
}

}  // namespace vt::attention::tiles
