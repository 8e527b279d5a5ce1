// Attention's forward kernel for Hopper: softmax(scale q k^T) v without the scores in memory.
//
// A block works through query tiles. One warp loads: a tile of queries, then the keys and values that it sees, last
// ones first, through rings of buffers. Each warpgroup of consumers holds 64 of the queries: scores = q k^T by wgmma,
// the softmax in registers with a running maximum and sum, out += p v with p from those registers. The product of the
// next scores is under way while the softmax of these runs. Note [Forms of attention] says what else the general form
// does.
#pragma once

#include <cuda.h>

#include "cuda/tma.cuh"
#include "cuda/wgmma.cuh"
#include "ops/nn/attention_general.cuh"
#include "ops/nn/attention_schedule.cuh"

namespace vt::attention {

using cuda::Barrier;
using cuda::RingPlace;

struct ForwardGlobals {
  CUtensorMap q, k, v, out;  // (batch, heads, rows, dim)
  CUtensorMap bias;          // (batch, heads, queries, keys), where copies_bias
  float* lse;                // (batch, heads, queries)
  int queries, keys;
  int heads_per_shared;  // heads of queries for each of keys and values
  float scale;           // of the scores, or of what became of them where a bias is added
  float scale_log2;      // scale * log2(e)
  bool copies_bias;      // the copy engine brings it
  Schedule schedule;
  General general;
};

/// Fits in 227 KiB: 2 * HeadDim * (QueryStages * 64 * Consumers + 2 * Stages * KeyTile) bytes and little more, in the
/// general form beside BiasStages * Consumers * 128 * KeyTile.
template <class T_, int HeadDim, int KeyTile, int Consumers, int Stages, Form F, int QueryStages = 2>
struct ForwardConfig {
  using T = T_;
  static constexpr int kDim = HeadDim, kQueries = 64 * Consumers, kKeys = KeyTile;
  static constexpr int kConsumers = Consumers, kStages = Stages, kQueryStages = QueryStages;
  static constexpr bool kCausal = F == Form::kCausal, kGeneral = F == Form::kGeneral;
  static constexpr bool kPingPong = Consumers > 1;
  static constexpr int kBiasStages = HeadDim == 128 ? 1 : 2;
  static constexpr int kThreads = 128 * (Consumers + 1);
  static constexpr int kConsumerRegisters = Consumers == 1 ? 248 : Consumers == 2 ? 240 : 160;
  static constexpr int kProducerRegisters = Consumers == 3 ? 32 : 24;  // with the consumers' what a launch was given
  using Queries = cuda::Tile<kQueries, kDim>;
  using Keys = cuda::Tile<kKeys, kDim>;
  using Bias = cuda::Tile<64, kKeys>;  // of the queries that a group holds
};

/// What the general form has beside.
template <class Config, bool General>
struct ForwardGeneralShared {};
template <class Config>
struct ForwardGeneralShared<Config, true> {
  alignas(1024) uint8_t bias[Config::kConsumers][Config::kBiasStages][Config::Bias::kBytes];  // by part of the queries
  Barrier bias_full[Config::kConsumers][Config::kBiasStages], bias_empty[Config::kConsumers][Config::kBiasStages];
};

template <class Config>
struct ForwardShared : ForwardGeneralShared<Config, Config::kGeneral> {
  alignas(1024) uint8_t q[Config::kQueryStages][Config::Queries::kBytes];  // then the results
  alignas(1024) uint8_t k[Config::kStages][Config::Keys::kBytes];
  alignas(1024) uint8_t v[Config::kStages][Config::Keys::kBytes];
  Schedule::Place place[Config::kQueryStages];  // of the queries
  Barrier q_full[Config::kQueryStages], q_empty[Config::kQueryStages];
  Barrier k_full[Config::kStages], k_empty[Config::kStages];
  Barrier v_full[Config::kStages], v_empty[Config::kStages];
};

/// Over the four threads that share a row of a wgmma result.
__device__ __forceinline__ float row_max(float x) {
  x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 1));
  return fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 2));
}
__device__ __forceinline__ float row_sum(float x) {
  x += __shfl_xor_sync(0xffffffffu, x, 1);
  return x + __shfl_xor_sync(0xffffffffu, x, 2);
}

