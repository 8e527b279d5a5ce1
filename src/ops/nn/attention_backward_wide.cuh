// Attention's backward kernel for Hopper with heads of 129 to 256 columns.
//
// The gradients of 64 keys and values fill the registers of both groups of consumers: either holds half of the columns
// of dk and dv, and makes that half of dq. The scores of a tile of queries are made by halves of the queries, and go
// through shared memory as probabilities and as their gradients, where both groups read all of them.
#pragma once

#include "ops/nn/attention_backward_parts.cuh"
#include "ops/nn/attention_backward_scores.cuh"

namespace vt::attention {

template <class T_, Form F>
struct WideBackwardConfig {
  using T = T_;
  static constexpr int kDim = 256, kQueries = 64, kKeys = 64, kGroups = 2;
  static constexpr int kKeyStages = 1, kQueryStages = 2;
  static constexpr bool kCausal = F == Form::kCausal, kGeneral = false, kWide = true;
  static constexpr bool kOrdered = false, kMayOrder = false;
  static constexpr int kThreads = 128 * (kGroups + 1);
  static constexpr int kDqRegisters = kDim / 4;
  using Queries = cuda::Tile<kQueries, kDim>;
  using Keys = cuda::Tile<kKeys, kDim>;
  using Scores = cuda::Tile<kKeys, kQueries>;
};

/// What a warpgroup of consumers does.
template <class Config>
struct WideBackwardConsumer {
  using T = typename Config::T;
  using Queries = typename Config::Queries;
  using Keys = typename Config::Keys;
  using Scores = typename Config::Scores;
  static constexpr int kOwnQueries = Config::kQueries / Config::kGroups, kOwnCols = Config::kDim / Config::kGroups;
  static constexpr int kScores = kOwnQueries / 2, kOuts = kOwnCols / 2;  // registers of a thread
  using ScoreProduct = cuda::Wgmma<T, kOwnQueries>;
  using OutProduct = cuda::Wgmma<T, kOwnCols>;

  const BackwardGlobals& g;
  BackwardShared<Config>& s;
  const int group;   // of the consumers
  const int thread;  // of the group
  int buffer = 0;    // of probabilities and gradients of scores
  float dk[kOuts], dv[kOuts];

  __device__ __forceinline__ WideBackwardConsumer(const BackwardGlobals& globals, BackwardShared<Config>& shared,
                                                  int group)
      : g(globals), s(shared), group(group), thread(static_cast<int>(threadIdx.x) % 128) {}

  __device__ __forceinline__ void release(Barrier& barrier) const {
    if (thread % 32 == 0) barrier.arrive();
  }

  // Starts result = keys (or values) times this group's queries (or gradients) transposed.
  __device__ __forceinline__ void multiply_scores(float (&result)[kScores], const uint8_t* rows,
                                                  const uint8_t* queries) const {
    const uint64_t a = Keys::describe(cuda::shared_address(rows));
    const uint64_t b = Queries::describe(cuda::shared_address(queries)) + Queries::shift(group * kOwnQueries, 0);
    cuda::wgmma_fence();
#pragma unroll
    for (int c = 0; c < Config::kDim; c += 16) {
      ScoreProduct::template shared<false, false>(result, a + Keys::shift(0, c), b + Queries::shift(0, c), c > 0);
    }
    cuda::wgmma_commit();
  }

  // Starts sums += weights (keys, queries) times this group's columns of queries (or gradients).
  __device__ __forceinline__ void multiply_rows(float (&sums)[kOuts], const uint8_t* weights,
                                                const uint8_t* queries) const {
    const uint64_t a = Scores::describe(cuda::shared_address(weights));
    const uint64_t b = Queries::describe(cuda::shared_address(queries)) + Queries::shift(0, group * kOwnCols);
#pragma unroll
    for (int c = 0; c < Config::kQueries; c += 16) {
      OutProduct::template shared<false, true>(sums, a + Scores::shift(0, c), b + Queries::shift(c, 0), true);
    }
  }

  // Starts this group's columns of dq = ds k.
  __device__ __forceinline__ void multiply_dq(float (&dq)[kOuts], const uint8_t* ds, const uint8_t* k) const {
    const uint64_t a = Scores::describe(cuda::shared_address(ds));
    const uint64_t b = Keys::describe(cuda::shared_address(k)) + Keys::shift(0, group * kOwnCols);
#pragma unroll
    for (int c = 0; c < Config::kKeys; c += 16) {
      OutProduct::template shared<true, true>(dq, a + Scores::shift(c, 0), b + Keys::shift(c, 0), c > 0);
    }
  }

  __device__ __forceinline__ void share(const float (&scores)[kScores], uint8_t* tile) const {
    uint32_t pairs[kScores / 2];
    narrow<T>(scores, pairs);
    share_scores<Scores>(pairs, cuda::shared_address(tile), thread, 0, group * kOwnQueries);
  }

