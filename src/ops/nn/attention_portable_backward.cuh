// Attention's gradients for any tensor core: Note [Portable attention].
//
// A block holds rows of queries, or of keys and values, and works through tiles of the other side: the scores and what
// the gradient makes of them come out of two products and are the left factor of a third, which adds to a gradient that
// stays in registers. So each gradient is summed by one block in one order, and has the same bits every time, for two
// more products than a kernel that adds gradients of queries to memory.
#pragma once

#include "iter/cuda_vector.cuh"
#include "ops/nn/attention_scores.cuh"
#include "ops/nn/attention_tiles.cuh"

namespace vt::attention::tiles {

/// What of a query's row backward needs: the logarithm of its sum to base 2 and the sum of dout * out.
struct RowSums {
  float lse_log2, delta;
};

struct BackwardGlobals {
  const void *q, *k, *v, *dout, *out;
  void *dq, *dk, *dv;
  RowStrides q_at, k_at, v_at, dout_at, out_at, dq_at, dk_at, dv_at;  // in elements
  const float* lse;                                                   // (batch, heads, queries), as is:
  RowSums* sums;  // which blocks of queries write and those of keys read
  int batch, heads, shared_heads, queries, keys, dim;
  float scale, scale_log2;  // the second of the scores, or of what became of them where a bias is added
  int row_tiles;
  General general;  // by query for gradients of queries, else by key
};

enum class Gradient { kQuery, kKeyAndValue, kKey, kValue };

template <class T_, int Dim, Gradient Wanted, int Cols, int Stages>
struct BackwardConfig {
  using T = T_;
  static constexpr Gradient kWanted = Wanted;
  static constexpr int kDim = Dim, kRows = 64, kCols = Cols, kThreads = 128;
  static constexpr int kStages = kWide<T> ? 1 : Stages;
  static constexpr bool kByKey = Wanted != Gradient::kQuery;
  static constexpr bool kScores = Wanted != Gradient::kValue;  // the gradient of the scores is needed
  static constexpr bool kWeights = Wanted == Gradient::kValue || Wanted == Gradient::kKeyAndValue;
  static constexpr int kCount = Cols / 8, kGroups = Dim / 8;
  using Rows = Tile<T, kRows, Dim>;
  using Columns = Tile<T, Cols, Dim>;
  static constexpr int kSumsBytes = kByKey ? Cols * static_cast<int>(sizeof(RowSums)) : 0;
  static constexpr int kStageBytes = 2 * Columns::kBytes + kSumsBytes;
  static constexpr int kSharedBytes = (kScores ? 2 : 1) * Rows::kBytes + kStages * kStageBytes;
};

template <class T, int Groups>
__device__ __forceinline__ void store_gradient(const float (&gradient)[Groups][4], T* to, int64_t stride, int row,
                                               int rows, int dim, float scale) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const int at = row + lane / 4 + 8 * r;
    if (at >= rows) break;
#pragma unroll
    for (int n = 0; n < Groups; ++n) {
      const int col = 8 * n + lane_column();
      if (col >= dim) break;
      store_pair<T>(to + at * stride + col, gradient[n][2 * r] * scale, gradient[n][2 * r + 1] * scale);
    }
  }
}

/// Of row `query` of a head, by the four lanes that hold it; `row` is its place among those of all heads. All 32 lanes
/// come here, those behind the last row with zeros.
template <class T>
__device__ __forceinline__ RowSums sums_of_row(const BackwardGlobals& g, const T* dout, const T* out, int query,
                                               int64_t row) {
  constexpr int kEach = 16 / static_cast<int>(sizeof(T));
  const bool is_row = query < g.queries;
  const int first = static_cast<int>(threadIdx.x) % 4 * kEach;
  float sum = 0;
  for (int col = first; is_row && col < g.dim; col += 4 * kEach) {
    const auto x = cuda::load_vector<kEach>(dout + query * g.dout_at.row + col);
    const auto y = cuda::load_vector<kEach>(out + query * g.out_at.row + col);
#pragma unroll
    for (int e = 0; e < kEach; ++e) sum += static_cast<float>(x[e]) * static_cast<float>(y[e]);
  }
  sum += __shfl_xor_sync(kWarp, sum, 1);
  sum += __shfl_xor_sync(kWarp, sum, 2);
  if (!is_row) return {INFINITY, 0};
  const float lse = g.lse[row];  // of a query that sees nothing the probabilities are zero
  const RowSums sums{lse == -INFINITY ? INFINITY : lse * static_cast<float>(kLog2E), sum};
  if (first == 0) g.sums[row] = sums;
  return sums;
}