/// Key tiles that a query tile sees.
template <class Config>
__device__ __forceinline__ TileRange key_tiles(const ForwardGlobals& g, int row_tile) {
  if constexpr (Config::kGeneral) {
    return seen_tiles(g.general, row_tile * Config::kQueries, Config::kQueries, g.queries, g.keys, Config::kKeys);
  }
  const int visible = Config::kCausal ? min(g.keys, (row_tile + 1) * Config::kQueries) : g.keys;
  return {0, (visible + Config::kKeys - 1) / Config::kKeys};
}

template <class Config, class Place>
__device__ __forceinline__ void load_bias(const ForwardGlobals& g, ForwardShared<Config>& s, const Place& at,
                                          int row_tile, int key_tile, int head, int batch) {
  using Bias = typename Config::Bias;
  const General& m = g.general;
  for (int part = 0; part < Config::kConsumers; ++part) {
    Barrier& full = s.bias_full[part][at.stage];
    s.bias_empty[part][at.stage].wait(at.parity ^ 1);
    full.expect(Bias::kBytes);
#pragma unroll
    for (int p = 0; p < Bias::kPanels; ++p) {
      cuda::tma_load(s.bias[part][at.stage] + p * Bias::kPanelBytes, g.bias, full,
                     key_tile * Config::kKeys + p * Bias::kPanelCols, row_tile * Config::kQueries + part * 64,
                     m.bias_at.head == 0 ? 0 : head, m.bias_at.batch == 0 ? 0 : batch);
    }
  }
}

template <class Config>
__device__ __forceinline__ void produce(const ForwardGlobals& g, ForwardShared<Config>& s) {
  using Queries = typename Config::Queries;
  using Keys = typename Config::Keys;
  RingPlace<Config::kQueryStages> q;
  RingPlace<Config::kStages> kv;
  [[maybe_unused]] RingPlace<Config::kBiasStages> bias;
  for (int tile = g.schedule.first(), next; tile < g.schedule.tiles; tile = next) {
    next = g.schedule.next(tile);
    const Schedule::Place place = g.schedule.place(tile);
    const auto [row_tile, head, batch] = place;
    s.q_empty[q.stage].wait(q.parity ^ 1);
    s.place[q.stage] = place;
    s.q_full[q.stage].expect(Queries::kBytes);
#pragma unroll
    for (int p = 0; p < Queries::kPanels; ++p) {
      cuda::tma_load(s.q[q.stage] + p * Queries::kPanelBytes, g.q, s.q_full[q.stage], p * Queries::kPanelCols,
                     row_tile * Config::kQueries, head, batch);
    }
    q.advance();
    const int shared = head / g.heads_per_shared;
    const TileRange tiles = key_tiles<Config>(g, row_tile);
    for (int j = tiles.end - 1; j >= tiles.begin; --j) {
      s.k_empty[kv.stage].wait(kv.parity ^ 1);
      s.k_full[kv.stage].expect(Keys::kBytes);
#pragma unroll
      for (int p = 0; p < Keys::kPanels; ++p) {
        cuda::tma_load(s.k[kv.stage] + p * Keys::kPanelBytes, g.k, s.k_full[kv.stage], p * Keys::kPanelCols,
                       j * Config::kKeys, shared, batch);
      }
      s.v_empty[kv.stage].wait(kv.parity ^ 1);
      s.v_full[kv.stage].expect(Keys::kBytes);
#pragma unroll
      for (int p = 0; p < Keys::kPanels; ++p) {
        cuda::tma_load(s.v[kv.stage] + p * Keys::kPanelBytes, g.v, s.v_full[kv.stage], p * Keys::kPanelCols,
                       j * Config::kKeys, shared, batch);
      }
      if constexpr (Config::kGeneral) {
        if (g.copies_bias) {
          load_bias(g, s, bias, row_tile, j, head, batch);
          bias.advance();
        }
      }
      kv.advance();
    }
  }
  s.q_empty[q.stage].wait(q.parity ^ 1);
  s.place[q.stage] = {-1, 0, 0};
  s.q_full[q.stage].arrive();
}

