// Attention's backward kernel for Hopper, between the two passes of attention_backward_passes.cuh.
//
// A block works through key tiles. The tile's keys and values stay in shared memory while the queries that see them,
// with their gradients of the result, stream by. Each of two warpgroups holds 64 of the keys and computes scores and
// their gradients transposed, (keys, queries), so that both feed dv += p^T dout and dk += ds^T q from registers. For
// dq = ds k, which sums over keys, ds goes through shared memory, where either group reads all of it and makes half of
// the columns; dq is added up in float32 in global memory, one step behind so that no group waits for the other's ds.
// A tile of keys that several heads of queries share meets them one after the other. Note [Forms of attention] says
// what else the general form does.
#pragma once

#include <type_traits>

#include "ops/nn/attention_backward_general.cuh"
#include "ops/nn/attention_backward_order.cuh"
#include "ops/nn/attention_backward_parts.cuh"
#include "ops/nn/attention_backward_scores.cuh"
#include "ops/nn/attention_backward_wide.cuh"

namespace vt::attention {

template <class Config, class Place>
__device__ __forceinline__ void load_bias(const BackwardGlobals& g, BackwardShared<Config>& s, const Place& q,
                                          int query_tile, int key_tile, int head, int batch) {
  using Bias = typename Config::Bias;
  const General& m = g.general;
#pragma unroll
  for (int p = 0; p < Bias::kPanels; ++p) {
    cuda::tma_load(s.bias[q.stage] + p * Bias::kPanelBytes, g.bias, s.q_full[q.stage],
                   key_tile * Config::kKeys + p * Bias::kPanelCols, query_tile * Config::kQueries,
                   m.bias_at.head == 0 ? 0 : head, m.bias_at.batch == 0 ? 0 : batch);
  }
}

template <class Config>
__device__ __forceinline__ void produce(const BackwardGlobals& g, BackwardShared<Config>& s) {
  using Queries = typename Config::Queries;
  using Keys = typename Config::Keys;
  RingPlace<Config::kKeyStages> kv;
  RingPlace<Config::kQueryStages> q;
  for (int tile = g.schedule.first(), next; tile < g.schedule.tiles; tile = next) {
    // In order nobody is to wait for a tile that another block has put aside for later.
    if (!in_order<Config>(g)) next = g.schedule.next(tile);
    const auto [last, head, batch] = g.schedule.place(tile);
    const int key_tile = g.schedule.row_tiles - 1 - last;  // causal attention's longest is the first
    const int64_t padded = static_cast<int64_t>(g.query_tiles) * Config::kQueries;
    const int first_head = head * g.heads_per_shared;
    const int64_t first_row =
        (static_cast<int64_t>(batch) * g.schedule.heads * g.heads_per_shared + first_head) * padded;
    const TileRange tiles = query_tiles<Config>(g, key_tile);
    s.kv_empty[kv.stage].wait(kv.parity ^ 1);
    // All reads of the place that was here came before the barriers of finish(), and those before the arrival that was
    // waited for. compute-sanitizer's racecheck does not follow mbarriers and reports this write, and nothing else.
    s.place[kv.stage] = {key_tile, head, batch};
    s.k_full[kv.stage].expect(Keys::kBytes);
#pragma unroll
    for (int p = 0; p < Keys::kPanels; ++p) {
      cuda::tma_load(s.k[kv.stage] + p * Keys::kPanelBytes, g.k, s.k_full[kv.stage], p * Keys::kPanelCols,
                     key_tile * Config::kKeys, head, batch);
    }
    for (int shared = 0; shared < g.heads_per_shared; ++shared) {
      const int64_t row = first_row + shared * padded;
      for (int step = 0; step < tiles.end - tiles.begin; ++step) {
        const int i = query_tile_at<Config>(g, tiles, step);
        s.q_empty[q.stage].wait(q.parity ^ 1);
        uint32_t bytes = Queries::kBytes + sizeof s.lse_log2[0];
        if constexpr (Config::kGeneral) bytes += g.copies_bias ? Config::Bias::kBytes : 0;
        s.q_full[q.stage].expect(bytes);
#pragma unroll
        for (int p = 0; p < Queries::kPanels; ++p) {
          cuda::tma_load(s.q[q.stage] + p * Queries::kPanelBytes, g.q, s.q_full[q.stage], p * Queries::kPanelCols,
                         i * Config::kQueries, first_head + shared, batch);
        }
        cuda::bulk_load(s.lse_log2[q.stage], g.lse_log2 + row + i * Config::kQueries, sizeof s.lse_log2[0],
                        s.q_full[q.stage]);
        if constexpr (Config::kGeneral) {
          if (g.copies_bias) load_bias(g, s, q, i, key_tile, first_head + shared, batch);
        }
        if (shared == 0 && step == 0) {
          s.v_full[kv.stage].expect(Keys::kBytes);
#pragma unroll
          for (int p = 0; p < Keys::kPanels; ++p) {
            cuda::tma_load(s.v[kv.stage] + p * Keys::kPanelBytes, g.v, s.v_full[kv.stage], p * Keys::kPanelCols,
                           key_tile * Config::kKeys, head, batch);
          }
        }
        s.dout_empty[q.stage].wait(q.parity ^ 1);
        s.dout_full[q.stage].expect(Queries::kBytes + sizeof s.delta[0]);
#pragma unroll
        for (int p = 0; p < Queries::kPanels; ++p) {
          cuda::tma_load(s.dout[q.stage] + p * Queries::kPanelBytes, g.dout, s.dout_full[q.stage],
                         p * Queries::kPanelCols, i * Config::kQueries, first_head + shared, batch);
        }
        cuda::bulk_load(s.delta[q.stage], g.delta + row + i * Config::kQueries, sizeof s.delta[0],
                        s.dout_full[q.stage]);
        q.advance();
      }
    }
    if (tiles.begin >= tiles.end) s.v_full[kv.stage].arrive();  // nothing to load for
    kv.advance();
    if (in_order<Config>(g)) next = g.schedule.next(tile);
  }
  s.kv_empty[kv.stage].wait(kv.parity ^ 1);
  s.place[kv.stage] = {-1, 0, 0};
  s.k_full[kv.stage].arrive();
}

/// What a warpgroup of consumers does.
template <class Config>
struct BackwardConsumer {
  using T = typename Config::T;
  using Queries = typename Config::Queries;
  using Keys = typename Config::Keys;
  using Scores = typename Config::Scores;
  static constexpr int kDim = Config::kDim;
  static constexpr int kScores = Config::kQueries / 2, kOuts = kDim / 2, kHalf = Config::kDqRegisters;  // of a thread
  using ScoreProduct = cuda::Wgmma<T, Config::kQueries>;
  using KeyProduct = cuda::Wgmma<T, kDim>;
  using QueryProduct = cuda::Wgmma<T, kDim / 2>;

