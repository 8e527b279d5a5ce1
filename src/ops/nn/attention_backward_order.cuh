// Gradients of queries added up in the order of the keys, for the same bits in every run.
//
// Each of two warps beside the one that loads takes a group's half of every tile of dq out of shared memory and, when
// the tiles of keys before this one have added theirs, lets the copy engine add it to memory. Blocks take their tiles
// from a counter, so whoever waits waits for tiles that run or are done.
#pragma once

#include "ops/nn/attention_backward_parts.cuh"

namespace vt::attention {

template <class Config>
struct BackwardOrder {
  const BackwardGlobals& g;
  BackwardShared<Config>& s;
  const int group;  // whose half

  /// What one thread of the warp does.
  __device__ __forceinline__ void run() const {
    RingPlace<Config::kKeyStages> kv;
    RingPlace<1> dq;
    while (true) {
      s.k_full[kv.stage].wait(kv.parity);
      const auto [key_tile, shared_head, batch] = s.place[kv.stage];
      s.kv_empty[kv.stage].arrive();
      if (key_tile < 0) break;
      kv.advance();
      const TileRange tiles = query_tiles<Config>(g, key_tile);
      for (int shared = 0; shared < g.heads_per_shared; ++shared) {
        const int64_t head =
            (static_cast<int64_t>(batch) * g.schedule.heads + shared_head) * g.heads_per_shared + shared;
        for (int step = 0; step < tiles.end - tiles.begin; ++step) {
          const int query_tile = query_tile_at<Config>(g, tiles, step);
          int* const turn = g.general.turns + (head * g.query_tiles + query_tile) * Config::kGroups + group;
          wait_for(turn, key_tile - first_key_tile(key_tile, query_tile));
          s.dq_full[group].wait(dq.parity);
          cuda::bulk_add(g.dq_sums + dq_offset<Config>(g, head, query_tile, group), s.dq[group], sizeof s.dq[group]);
          cuda::commit_stores();
          cuda::wait_stores_read();
          s.dq_empty[group].arrive();
          dq.advance();
          cuda::wait_stores();
          asm volatile("fence.proxy.async;\nred.release.gpu.global.add.s32 [%0], 1;" ::"l"(turn) : "memory");
        }
      }
    }
  }

 private:
  static __device__ __forceinline__ void wait_for(const int* turn, int before) {
    int done = 0;
    while (done < before) asm volatile("ld.acquire.gpu.global.s32 %0, [%1];" : "=r"(done) : "l"(turn) : "memory");
    asm volatile("fence.proxy.async;" ::: "memory");
  }

  // The first tile of keys that sees the query tile; those from it to `key_tile` all do.
  __device__ __forceinline__ int first_key_tile(int key_tile, int query_tile) const {
    if constexpr (!Config::kGeneral) return 0;
    if (g.general.of_key == nullptr) return max(0, query_tile * Config::kQueries + g.general.low) / Config::kKeys;
    int first = key_tile;
    for (; first > 0; --first) {
      const TileRange tiles = query_tiles<Config>(g, first - 1);
      if (query_tile < tiles.begin || query_tile >= tiles.end) break;
    }
    return first;
  }
};

}  // namespace vt::attention