/// What a warpgroup of consumers does.
template <class Config>
struct ForwardConsumer {
  using T = typename Config::T;
  using Queries = typename Config::Queries;
  using Keys = typename Config::Keys;
  static constexpr float kSlack = 8;                                           // exponentials are at most 2^8
  static constexpr int kScores = Config::kKeys / 2, kOuts = Config::kDim / 2;  // registers of a thread
  using OutProduct = cuda::Wgmma<T, Config::kDim>;

  const ForwardGlobals& g;
  ForwardShared<Config>& s;
  const int group;   // of the consumers
  const int thread;  // of the group
  int part;          // which 64 of the tile's queries are this group's
  float out[kOuts];
  float maximum[2];  // near that of scores before scaling, of the two rows of this thread
  float sum[2];      // this thread's part of the sums of exponentials
  RingPlace<Config::kBiasStages> bias;

  __device__ __forceinline__ ForwardConsumer(const ForwardGlobals& globals, ForwardShared<Config>& shared, int group)
      : g(globals), s(shared), group(group), thread(static_cast<int>(threadIdx.x) % 128) {}

  __device__ __forceinline__ int first_row() const { return thread / 32 * 16 + thread % 32 / 4; }

  __device__ __forceinline__ void release(Barrier& barrier) const {
    if (thread % 32 == 0) barrier.arrive();
  }

  // Starts scores = q k^T, with the first 2 * `Count` keys.
  template <int Count>
  __device__ __forceinline__ void multiply_keys(float (&scores)[Count], int q_stage, int stage) {
    const uint64_t q = Queries::describe(cuda::shared_address(s.q[q_stage])) + Queries::shift(part * 64, 0);
    const uint64_t k = Keys::describe(cuda::shared_address(s.k[stage]));
    cuda::wgmma_fence();
#pragma unroll
    for (int c = 0; c < Config::kDim; c += 16) {
      cuda::Wgmma<T, 2 * Count>::template shared<false, false>(scores, q + Queries::shift(0, c), k + Keys::shift(0, c),
                                                               c > 0);
    }
    cuda::wgmma_commit();
  }

  // Starts out += p v.
  __device__ __forceinline__ void multiply_values(const uint32_t (&p)[kScores / 2], int stage, bool accumulate) {
    const uint64_t v = Keys::describe(cuda::shared_address(s.v[stage]));
    cuda::wgmma_fence();
#pragma unroll
    for (int c = 0; c < Config::kKeys; c += 16) {
      OutProduct::template registers<true>(out, p + c / 4, v + Keys::shift(c, 0), accumulate || c > 0);
    }
    cuda::wgmma_commit();
  }