  const BackwardGlobals& g;
  BackwardShared<Config>& s;
  const int group;   // of the consumers
  const int thread;  // of the group
  float dk[kOuts], dv[kOuts];
  RingPlace<1> handed;  // dq, in order

  __device__ __forceinline__ BackwardConsumer(const BackwardGlobals& globals, BackwardShared<Config>& shared, int group)
      : g(globals), s(shared), group(group), thread(static_cast<int>(threadIdx.x) % 128) {}

  __device__ __forceinline__ void release(Barrier& barrier) const {
    if (thread % 32 == 0) barrier.arrive();
  }

  // Starts result = rows of this group (keys or values) times queries (or gradients) transposed.
  __device__ __forceinline__ void multiply_scores(float (&result)[kScores], const uint8_t* rows,
                                                  const uint8_t* queries) const {
    const uint64_t a = Keys::describe(cuda::shared_address(rows)) + Keys::shift(group * 64, 0);
    const uint64_t b = Queries::describe(cuda::shared_address(queries));
    cuda::wgmma_fence();
#pragma unroll
    for (int c = 0; c < kDim; c += 16) {
      ScoreProduct::template shared<false, false>(result, a + Keys::shift(0, c), b + Queries::shift(0, c), c > 0);
    }
    cuda::wgmma_commit();
  }