  __device__ __forceinline__ void run() {
    RingPlace<Config::kKeyStages> kv;
    RingPlace<Config::kQueryStages> q;
    while (true) {
      s.k_full[kv.stage].wait(kv.parity);
      // The same for all, as the compiler sees by the shuffle.
      const int key_tile = __shfl_sync(0xffffffffu, s.place[kv.stage].row_tile, 0);
      if (key_tile < 0) break;
      const TileRange tiles = query_tiles<Config>(g, key_tile);
      s.v_full[kv.stage].wait(kv.parity);
#pragma unroll
      for (int i = 0; i < kOuts; ++i) dk[i] = dv[i] = 0;
      const Schedule::Place& place = s.place[kv.stage];
      const int64_t first_head =
          (static_cast<int64_t>(place.batch) * g.schedule.heads + place.head) * g.heads_per_shared;
      for (int i = 0; i < g.heads_per_shared; ++i) stream(q, kv.stage, tiles, key_tile, first_head + i);
      finish(kv.stage, key_tile);
      kv.advance();
    }
  }

  // The queries of these tiles of a head, counted over the batch.
  __device__ __forceinline__ void stream(RingPlace<Config::kQueryStages>& q, int kv, const TileRange& tiles,
                                         int key_tile, int64_t head) {
    float* dq_sums = g.dq_sums + dq_offset<Config>(g, head, tiles.begin, group) + thread * 4;
    for (int query_tile = tiles.begin; query_tile < tiles.end; ++query_tile) {
      float scores[kScores], dp[kScores], dq[kOuts];
      s.q_full[q.stage].wait(q.parity);
      multiply_scores(scores, s.k[kv], s.q[q.stage]);
      s.dout_full[q.stage].wait(q.parity);
      multiply_scores(dp, s.v[kv], s.dout[q.stage]);
      float2 lse_log2[kScores / 4], delta[kScores / 4];
      load_columns(lse_log2, s.lse_log2[q.stage] + group * kOwnQueries);
      load_columns(delta, s.delta[q.stage] + group * kOwnQueries);
      cuda::wgmma_wait<1>();
      cuda::hold(scores);
      exponentiate(scores, lse_log2, g.scale_log2);
      hide_scores<Config::kCausal>(scores, key_tile * Config::kKeys, g.keys,
                                   query_tile * Config::kQueries + group * kOwnQueries, kOwnQueries);
      share(scores, s.p[buffer]);
      cuda::wgmma_wait<0>();
      cuda::hold(dp);
      differentiate(scores, dp, delta);
      share(scores, s.ds[buffer]);
      cuda::fence_async_proxy();
      cuda::named_sync(4, 128 * Config::kGroups);
      cuda::wgmma_fence();
      multiply_dq(dq, s.ds[buffer], s.k[kv]);
      cuda::wgmma_commit();
      multiply_rows(dv, s.p[buffer], s.dout[q.stage]);
      multiply_rows(dk, s.ds[buffer], s.q[q.stage]);
      cuda::wgmma_commit();
      cuda::wgmma_wait<1>();
      cuda::hold(dq);
      add_dq(dq, dq_sums);
      dq_sums += Config::kGroups * kOuts * 128;
      cuda::wgmma_wait<0>();
      cuda::hold(dv);
      cuda::hold(dk);
      release(s.q_empty[q.stage]);
      release(s.dout_empty[q.stage]);
      q.advance();
      buffer ^= 1;  // the other group has read what was there two steps ago: it came to the barrier after that
    }
  }

  // Stores dk and dv through the places of keys and values.
  __device__ __forceinline__ void finish(int stage, int key_tile) {
    cuda::named_sync(1, 128 * Config::kGroups);  // the other group reads all keys and values
    const uint32_t to_k = cuda::shared_address(s.k[stage]), to_v = cuda::shared_address(s.v[stage]);
    store_rows<Keys, T>(dv, to_v, thread, 0, group * kOwnCols, 1.0f);
    store_rows<Keys, T>(dk, to_k, thread, 0, group * kOwnCols, g.scale);
    cuda::fence_async_proxy();
    cuda::named_sync(2 + group, 128);
    if (thread == 0) {
      const int head = s.place[stage].head, batch = s.place[stage].batch;
#pragma unroll
      for (int col = 0; col < kOwnCols; col += Keys::kPanelCols) {
        const int own = group * kOwnCols + col, offset = Keys::offset(0, own);
        cuda::tma_store(s.k[stage] + offset, g.dk, own, key_tile * Config::kKeys, head, batch);
        cuda::tma_store(s.v[stage] + offset, g.dv, own, key_tile * Config::kKeys, head, batch);
      }
      cuda::commit_stores();
      cuda::wait_stores_read();
      s.kv_empty[stage].arrive();
    }
    __syncwarp();
  }
};

}  // namespace vt::attention