  // Hides the keys that are not there or that come after the query.
  template <int Count>
  __device__ __forceinline__ void mask(float (&scores)[Count], int row_tile, int j, int q_stage) {
    if constexpr (Config::kGeneral) return mask_general(scores, row_tile, j, s.place[q_stage]);
    const int group_row = row_tile * Config::kQueries + part * 64, end = j * Config::kKeys + 2 * Count;
    if (end <= g.keys && (!Config::kCausal || end - 1 <= group_row)) return;
    const int column = j * Config::kKeys + thread % 4 * 2;
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const int row = group_row + first_row() + 8 * r;
      const int visible = (Config::kCausal ? min(g.keys, row + 1) : g.keys) - column;
#pragma unroll
      for (int i = 0; i < Count / 4; ++i) {
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          if (8 * i + e >= visible) scores[4 * i + 2 * r + e] = -INFINITY;
        }
      }
    }
  }

  // The same with band, mask and bias.
  template <int Count>
  __device__ __forceinline__ void mask_general(float (&scores)[Count], int row_tile, int j,
                                               const Schedule::Place& place) {
    const General& m = g.general;
    const int group_row = row_tile * Config::kQueries + part * 64, first = j * Config::kKeys, end = first + 2 * Count;
    if (g.copies_bias) {
      add_copied_bias(scores);
    } else if (m.bias != nullptr) {
      const int column = first + thread % 4 * 2;
      m.wide_bias ? add_bias<float>(scores, group_row, column, place) : add_bias<T>(scores, group_row, column, place);
    }
    if (m.bits == nullptr && end <= g.keys && first >= first_seen(m, group_row + 63, g.queries) &&
        end - 1 <= last_seen(m, group_row, g.queries)) {
      return;
    }
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const int row = group_row + first_row() + 8 * r;
      const int low = first_seen(m, row, g.queries) - first;
      const int high = min(g.keys - 1, last_seen(m, row, g.queries)) - first;
      uint32_t words[Count / 16], all = ~0u;  // of 32 keys each
      const int64_t at = place.batch * m.bits_at.batch + place.head * m.bits_at.head +
                         min(row, g.queries - 1) * m.bits_at.row + first / 32;
#pragma unroll
      for (int w = 0; w < Count / 16; ++w) {
        words[w] = (m.bits == nullptr ? ~0u : __ldg(m.bits + at + w)) & bits_between(low - 32 * w, high - 32 * w);
        all &= words[w];
      }
      if (__all_sync(0xffffffffu, all == ~0u)) continue;
#pragma unroll
      for (int i = 0; i < Count / 4; ++i) {
        const uint32_t seen = words[i / 4] >> (8 * (i % 4) + thread % 4 * 2);
        if ((seen & 1) == 0) scores[4 * i + 2 * r] = -INFINITY;
        if ((seen & 2) == 0) scores[4 * i + 2 * r + 1] = -INFINITY;
      }
    }
  }

  // scale_log2 scores + log2(e) bias in place of the scores, of the tile that the copy engine brought.
  template <int Count>
  __device__ __forceinline__ void add_copied_bias(float (&scores)[Count]) {
    s.bias_full[part][bias.stage].wait(bias.parity);
    const uint32_t tile = cuda::shared_address(s.bias[part][bias.stage]);
    const int row = thread / 32 * 16 + thread % 16, col = thread % 32 / 16 * 8;
#pragma unroll
    for (int i = 0; i < Count / 4; i += 2) {
      uint32_t pairs[4];
      cuda::load_matrices<false>(pairs, Config::Bias::chunk(tile, row, 8 * i + col));
#pragma unroll
      for (int n = 0; n < 4; ++n) {
        const float2 pair = unpack<T>(pairs[n]);
        float* x = scores + 4 * i + 2 * n;
        x[0] = x[0] * g.general.scale_log2 + pair.x * static_cast<float>(kLog2E);
        x[1] = x[1] * g.general.scale_log2 + pair.y * static_cast<float>(kLog2E);
      }
    }
    __syncwarp();
    release(s.bias_empty[part][bias.stage]);
    bias.advance();
  }

  // The same of a bias in memory.
  template <class B, int Count>
  __device__ __forceinline__ void add_bias(float (&scores)[Count], int group_row, int column,
                                           const Schedule::Place& place) const {
    const General& m = g.general;
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const int row = min(group_row + first_row() + 8 * r, g.queries - 1);
      const B* from = static_cast<const B*>(m.bias) + place.batch * m.bias_at.batch + place.head * m.bias_at.head +
                      row * m.bias_at.row + column;
#pragma unroll
      for (int i = 0; i < Count / 4; ++i) {
        const float2 bias = column + 8 * i < g.keys ? load_pair(from + 8 * i) : float2{0, 0};
        float* x = scores + 4 * i + 2 * r;
        x[0] = x[0] * m.scale_log2 + bias.x * static_cast<float>(kLog2E);
        x[1] = x[1] * m.scale_log2 + bias.y * static_cast<float>(kLog2E);
      }
    }
  }

  __device__ __forceinline__ bool drops() const {
    if constexpr (!Config::kGeneral) return false;
    return g.general.drops();
  }

  // Zeros in place of probabilities that dropout takes.
  template <int Count>
  __device__ __forceinline__ void drop(uint32_t (&p)[kScores / 2], int row_tile, int j, int q_stage) const {
    if constexpr (Config::kGeneral) {
      const General& m = g.general;
      const Schedule::Place& place = s.place[q_stage];
      const DropWords words(m, static_cast<int64_t>(place.batch) * g.schedule.heads + place.head, g.queries);
      const int query16 = (row_tile * Config::kQueries + part * 64) / 16 + thread / 32, r = thread % 32 / 4;
#pragma unroll
      for (int i = 0; i < Count / 4; i += 4) {
        const int key32 = j * (Config::kKeys / 32) + i / 4, c = thread % 4 * 2;
        const cuda::PhiloxBlock left = words.block(query16, r, key32, c), right = words.block(query16, r, key32, c + 1);
#pragma unroll
        for (int b = 0; b < 4; ++b) {
          const uint32_t x = m.dropped(left.words[b]), y = m.dropped(right.words[b]);
          uint32_t low, high;  // the highest bits of the halves, each 16 times
          asm("prmt.b32 %0, %2, %3, 0xdd99;\nprmt.b32 %1, %2, %3, 0xffbb;" : "=&r"(low), "=r"(high) : "r"(x), "r"(y));
          p[2 * (i + b)] &= ~low;
          p[2 * (i + b) + 1] &= ~high;
        }
      }
    }
  }

  // Exponentials in place of the scores. True if sums and results so far are to be multiplied with `correction`.
  // The number subtracted stays while it is near the maximum: that changes nothing but the range, and saves the
  // multiplication in almost every step.
  template <bool First, int Count>
  __device__ __forceinline__ bool exponentiate(float (&scores)[Count], float (&correction)[2]) {
    bool rises = First;
    float largest[2];
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      float part[4] = {-INFINITY, -INFINITY, -INFINITY, -INFINITY};  // in parallel
#pragma unroll
      for (int i = 0; i < Count / 4; ++i) {
        part[i % 4] = fmaxf(part[i % 4], fmaxf(scores[4 * i + 2 * r], scores[4 * i + 2 * r + 1]));
      }
      largest[r] = row_max(fmaxf(fmaxf(part[0], part[1]), fmaxf(part[2], part[3])));
      if constexpr (!First) rises |= !((largest[r] - maximum[r]) * g.scale_log2 <= kSlack);
    }
    if constexpr (!First) rises = __any_sync(0xffffffffu, rises);
    if (rises) {
#pragma unroll
      for (int r = 0; r < 2; ++r) {
        if constexpr (!First) {
          largest[r] = fmaxf(largest[r], maximum[r]);
          correction[r] = exp2_fast((maximum[r] - finite(largest[r])) * g.scale_log2);
          sum[r] *= correction[r];
        }
        maximum[r] = largest[r];
      }
    }
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const float base = finite(maximum[r]) * g.scale_log2;
      float part[2] = {};