  // Starts sums += weights (keys, queries) times queries (or gradients).
  __device__ __forceinline__ void multiply_rows(float (&sums)[kOuts], const uint32_t (&weights)[kScores / 2],
                                                const uint8_t* queries) const {
    const uint64_t b = Queries::describe(cuda::shared_address(queries));
    cuda::wgmma_fence();
#pragma unroll
    for (int c = 0; c < Config::kQueries; c += 16) {
      KeyProduct::template registers<true>(sums, weights + c / 4, b + Queries::shift(c, 0), true);
    }
    cuda::wgmma_commit();
  }

  // Starts this group's columns of dq = ds k.
  __device__ __forceinline__ void multiply_dq(float (&dq)[kHalf], const uint8_t* ds, const uint8_t* k) const {
    const uint64_t a = Scores::describe(cuda::shared_address(ds));
    const uint64_t b = Keys::describe(cuda::shared_address(k)) + Keys::shift(0, group * kDim / 2);
    cuda::wgmma_fence();
#pragma unroll
    for (int c = 0; c < Config::kKeys; c += 16) {
      QueryProduct::template shared<true, true>(dq, a + Scores::shift(c, 0), b + Keys::shift(c, 0), c > 0);
    }
    cuda::wgmma_commit();
  }

  using Columns = float2[kScores / 4];  // of queries

  // To 16 bits, what dropout keeps.
  __device__ __forceinline__ void narrow_kept(const float (&scores)[kScores], uint32_t (&p)[kScores / 2],
                                              uint32_t kept) const {
    if constexpr (Config::kGeneral) {
      if (g.general.drops()) {
        float left[kScores];
#pragma unroll
        for (int i = 0; i < kScores; ++i) left[i] = (kept >> i & 1) != 0 ? scores[i] : 0;
        return narrow<T>(left, p);
      }
    }
    narrow<T>(scores, p);
  }
  __device__ __forceinline__ void scale_kept(float (&dp)[kScores], uint32_t kept) const {
    if (!g.general.drops()) return;
#pragma unroll
    for (int i = 0; i < kScores; ++i) dp[i] = (kept >> i & 1) != 0 ? dp[i] * g.general.keep_scale : 0;
  }

  __device__ __forceinline__ void share(const uint32_t (&ds)[kScores / 2], int buffer) {
    share_scores<Scores>(ds, cuda::shared_address(s.ds[buffer]), thread, group * 64, 0);
    cuda::fence_async_proxy();
    __syncwarp();
    release(s.ds_full[buffer]);
  }

  __device__ __forceinline__ void run() {
    RingPlace<Config::kKeyStages> kv;
    RingPlace<Config::kQueryStages> q;
    RingPlace<2> ds;  // where the next ds goes; the last one's is the other
    while (true) {
      s.k_full[kv.stage].wait(kv.parity);
      // The same for all, as the compiler sees by the shuffle.
      const int key_tile = __shfl_sync(0xffffffffu, s.place[kv.stage].row_tile, 0);
      if (key_tile < 0) break;
      const TileRange tiles = query_tiles<Config>(g, key_tile);
      s.v_full[kv.stage].wait(kv.parity);
#pragma unroll
      for (int i = 0; i < kOuts; ++i) dk[i] = dv[i] = 0;
      if (tiles.begin < tiles.end) {
        const Schedule::Place& place = s.place[kv.stage];
        for (int i = 0; i < g.heads_per_shared; ++i) {
          stream(q, ds, kv.stage, tiles, {key_tile, 0, place.batch, place.head * g.heads_per_shared + i});
        }
      }
      finish(kv.stage, key_tile);
      kv.advance();
    }
  }