template <class Config>
__device__ __forceinline__ void attend_backward(const BackwardGlobals& g, uint8_t* memory) {
  using T = typename Config::T;
  using Rows = typename Config::Rows;
  using Columns = typename Config::Columns;
  constexpr bool kByKey = Config::kByKey;
  constexpr int kStages = Config::kStages, kThreads = Config::kThreads, kCount = Config::kCount;
  const int lane = static_cast<int>(threadIdx.x) % 32, warp_row = static_cast<int>(threadIdx.x) / 32 * 16;
  const int group = g.heads / g.shared_heads, block_heads = kByKey ? g.shared_heads : g.heads;
  int at = static_cast<int>(blockIdx.x);
  const int first = (kByKey ? at % g.row_tiles : g.row_tiles - 1 - at % g.row_tiles) * Config::kRows;
  at /= g.row_tiles;
  const int own_head = at % block_heads, batch = at / block_heads;
  const int shared = kByKey ? own_head : own_head / group;
  const auto of_head = [&](const void* data, const RowStrides& s, int head) {
    return static_cast<const T*>(data) + batch * s.batch + head * s.head;
  };
  const auto load = [&]<class Where>(Where, uint32_t to, const T* from, int64_t stride, int begin, int end) {
    load_tile<Where, kThreads>(to, from, g.dim, [=](int row) -> const T* {
      return begin + row < end ? from + (begin + row) * stride : nullptr;
    });
  };

  const uint32_t rows_tile = cuda::shared_address(memory), other_rows = rows_tile + Rows::kBytes;
  const uint32_t ring = rows_tile + (Config::kScores ? 2 : 1) * Rows::kBytes;
  // By key: rows of keys and values, columns of queries and gradients of results, for each head that shares the keys.
  TileRange tiles;
  if constexpr (kByKey) {
    tiles = seeing_tiles(g.general, first, Config::kRows, g.keys, (g.queries + Config::kCols - 1) / Config::kCols,
                         Config::kCols);
  } else {
    tiles = seen_tiles(g.general, first, Config::kRows, g.queries, g.keys, Config::kCols);
  }
  const int of_each = max(0, tiles.end - tiles.begin), steps = kByKey ? of_each * group : of_each;
  const auto head_of = [&](int step) { return kByKey ? own_head * group + step / of_each : own_head; };
  const auto tile_of = [&](int step) { return tiles.begin + (kByKey ? step % of_each : step); };
  const auto load_columns = [&](int step, int stage) {
    const int head = head_of(step), begin = tile_of(step) * Config::kCols;
    const uint32_t to = ring + stage * Config::kStageBytes;
    if constexpr (kByKey) {
      load(Columns(), to, of_head(g.q, g.q_at, head), g.q_at.row, begin, g.queries);
      load(Columns(), to + Columns::kBytes, of_head(g.dout, g.dout_at, head), g.dout_at.row, begin, g.queries);
      const int col = static_cast<int>(threadIdx.x);
      if (col < Config::kCols) {
        const int64_t row = (static_cast<int64_t>(batch) * g.heads + head) * g.queries + begin + col;
        const RowSums sums = begin + col < g.queries ? g.sums[row] : RowSums{INFINITY, 0};
        asm volatile("st.shared.v2.f32 [%0], {%1, %2};" ::"r"(to + 2 * Columns::kBytes + col * 8), "f"(sums.lse_log2),
                     "f"(sums.delta)
                     : "memory");
      }
    } else {
      load(Columns(), to, of_head(g.k, g.k_at, shared), g.k_at.row, begin, g.keys);
      load(Columns(), to + Columns::kBytes, of_head(g.v, g.v_at, shared), g.v_at.row, begin, g.keys);
    }
  };

  if constexpr (kByKey) {
    load(Rows(), rows_tile, of_head(g.k, g.k_at, shared), g.k_at.row, first, g.keys);
    if constexpr (Config::kScores) load(Rows(), other_rows, of_head(g.v, g.v_at, shared), g.v_at.row, first, g.keys);
  } else {
    load(Rows(), rows_tile, of_head(g.q, g.q_at, own_head), g.q_at.row, first, g.queries);
    load(Rows(), other_rows, of_head(g.dout, g.dout_at, own_head), g.dout_at.row, first, g.queries);
  }
  if constexpr (!kWide<T> && kStages > 1) {
    if (steps > 0) load_columns(0, 0);
    commit_copies();
  }
  ScorePlace place;
  place.batch = batch, place.queries = g.queries, place.keys = g.keys;
  RowSums own[2];
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    place.row[r] = first + warp_row + lane / 4 + 8 * r;
    if constexpr (!kByKey) {
      const int64_t row = (static_cast<int64_t>(batch) * g.heads + own_head) * g.queries + place.row[r];
      own[r] =
          sums_of_row(g, of_head(g.dout, g.dout_at, own_head), of_head(g.out, g.out_at, own_head), place.row[r], row);
    }
  }
  float gradient[Config::kScores ? Config::kGroups : 1][4] = {};  // of queries or keys
  float of_values[Config::kWeights ? Config::kGroups : 1][4] = {};
  for (int step = 0; step < steps; ++step) {
    const int stage = step % kStages;
    if constexpr (kStages == 1) {
      __syncthreads();
      load_columns(step, 0);
      if constexpr (!kWide<T>) commit_copies(), wait_copies<0>();
      __syncthreads();
    } else {
      wait_copies<0>();
      __syncthreads();
      if (step + 1 < steps) load_columns(step + 1, (step + 1) % kStages);
      commit_copies();
    }
    const uint32_t columns = ring + stage * Config::kStageBytes, other_columns = columns + Columns::kBytes;
    place.head[0] = place.head[1] = head_of(step);
    place.first = tile_of(step) * Config::kCols;
    float weights[kCount][4];
    multiply_rows<T, Rows, Columns>(weights, rows_tile, warp_row, columns, 0);
    add_bias<kByKey, T>(weights, g.general, place);
    hide<kByKey>(weights, g.general, place);
    const auto sums_of = [&](int i, int e) {
      if constexpr (!kByKey) {
        return own[e / 2];
      } else {
        RowSums sums;
        asm volatile("ld.shared.v2.f32 {%0, %1}, [%2];"
                     : "=f"(sums.lse_log2), "=f"(sums.delta)
                     : "r"(other_columns + Columns::kBytes + (8 * i + lane_column() + e % 2) * 8)
                     : "memory");
        return sums;
      }
    };
#pragma unroll
    for (int i = 0; i < kCount; ++i) {
#pragma unroll
      for (int e = 0; e < 4; ++e) {
        weights[i][e] = exp2_fast(weights[i][e] * g.scale_log2 - sums_of(i, e).lse_log2);
      }
    }
    const uint32_t kept = kept_scores<kByKey, kCount>(g.general, place, g.heads);
    const float keep_scale = g.general.keep_scale;
    if constexpr (Config::kScores) {
      float changes[kCount][4];
      multiply_rows<T, Rows, Columns>(changes, other_rows, warp_row, other_columns, 0);
#pragma unroll
      for (int i = 0; i < kCount; ++i) {
#pragma unroll
        for (int e = 0; e < 4; ++e) {
          const float of_weight = (kept >> (4 * i + e) & 1) != 0 ? changes[i][e] * keep_scale : 0;
          changes[i][e] = weights[i][e] * (of_weight - sums_of(i, e).delta);
        }
      }
      multiply_columns<T, Columns>(gradient, changes, columns, 0);
    }
    if constexpr (Config::kWeights) {
#pragma unroll
      for (int i = 0; i < kCount; ++i) {
#pragma unroll
        for (int e = 0; e < 4; ++e) weights[i][e] = (kept >> (4 * i + e) & 1) != 0 ? weights[i][e] * keep_scale : 0;
      }
      multiply_columns<T, Columns>(of_values, weights, other_columns, 0);
    }
  }
  if constexpr (!kWide<T>) wait_copies<0>();
  const auto to_head = [&](void* data, const RowStrides& s, int head) {
    return static_cast<T*>(data) + batch * s.batch + head * s.head;
  };
  if constexpr (!kByKey) {
    store_gradient(gradient, to_head(g.dq, g.dq_at, own_head), g.dq_at.row, first + warp_row, g.queries, g.dim,
                   g.scale);
  }
  if constexpr (kByKey && Config::kScores) {
    store_gradient(gradient, to_head(g.dk, g.dk_at, shared), g.dk_at.row, first + warp_row, g.keys, g.dim, g.scale);
  }
  if constexpr (Config::kWeights) {
    store_gradient(of_values, to_head(g.dv, g.dv_at, shared), g.dv_at.row, first + warp_row, g.keys, g.dim, 1.0f);
  }
}

template <class Config>
__global__ void __launch_bounds__(Config::kThreads) portable_backward(const __grid_constant__ BackwardGlobals g) {
#if !defined(__CUDA_ARCH__) || __CUDA_ARCH__ >= 800
  extern __shared__ __align__(16) uint8_t memory[];
  attend_backward<Config>(g, memory);
#endif
}

}  // namespace vt::attention::tiles