#pragma unroll
      for (int i = 0; i < Count / 4; ++i) {
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          float& x = scores[4 * i + 2 * r + e];
          x = exp2_fast(x * g.scale_log2 - base);
          part[e] += x;
        }
      }
      sum[r] = (First ? 0 : sum[r]) + (part[0] + part[1]);
    }
    return rises;
  }

  // A row that has seen nothing yet has no maximum to subtract.
  static __device__ __forceinline__ float finite(float maximum) { return maximum == -INFINITY ? 0.0f : maximum; }

  template <int Count>
  __device__ __forceinline__ void narrow(const float (&scores)[Count], uint32_t (&p)[kScores / 2]) const {
#pragma unroll
    for (int i = 0; i < kScores / 2; ++i) {
      p[i] = i < Count / 2 ? cuda::pack<T>(scores[2 * i], scores[2 * i + 1]) : 0;
    }
  }

  __device__ __forceinline__ void my_turn() const {
    if constexpr (Config::kPingPong) cuda::named_sync(1 + group, 256);
  }
  __device__ __forceinline__ void next_turn() const {
    if constexpr (Config::kPingPong) cuda::named_arrive(1 + (group + 1) % Config::kConsumers, 256);
  }

  // From the last keys to their probabilities, which start the maximum and the sums.
  template <int Count>
  __device__ __forceinline__ void first_scores(float (&scores)[Count], uint32_t (&p)[kScores / 2], int row_tile, int j,
                                               int q_stage, int stage) {
    float correction[2];
    multiply_keys(scores, q_stage, stage);
    next_turn();
    cuda::wgmma_wait<0>();
    cuda::hold(scores);
    release(s.k_empty[stage]);
    mask(scores, row_tile, j, q_stage);
    exponentiate<true>(scores, correction);
    narrow(scores, p);
    if (drops()) drop<Count>(p, row_tile, j, q_stage);
  }

  __device__ __forceinline__ void run() {
    if (Config::kPingPong && group == Config::kConsumers - 1) next_turn();
    RingPlace<Config::kQueryStages> q;
    RingPlace<Config::kStages> key, value;
    while (true) {
      s.q_full[q.stage].wait(q.parity);
      // The same for all, as the compiler sees by the shuffle.
      const int row_tile = __shfl_sync(0xffffffffu, s.place[q.stage].row_tile, 0);
      if (row_tile < 0) break;
      const TileRange tiles = key_tiles<Config>(g, row_tile);
      // Parts of a causal tile have more or less to do; in turn, so that groups have the same.
      part = Config::kConsumers == 2 && Config::kQueryStages == 2 ? group ^ q.stage : group;
      float scores[kScores], correction[2];
      uint32_t p[kScores / 2];

      s.k_full[key.stage].wait(key.parity);
      my_turn();
      const int part_row = row_tile * Config::kQueries + part * 64, last = tiles.end - 1;
      int visible = Config::kCausal ? min(g.keys, part_row + 64) : g.keys;
      if constexpr (Config::kGeneral) visible = min(g.keys, last_seen(g.general, part_row + 63, g.queries) + 1);
      if (visible <= last * Config::kKeys + Config::kKeys / 2) {  // nothing in the second half is seen
        float half_scores[kScores / 2];
        first_scores(half_scores, p, row_tile, last, q.stage, key.stage);
      } else {
        first_scores(scores, p, row_tile, last, q.stage, key.stage);
      }
      key.advance();
      for (int j = last - 1; j >= tiles.begin; --j) {
        s.k_full[key.stage].wait(key.parity);
        my_turn();
        multiply_keys(scores, q.stage, key.stage);
        s.v_full[value.stage].wait(value.parity);
        multiply_values(p, value.stage, j < last - 1);
        next_turn();
        cuda::wgmma_wait<1>();
        cuda::hold(scores);
        release(s.k_empty[key.stage]);
        key.advance();
        mask(scores, row_tile, j, q.stage);
        const bool rises = exponentiate<false>(scores, correction);
        [[maybe_unused]] uint32_t left[kScores / 2];
        if (drops()) {
          narrow(scores, left);
          drop<kScores>(left, row_tile, j, q.stage);
        }
        cuda::end_block(sum[0] < 0 || sum[1] < 0);  // the exponentials run under the product of the values
        cuda::wgmma_wait<0>();
        cuda::hold(out);
        release(s.v_empty[value.stage]);
        value.advance();
        if (drops()) {
#pragma unroll
          for (int i = 0; i < kScores / 2; ++i) p[i] = left[i];
        } else {
          narrow(scores, p);
        }
        if (rises) {
#pragma unroll
          for (int i = 0; i < kOuts; ++i) out[i] *= correction[i % 4 / 2];
        }
      }
      s.v_full[value.stage].wait(value.parity);
      multiply_values(p, value.stage, last > tiles.begin);
      cuda::wgmma_wait<0>();
      cuda::hold(out);
      release(s.v_empty[value.stage]);
      value.advance();
      finish(row_tile, q.stage);
      q.advance();
    }
  }

  // Divides by the sums and stores results, through the place of this group's queries, and logarithms of the sums.
  __device__ __forceinline__ void finish(int row_tile, int q_stage) {
    const int head = s.place[q_stage].head, batch = s.place[q_stage].batch;
    float inverse[2];
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const float total = row_sum(sum[r]);
      if constexpr (Config::kGeneral) {  // a row that sees nothing gives zeros
        inverse[r] = total == 0 ? 0 : g.general.keep_scale / total;
      } else {
        inverse[r] = 1.0f / total;
      }
      const int row = row_tile * Config::kQueries + part * 64 + first_row() + 8 * r;
      if (thread % 4 == 0 && row < g.queries) {
        const int64_t head_row = (static_cast<int64_t>(batch) * g.schedule.heads + head) * g.queries;
        g.lse[head_row + row] = maximum[r] * g.scale + logf(total);
      }
    }
    const uint32_t to = cuda::shared_address(s.q[q_stage]);
    const int row = part * 64 + thread / 32 * 16 + thread % 16, col = thread % 32 / 16 * 8;