  // The queries of these tiles of a head. `at` follows them.
  __device__ __forceinline__ void stream(RingPlace<Config::kQueryStages>& q, RingPlace<2>& ds, int kv,
                                         const TileRange& tiles, ScoreTile at) {
    const int64_t head = static_cast<int64_t>(at.batch) * g.schedule.heads * g.heads_per_shared + at.head;
    float* dq_sums = g.dq_sums + dq_offset<Config>(g, head, tiles.begin, group) + thread * 4;
    // All keys of the second group of a causal tile come after its first queries.
    const bool sees_nothing = Config::kCausal && group > 0;
    int step = 0, steps = tiles.end - tiles.begin;
    if (sees_nothing && in_order<Config>(g)) --steps;
    if (sees_nothing && !in_order<Config>(g)) {
      share_zeros(q, ds);
      ++step;
    }
    for (; step < steps; ++step) {
      float scores[kScores], dp[kScores];
      uint32_t p[kScores / 2], narrow_ds[kScores / 2];
      at.query_tile = query_tile_at<Config>(g, tiles, step);
      s.q_full[q.stage].wait(q.parity);
      multiply_scores(scores, s.k[kv], s.q[q.stage]);
      s.dout_full[q.stage].wait(q.parity);
      multiply_scores(dp, s.v[kv], s.dout[q.stage]);
      Columns lse_log2, delta;
      load_columns(lse_log2, s.lse_log2[q.stage]);
      [[maybe_unused]] uint32_t kept = ~0u;
      [[maybe_unused]] typename GeneralScores<Config>::Seen seen;
      if constexpr (Config::kGeneral) {
        kept = general().kept_by_dropout(at);
        seen = general().seen(at);
      }
      if constexpr (kDim <= 64) load_columns(delta, s.delta[q.stage]);
      cuda::wgmma_wait<1>();
      cuda::hold(scores);
      if constexpr (Config::kGeneral) {
        general().add_bias(scores, at, q.stage);
        if (seen.all) {
          exponentiate(scores, lse_log2, g.scale_log2);
        } else {
          general().exponentiate_seen(scores, lse_log2, seen);
        }
      } else {
        exponentiate(scores, lse_log2, g.scale_log2);
        hide_scores<Config::kCausal>(scores, at.key_tile * Config::kKeys + group * 64, g.keys,
                                     at.query_tile * Config::kQueries, Config::kQueries);
      }
      narrow_kept(scores, p, kept);
      multiply_rows(dv, p, s.dout[q.stage]);
      cuda::wgmma_wait<1>();
      cuda::hold(dp);
      if constexpr (kDim > 64) load_columns(delta, s.delta[q.stage]);  // no registers for it before
      if constexpr (Config::kGeneral) scale_kept(dp, kept);
      differentiate(scores, dp, delta);
      narrow<T>(scores, narrow_ds);
      s.ds_empty[ds.stage].wait(ds.parity ^ 1);
      share(narrow_ds, ds.stage);
      multiply_rows(dk, narrow_ds, s.q[q.stage]);
      if (step > 0) {
        add_last_dq(ds, kv, dq_sums);
      } else {
        cuda::wgmma_wait<0>();
      }
      cuda::hold(dv);
      cuda::hold(dk);
      release(s.q_empty[q.stage]);
      release(s.dout_empty[q.stage]);
      q.advance();
      ds.advance();
    }
    if (sees_nothing && in_order<Config>(g)) {
      if (steps > 0) add_last_dq(ds, kv, dq_sums);
      share_zeros(q, ds);
    }
    add_last_dq(ds, kv, dq_sums);
  }

  // A step of queries that see none of the group's keys.
  __device__ __forceinline__ void share_zeros(RingPlace<Config::kQueryStages>& q, RingPlace<2>& ds) {
    s.q_full[q.stage].wait(q.parity);
    s.dout_full[q.stage].wait(q.parity);
    const uint32_t zeros[kScores / 2] = {};
    s.ds_empty[ds.stage].wait(ds.parity ^ 1);
    share(zeros, ds.stage);
    release(s.q_empty[q.stage]);
    release(s.dout_empty[q.stage]);
    q.advance();
    ds.advance();
  }

  __device__ __forceinline__ GeneralScores<Config> general() const { return {g, s, group, thread}; }

  // Adds dq of the step before to `sums`, which it moves on, or hands it to the warp that adds in order.
  __device__ __forceinline__ void add_last_dq(const RingPlace<2>& ds, int kv, float*& sums) {
    float dq[kHalf];
    multiply_last_dq(dq, ds, kv);
    if constexpr (Config::kMayOrder) {
      if (in_order<Config>(g)) {
        s.dq_empty[group].wait(handed.parity ^ 1);
#pragma unroll
        for (int i = 0; i < kHalf; i += 4) {
          *reinterpret_cast<float4*>(s.dq[group] + i * 128 + thread * 4) = {dq[i], dq[i + 1], dq[i + 2], dq[i + 3]};
        }
        cuda::fence_async_proxy();
        __syncwarp();
        release(s.dq_full[group]);
        handed.advance();
        return;
      }
    }
    add_dq(dq, sums);
    sums += Config::kGroups * kHalf * 128;
  }

