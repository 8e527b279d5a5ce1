// What an allocator counts about one device. Names are those of torch.cuda.memory_stats.
#pragma once

#include <cstdint>

namespace vt::cuda {

/// One quantity over time. `allocated` and `freed` only grow; current = allocated - freed unless they were reset.
struct Stat {
  int64_t current = 0;
  int64_t peak = 0;
  int64_t allocated = 0;  // sum of all increases
  int64_t freed = 0;      // sum of all decreases

  void increase(int64_t amount) noexcept {
    current += amount;
    allocated += amount;
    if (current > peak) peak = current;
  }
  void decrease(int64_t amount) noexcept {
    current -= amount;
    freed += amount;
  }
  void reset_peak() noexcept { peak = current; }
  void reset_accumulated() noexcept { allocated = freed = 0; }
};

/// A quantity over all segments, over small ones (made for requests up to 1 MiB) and over large ones.
struct PoolStats {
  Stat all;
  Stat small_pool;
  Stat large_pool;

  template <class Visit>
  void for_each(Visit visit) {
    visit(all);
    visit(small_pool);
    visit(large_pool);
  }
};

/// How often each step against memory pressure ran, in the order of the steps. See docs/allocator.md.
struct LadderStats {
  int64_t reaped = 0;         // blocks of finished events and of other threads' caches were collected
  int64_t trimmed = 0;        // cached segments were given back until the request fitted
  int64_t waited = 0;         // pending frees were waited for
  int64_t emptied = 0;        // the whole cache was given back
  int64_t called_back = 0;    // registered callbacks were asked to free memory
  int64_t out_of_memory = 0;  // nothing helped
};

struct MemoryStats {
  PoolStats allocation;            // blocks handed out
  PoolStats segment;               // pieces of memory taken from the driver
  PoolStats active;                // blocks handed out or pending
  PoolStats inactive_split;        // free blocks that share their segment
  PoolStats allocated_bytes;       // in blocks handed out
  PoolStats reserved_bytes;        // in segments
  PoolStats active_bytes;          // in blocks handed out or pending
  PoolStats inactive_split_bytes;  // in free blocks that share their segment
  PoolStats requested_bytes;       // what callers asked for, of what is handed out

  int64_t num_alloc_retries = 0;     // times the driver had no memory, or the cap no room, and the ladder began
  int64_t num_ooms = 0;              // OutOfMemoryErrors thrown
  int64_t num_oom_rejections = 0;    // of these, requests above the cap, refused without a try
  int64_t num_sync_all_streams = 0;  // waits for all pending frees
  int64_t num_device_alloc = 0;      // calls to the driver that got memory
  int64_t num_device_free = 0;       // calls to the driver that gave memory back
  int64_t max_split_size = -1;       // no limit
  Stat oversize_allocations;         // stays 0: every block may be split
  Stat oversize_segments;            // stays 0

  LadderStats ladder;
  int64_t cache_hits = 0;        // allocations served by the calling thread's own cache
  int64_t cached_bytes = 0;      // free bytes in segments, including those in threads' caches
  int64_t pending_blocks = 0;    // freed, but another stream may still use them
  int64_t memory_limit = -1;     // the cap on reserved_bytes; -1: none
  int64_t peak_uncertainty = 0;  // peaks may be off by this many bytes, see docs/allocator.md; 0 with one thread
};

/// Calls `visit` with every Stat of `stats`.
template <class Stats, class Visit>
void for_each_stat(Stats& stats, Visit visit) {
  for (auto* pools :
       {&stats.allocation, &stats.segment, &stats.active, &stats.inactive_split, &stats.allocated_bytes,
        &stats.reserved_bytes, &stats.active_bytes, &stats.inactive_split_bytes, &stats.requested_bytes}) {
    visit(pools->all);
    visit(pools->small_pool);
    visit(pools->large_pool);
  }
  visit(stats.oversize_allocations);
  visit(stats.oversize_segments);
}

/// What the cache of page-locked host memory counts. Names are those of torch.cuda.host_memory_stats.
struct HostMemoryStats {
  struct Time {  // microseconds in calls to the driver
    int64_t total = 0;
    int64_t max = 0;
    int64_t min = 0;
    int64_t count = 0;
  };
  Stat allocations;      // blocks owned, handed out or cached
  Stat allocated_bytes;  // bytes of these
  Stat active_requests;  // blocks handed out or not yet reusable
  Stat active_bytes;     // bytes of these
  int64_t num_host_alloc = 0;
  int64_t num_host_free = 0;
  Time host_alloc_time;
  Time host_free_time;
};

}  // namespace vt::cuda
