// Band, mask, bias and dropout of scores that lie in registers, 16 rows of a warp by groups of 8 columns: by query,
// where rows are queries and columns keys, or by key, the other way round.
#pragma once

#include "ops/nn/attention_general.cuh"
#include "ops/nn/attention_schedule.cuh"

namespace vt::attention::tiles {

/// Which scores a thread holds: two rows, and of columns those at `first` + 8 i + 2 * (lane % 4) and the next one.
struct ScorePlace {
  int row[2];   // may be beyond what there is
  int head[2];  // of queries
  int batch;
  int first;  // a multiple of 16
  int queries, keys;
};

__device__ __forceinline__ int lane_column() { return static_cast<int>(threadIdx.x) % 4 * 2; }

/// scale_log2 scores + log2(e) bias in place of the scores.
template <bool ByKey, class B, int Count>
__device__ __forceinline__ void add_bias_of(float (&scores)[Count][4], const General& m, const ScorePlace& at) {
  constexpr auto kToLog2 = static_cast<float>(kLog2E);
  const int column = at.first + lane_column();
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const B* from = static_cast<const B*>(m.bias) + at.batch * m.bias_at.batch + at.head[r] * m.bias_at.head;
    const int row = min(at.row[r], (ByKey ? at.keys : at.queries) - 1);
    from += ByKey ? row : row * m.bias_at.row + column;
#pragma unroll
    for (int i = 0; i < Count; ++i) {
      float2 bias{0, 0};
      if constexpr (ByKey) {
        const auto number = [&](int query) {
          const B x = from[min(query, at.queries - 1) * m.bias_at.row];
          return static_cast<float>(x);
        };
        bias = {number(column + 8 * i), number(column + 8 * i + 1)};
      } else if (column + 8 * i < at.keys) {
        bias = load_pair(from + 8 * i);
      }
      scores[i][2 * r] = scores[i][2 * r] * m.scale_log2 + bias.x * kToLog2;
      scores[i][2 * r + 1] = scores[i][2 * r + 1] * m.scale_log2 + bias.y * kToLog2;
    }
  }
}
template <bool ByKey, class T, int Count>
__device__ __forceinline__ void add_bias(float (&scores)[Count][4], const General& m, const ScorePlace& at) {
  if (m.bias == nullptr) return;
  if (m.wide_bias) {
    add_bias_of<ByKey, float>(scores, m, at);
  } else {
    add_bias_of<ByKey, T>(scores, m, at);
  }
}

/// Hides what the band or a mask hides, and what is not there.
template <bool ByKey, int Count>
__device__ __forceinline__ void hide(float (&scores)[Count][4], const General& m, const ScorePlace& at) {
  const int column = at.first + lane_column(), rows = ByKey ? at.keys : at.queries;
  const int columns = ByKey ? at.queries : at.keys;
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const int row = at.row[r];
    const int low = (ByKey ? first_seeing(m, row, rows) : first_seen(m, row, rows)) - column;
    const int high = min(columns - 1, ByKey ? last_seeing(m, row, rows) : last_seen(m, row, rows)) - column;
    if (m.bits == nullptr && low <= 0 && high > 8 * (Count - 1)) continue;
    const uint32_t* words =
        m.bits + at.batch * m.bits_at.batch + at.head[r] * m.bits_at.head + min(row, rows - 1) * m.bits_at.row;
#pragma unroll
    for (int i = 0; i < Count; ++i) {
      uint32_t bits = ~0u;
      if (m.bits != nullptr) bits = __ldg(words + (at.first + 8 * i) / 32) >> ((at.first + 8 * i) % 32 + lane_column());
#pragma unroll
      for (int e = 0; e < 2; ++e) {
        const bool seen = 8 * i + e >= low && 8 * i + e <= high && (bits >> e & 1) != 0;
        if (!seen) scores[i][2 * r + e] = -INFINITY;
      }
    }
  }
}

/// A bit for each score that dropout keeps, bit 4 i + e of scores[i][e]. By query `first` is a multiple of 32.
template <bool ByKey, int Count>
__device__ __forceinline__ uint32_t kept_scores(const General& m, const ScorePlace& at, int heads) {
  static_assert(Count <= 8 && Count % (ByKey ? 2 : 4) == 0);
  if (!m.drops()) return ~0u;
  const DropWords words(m, static_cast<int64_t>(at.batch) * heads + at.head[0], at.queries);
  const int lane_row = static_cast<int>(threadIdx.x) % 32 / 4;
  uint32_t kept = 0;
  const auto keep = [&](uint32_t half, int bit) { kept |= static_cast<uint32_t>((half & 0x7fff) < m.kept) << bit; };
#pragma unroll
  for (int e = 0; e < 2; ++e) {
    if constexpr (ByKey) {
      const bool upper = at.row[0] % 32 >= 16;  // of the 32 keys of a block
#pragma unroll
      for (int i = 0; i < Count; i += 2) {
        const cuda::PhiloxBlock block =
            words.block((at.first + 8 * i) / 16, lane_column() + e, at.row[0] / 32, lane_row);
        const uint32_t of_row[2] = {upper ? block.words[2] : block.words[0], upper ? block.words[3] : block.words[1]};
#pragma unroll
        for (int r = 0; r < 2; ++r) {
          keep(of_row[r], 4 * i + 2 * r + e);
          keep(of_row[r] >> 16, 4 * (i + 1) + 2 * r + e);
        }
      }
    } else {
#pragma unroll
      for (int i = 0; i < Count; i += 4) {
        const cuda::PhiloxBlock block = words.block(at.row[0] / 16, lane_row, at.first / 32 + i / 4, lane_column() + e);
#pragma unroll
        for (int b = 0; b < 4; ++b) {
          keep(block.words[b], 4 * (i + b) + e);
          keep(block.words[b] >> 16, 4 * (i + b) + 2 + e);
        }
      }
    }
  }
  return kept;
}

}  // namespace vt::attention::tiles