  // dq of the step before, once both groups have shared its ds.
  __device__ __forceinline__ void multiply_last_dq(float (&dq)[kHalf], const RingPlace<2>& ds, int kv) {
    const int last = ds.stage ^ 1;
    s.ds_full[last].wait(ds.stage == 0 ? ds.parity ^ 1 : ds.parity);
    multiply_dq(dq, s.ds[last], s.k[kv]);
    cuda::wgmma_wait<0>();
    cuda::hold(dq);
    release(s.ds_empty[last]);
  }

  // Stores dk and dv through the places of this group's keys and values.
  __device__ __forceinline__ void finish(int stage, int key_tile) {
    cuda::named_sync(1, 128 * Config::kGroups);  // the other group's dq reads all keys
    const uint32_t to_k = cuda::shared_address(s.k[stage]), to_v = cuda::shared_address(s.v[stage]);
    store_rows<Keys, T>(dv, to_v, thread, group * 64, 0, Config::kGeneral ? g.general.keep_scale : 1.0f);
    store_rows<Keys, T>(dk, to_k, thread, group * 64, 0, g.scale);
    cuda::fence_async_proxy();
    cuda::named_sync(2 + group, 128);
    if (thread == 0) {
      const int head = s.place[stage].head, batch = s.place[stage].batch;
      const int first_row = key_tile * Config::kKeys + group * 64;
#pragma unroll
      for (int p = 0; p < Keys::kPanels; ++p) {
        const int offset = Keys::offset(group * 64, p * Keys::kPanelCols);
        cuda::tma_store(s.k[stage] + offset, g.dk, p * Keys::kPanelCols, first_row, head, batch);
        cuda::tma_store(s.v[stage] + offset, g.dv, p * Keys::kPanelCols, first_row, head, batch);
      }
      cuda::commit_stores();
      cuda::wait_stores_read();
      s.kv_empty[stage].arrive();
    }
    __syncwarp();
  }
};

template <class Config>
__global__ void __launch_bounds__(Config::kThreads, 1) attention_backward(const __grid_constant__ BackwardGlobals g) {
  extern __shared__ __align__(1024) uint8_t memory[];  // as tiles are
  auto& s = *reinterpret_cast<BackwardShared<Config>*>(memory);
  if (threadIdx.x == 0) {
    for (int i = 0; i < Config::kKeyStages; ++i) {
      s.k_full[i].init(1);
      s.v_full[i].init(1);
      s.kv_empty[i].init(Config::kGroups * (in_order<Config>(g) ? 2 : 1));
    }
    for (int i = 0; i < Config::kQueryStages; ++i) {
      s.q_full[i].init(1);
      s.dout_full[i].init(1);
      s.q_empty[i].init(4 * Config::kGroups);
      s.dout_empty[i].init(4 * Config::kGroups);
    }
    for (int i = 0; i < 2; ++i) {
      s.ds_full[i].init(4 * Config::kGroups);
      s.ds_empty[i].init(4 * Config::kGroups);
    }
    if constexpr (Config::kMayOrder) {
      for (int i = 0; i < Config::kGroups; ++i) {
        s.dq_full[i].init(4);
        s.dq_empty[i].init(1);
      }
    }
    cuda::publish_barriers();
  }
  __syncthreads();
  const int group = __shfl_sync(0xffffffffu, static_cast<int>(threadIdx.x) / 128, 0);
  if (group == 0) {
    cuda::shrink_registers<24>();
    const int warp = static_cast<int>(threadIdx.x) / 32;
    if (threadIdx.x == 0) produce<Config>(g, s);
    if constexpr (Config::kMayOrder) {
      if (in_order<Config>(g) && threadIdx.x % 32 == 0 && warp > 0 && warp <= Config::kGroups) {
        BackwardOrder<Config>{g, s, warp - 1}.run();
      }
    }
  } else {
    cuda::grow_registers<240>();
    std::conditional_t<Config::kWide, WideBackwardConsumer<Config>, BackwardConsumer<Config>>(g, s, group - 1).run();
    if (threadIdx.x % 128 == 0) cuda::wait_stores();
  }
}

}  // namespace vt::attention
