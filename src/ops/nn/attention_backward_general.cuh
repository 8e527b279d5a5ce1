// Scores of attention's backward kernel for Hopper in the general form: band, mask, bias and dropout.
#pragma once

#include "cuda/shared_matrices.cuh"
#include "ops/nn/attention_backward_parts.cuh"

namespace vt::attention {

/// Where a tile of scores is.
struct ScoreTile {
  int key_tile, query_tile, batch, head;  // the head of the queries
};

/// What a thread of a group of consumers does with its scores: of keys r = 16 warp + lane / 4 and r + 8 of the group's
/// 64, and of queries 8 i + 2 (lane % 4) and the next one.
template <class Config>
struct GeneralScores {
  using T = typename Config::T;
  static constexpr int kScores = Config::kQueries / 2;
  using Columns = float2[kScores / 4];  // of queries

  const BackwardGlobals& g;
  BackwardShared<Config>& s;
  const int group, thread;

  /// Of a thread's two keys the queries of the tile that see them.
  struct Seen {
    uint32_t words[2][2];
    bool all;  // by the whole warp
  };
  __device__ __forceinline__ Seen seen(const ScoreTile& at) const {
    const General& m = g.general;
    const int first = at.key_tile * Config::kKeys + group * 64, first_query = at.query_tile * Config::kQueries;
    Seen seen{{{~0u, ~0u}, {~0u, ~0u}}, true};
    if (m.bits == nullptr && first + 64 <= g.keys && first_seeing(m, first + 63, g.keys) <= first_query &&
        last_seeing(m, first, g.keys) >= first_query + Config::kQueries - 1) {
      return seen;
    }
    uint32_t all = ~0u;
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const int key = first_key(at) + 8 * r;
      const int low = key >= g.keys ? Config::kQueries : first_seeing(m, key, g.keys) - first_query;
      const int high = last_seeing(m, key, g.keys) - first_query;
      const uint32_t* from = m.bits + at.batch * m.bits_at.batch + at.head * m.bits_at.head +
                             min(key, g.keys - 1) * m.bits_at.row + at.query_tile * 2;
#pragma unroll
      for (int w = 0; w < 2; ++w) {
        seen.words[r][w] = (m.bits == nullptr ? ~0u : __ldg(from + w)) & bits_between(low - 32 * w, high - 32 * w);
        all &= seen.words[r][w];
      }
    }
    seen.all = __all_sync(0xffffffffu, all == ~0u);
    return seen;
  }

  /// The scores that dropout keeps, as bits.
  __device__ __forceinline__ uint32_t kept_by_dropout(const ScoreTile& at) const {
    const General& m = g.general;
    if (!m.drops()) return ~0u;
    const DropWords words(m, static_cast<int64_t>(at.batch) * g.schedule.heads * g.heads_per_shared + at.head,
                          g.queries);
    const int key32 = (at.key_tile * Config::kKeys + group * 64) / 32 + thread / 64;
    const bool upper = thread / 32 % 2 != 0;  // of the 32 keys of a block
    uint32_t dropped = 0;
#pragma unroll
    for (int i = kScores / 4 - 2; i >= 0; i -= 2) {
      uint32_t pair[2][2];  // by query and key
#pragma unroll
      for (int e = 0; e < 2; ++e) {
        const cuda::PhiloxBlock block =
            words.block((at.query_tile * Config::kQueries) / 16 + i / 2, thread % 4 * 2 + e, key32, thread % 32 / 4);
        pair[e][0] = m.dropped(upper ? block.words[2] : block.words[0]);
        pair[e][1] = m.dropped(upper ? block.words[3] : block.words[1]);
      }
      const auto push = [&](uint32_t sign) { dropped = __funnelshift_l(sign, dropped, 1); };
#pragma unroll
      for (int r = 1; r >= 0; --r) push(pair[1][r]), push(pair[0][r]);
#pragma unroll
      for (int r = 1; r >= 0; --r) push(pair[1][r] << 16), push(pair[0][r] << 16);
    }
    return ~dropped;
  }

  /// scale_log2 scores + log2(e) bias in place of the scores. `stage`: of the queries.
  __device__ __forceinline__ void add_bias(float (&scores)[kScores], const ScoreTile& at, int stage) const {
    const General& m = g.general;
    if (m.bias == nullptr) return;
    if (g.copies_bias) return add_copied_bias(scores, stage);
    const int64_t offset = at.batch * m.bias_at.batch + at.head * m.bias_at.head;
    m.wide_bias ? add_bias_of(scores, static_cast<const float*>(m.bias) + offset, at)
                : add_bias_of(scores, static_cast<const T*>(m.bias) + offset, at);
  }

  /// p = exp(scores - logsumexp) in place, zero where the query does not see the key.
  __device__ __forceinline__ void exponentiate_seen(float (&scores)[kScores], const Columns& lse_log2,
                                                    const Seen& seen) const {
#pragma unroll
    for (int i = 0; i < kScores / 4; ++i) {
#pragma unroll
      for (int r = 0; r < 2; ++r) {
        const uint32_t bits = seen.words[r][i / 4] >> (8 * (i % 4) + thread % 4 * 2);
        float* x = scores + 4 * i + 2 * r;
        x[0] = (bits & 1) != 0 ? exp2_fast(x[0] * g.scale_log2 - lse_log2[i].x) : 0;
        x[1] = (bits & 2) != 0 ? exp2_fast(x[1] * g.scale_log2 - lse_log2[i].y) : 0;
      }
    }
  }

 private:
  __device__ __forceinline__ int first_key(const ScoreTile& at) const {
    return at.key_tile * Config::kKeys + group * 64 + thread / 32 * 16 + thread % 32 / 4;
  }

  __device__ __forceinline__ void add(float& score, float bias) const {
    score = score * g.general.scale_log2 + bias * static_cast<float>(kLog2E);
  }

  // Of the tile (queries, keys) that the copy engine brought.
  __device__ __forceinline__ void add_copied_bias(float (&scores)[kScores], int stage) const {
    const uint32_t tile = cuda::shared_address(s.bias[stage]);
    const int row = thread % 8 + thread % 32 / 16 * 8, col = group * 64 + thread / 32 * 16 + thread / 8 % 2 * 8;
#pragma unroll
    for (int i = 0; i < kScores / 4; i += 2) {
      uint32_t pairs[4];
      cuda::load_matrices<true>(pairs, Config::Bias::chunk(tile, 8 * i + row, col));
#pragma unroll
      for (int n = 0; n < 4; ++n) {
        const float2 bias = unpack<T>(pairs[n]);
        add(scores[4 * i + 2 * n], bias.x);
        add(scores[4 * i + 2 * n + 1], bias.y);
      }
    }
  }

  template <class B>
  __device__ __forceinline__ void add_bias_of(float (&scores)[kScores], const B* bias, const ScoreTile& at) const {
    const int first_query = at.query_tile * Config::kQueries + thread % 4 * 2;
#pragma unroll
    for (int i = 0; i < kScores / 4; ++i) {
#pragma unroll
      for (int e = 0; e < 2; ++e) {
        const B* row = bias + min(first_query + 8 * i + e, g.queries - 1) * g.general.bias_at.row;
#pragma unroll
        for (int r = 0; r < 2; ++r) {
          add(scores[4 * i + 2 * r + e], static_cast<float>(row[min(first_key(at) + 8 * r, g.keys - 1)]));
        }
      }
    }
  }
};

}  // namespace vt::attention
