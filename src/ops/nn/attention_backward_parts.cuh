// What the parts of attention's backward kernel for Hopper share: its arguments, its tiles, its shared memory.
#pragma once

#include <cuda.h>

#include "cuda/tma.cuh"
#include "cuda/wgmma.cuh"
#include "ops/nn/attention_general.cuh"
#include "ops/nn/attention_schedule.cuh"

namespace vt::attention {

using cuda::Barrier;
using cuda::RingPlace;

struct BackwardGlobals {
  CUtensorMap q, k, v, dout, dk, dv;  // (batch, heads, rows, dim)
  CUtensorMap bias;                   // (batch, heads, queries, keys), where copies_bias
  const float* lse_log2;              // (batch x heads, padded queries); infinite in the padding
  const float* delta;                 // (batch x heads, padded queries)
  float* dq_sums;                     // (batch x heads, query tiles, groups, registers / 4, 128 threads, 4)
  int queries, keys;
  int query_tiles;
  int heads_per_shared;  // heads of queries for each of keys and values, which are what the schedule counts
  float scale;           // of the scores
  float scale_log2;      // scale * log2(e)
  bool copies_bias;      // the copy engine brings it
  Schedule schedule;
  General general;
};

/// `Ordered`: gradients of queries are added up in the order of the keys. In the general form that is told at run time.
template <class T_, int HeadDim, int KeyStages, int QueryStages, Form F, bool Ordered = false>
struct BackwardConfig {
  using T = T_;
  static constexpr int kDim = HeadDim, kQueries = 64, kKeys = 128, kGroups = 2;
  static constexpr int kKeyStages = KeyStages, kQueryStages = QueryStages;
  static constexpr bool kCausal = F == Form::kCausal, kGeneral = F == Form::kGeneral, kWide = false;
  static constexpr bool kOrdered = Ordered, kMayOrder = Ordered || kGeneral;
  static_assert(kKeys == 2 * kQueries, "the second group sees nothing of the first query tile of a causal key tile");
  static constexpr int kThreads = 128 * (kGroups + 1);
  static constexpr int kDqRegisters = kDim / 4;  // of a thread, for its group's columns of a tile of dq
  using Queries = cuda::Tile<kQueries, kDim>;
  using Keys = cuda::Tile<kKeys, kDim>;
  using Scores = cuda::Tile<kKeys, kQueries>;
  using Bias = cuda::Tile<kQueries, kKeys>;
};

template <class Config>
__device__ __forceinline__ bool in_order(const BackwardGlobals& g) {
  if constexpr (!Config::kGeneral) return Config::kOrdered;
  return g.general.turns != nullptr;
}

/// What the general form has beside.
template <class Config, bool General>
struct BackwardGeneralShared {};
template <class Config>
struct BackwardGeneralShared<Config, true> {
  alignas(1024) uint8_t bias[Config::kQueryStages][Config::Bias::kBytes];
};

/// And sums in order.
template <class Config, bool MayOrder>
struct BackwardOrderShared {};
template <class Config>
struct BackwardOrderShared<Config, true> {
  alignas(1024) float dq[Config::kGroups][Config::kDqRegisters * 128];  // on its way to memory
  Barrier dq_full[Config::kGroups], dq_empty[Config::kGroups];
};

/// And wide heads.
template <class Config, bool Wide>
struct BackwardWideShared {};
template <class Config>
struct BackwardWideShared<Config, true> {
  alignas(1024) uint8_t p[2][Config::Scores::kBytes];  // (keys, queries)
};

template <class Config>
struct BackwardShared : BackwardGeneralShared<Config, Config::kGeneral>,
                        BackwardOrderShared<Config, Config::kMayOrder>,
                        BackwardWideShared<Config, Config::kWide> {
  alignas(1024) uint8_t k[Config::kKeyStages][Config::Keys::kBytes];  // then dk
  alignas(1024) uint8_t v[Config::kKeyStages][Config::Keys::kBytes];  // then dv
  alignas(1024) uint8_t q[Config::kQueryStages][Config::Queries::kBytes];
  alignas(1024) uint8_t dout[Config::kQueryStages][Config::Queries::kBytes];
  alignas(1024) uint8_t ds[2][Config::Scores::kBytes];  // (keys, queries)
  alignas(16) float lse_log2[Config::kQueryStages][Config::kQueries];
  alignas(16) float delta[Config::kQueryStages][Config::kQueries];
  Schedule::Place place[Config::kKeyStages];  // of the keys
  Barrier k_full[Config::kKeyStages], v_full[Config::kKeyStages], kv_empty[Config::kKeyStages];
  Barrier q_full[Config::kQueryStages], q_empty[Config::kQueryStages];
  Barrier dout_full[Config::kQueryStages], dout_empty[Config::kQueryStages];
  Barrier ds_full[2], ds_empty[2];
};

/// The query tiles that see a key tile.
template <class Config>
__device__ __forceinline__ TileRange query_tiles(const BackwardGlobals& g, int key_tile) {
  if constexpr (Config::kGeneral) {
    return seeing_tiles(g.general, key_tile * Config::kKeys, Config::kKeys, g.keys, g.query_tiles, Config::kQueries);
  }
  return {Config::kCausal ? key_tile * Config::kKeys / Config::kQueries : 0, g.query_tiles};
}
/// The query tile that is met at `step`: in order from the last on, which causal tiles of keys have in common, so that
/// none waits for another to come by.
template <class Config>
__device__ __forceinline__ int query_tile_at(const BackwardGlobals& g, const TileRange& tiles, int step) {
  return in_order<Config>(g) ? tiles.end - 1 - step : tiles.begin + step;
}
/// Where a tile of dq is summed, this group's columns of it.
template <class Config>
__device__ __forceinline__ int64_t dq_offset(const BackwardGlobals& g, int64_t head, int query_tile, int group) {
  return ((head * g.query_tiles + query_tile) * Config::kGroups + group) * (Config::kDqRegisters * 128);
}

}  // namespace vt::attention