#pragma unroll
    for (int i = 0; i < kOuts; i += 8) {
      cuda::store_matrices(Queries::chunk(to, row, 2 * i + col),
                           cuda::pack<T>(out[i] * inverse[0], out[i + 1] * inverse[0]),
                           cuda::pack<T>(out[i + 2] * inverse[1], out[i + 3] * inverse[1]),
                           cuda::pack<T>(out[i + 4] * inverse[0], out[i + 5] * inverse[0]),
                           cuda::pack<T>(out[i + 6] * inverse[1], out[i + 7] * inverse[1]));
    }
    cuda::fence_async_proxy();
    cuda::named_sync(8 + group, 128);
    if (thread == 0) {
#pragma unroll
      for (int p = 0; p < Queries::kPanels; ++p) {
        cuda::tma_store(s.q[q_stage] + Queries::offset(part * 64, p * Queries::kPanelCols), g.out,
                        p * Queries::kPanelCols, row_tile * Config::kQueries + part * 64, head, batch);
      }
      cuda::commit_stores();
      cuda::wait_stores_read();
      s.q_empty[q_stage].arrive();
    }
    __syncwarp();
  }
};

template <class Config>
__global__ void __launch_bounds__(Config::kThreads, 1) attention_forward(const __grid_constant__ ForwardGlobals g) {
  extern __shared__ __align__(1024) uint8_t memory[];  // as tiles are
  auto& s = *reinterpret_cast<ForwardShared<Config>*>(memory);
  if (threadIdx.x == 0) {
    for (int i = 0; i < Config::kQueryStages; ++i) {
      s.q_full[i].init(1);
      s.q_empty[i].init(Config::kConsumers);
    }
    for (int i = 0; i < Config::kStages; ++i) {
      s.k_full[i].init(1);
      s.v_full[i].init(1);
      s.k_empty[i].init(4 * Config::kConsumers);
      s.v_empty[i].init(4 * Config::kConsumers);
    }
    if constexpr (Config::kGeneral) {
      for (int part = 0; part < Config::kConsumers; ++part) {
        for (int i = 0; i < Config::kBiasStages; ++i) {
          s.bias_full[part][i].init(1);
          s.bias_empty[part][i].init(4);
        }
      }
    }
    cuda::publish_barriers();
  }
  if constexpr (Config::kGeneral) {
    if (blockIdx.x == 0 && threadIdx.x == 0 && g.general.philox_taken != nullptr) {
      const cuda::PhiloxReader taken(g.general.philox);
      g.general.philox_taken[0] = taken.seed;
      g.general.philox_taken[1] = taken.start * 4;
    }
  }
  __syncthreads();
  const int group = __shfl_sync(0xffffffffu, static_cast<int>(threadIdx.x) / 128, 0);
  if (group == 0) {
    cuda::shrink_registers<Config::kProducerRegisters>();
    if (threadIdx.x == 0) produce<Config>(g, s);
  } else {
    cuda::grow_registers<Config::kConsumerRegisters>();
    ForwardConsumer<Config>(g, s, group - 1).run();
    if (threadIdx.x % 128 == 0) cuda::wait_stores();
  }
}

}  // namespace vt::attention
