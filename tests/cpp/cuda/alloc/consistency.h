// What must hold between an allocator's snapshot, its statistics and the device after every operation.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>

#include "cuda/allocator.h"

namespace vt::cuda {

struct Sums {
  int64_t segments = 0, reserved = 0, allocation = 0, allocated = 0, active = 0, active_bytes = 0, requested = 0;
  int64_t split = 0, split_bytes = 0;

  friend bool operator==(const Sums&, const Sums&) = default;
};

inline Sums sums_of(const std::vector<SegmentInfo>& segments, int small /* 1, 0, or -1: both */) {
  Sums sums;
  for (const SegmentInfo& segment : segments) {
    if (small >= 0 && segment.is_small != (small == 1)) continue;
    sums.segments++;
    sums.reserved += static_cast<int64_t>(segment.total_size);
    for (const BlockInfo& block : segment.blocks) {
      const auto size = static_cast<int64_t>(block.size);
      if (block.state == BlockState::ActiveAllocated) {
        sums.allocation++;
        sums.allocated += size;
        sums.requested += static_cast<int64_t>(block.requested_size);
      }
      if (block.state != BlockState::Inactive) {
        sums.active++;
        sums.active_bytes += size;
      } else if (segment.is_expandable || block.size != segment.total_size) {
        sums.split++;
        sums.split_bytes += size;
      }
    }
  }
  return sums;
}

inline Sums sums_of(const MemoryStats& s, Stat PoolStats::* pool) {
  return {(s.segment.*pool).current,         (s.reserved_bytes.*pool).current, (s.allocation.*pool).current,
          (s.allocated_bytes.*pool).current, (s.active.*pool).current,         (s.active_bytes.*pool).current,
          (s.requested_bytes.*pool).current, (s.inactive_split.*pool).current, (s.inactive_split_bytes.*pool).current};
}

inline void check_consistency(CudaAllocator& allocator, size_t device_used) {
  const std::vector<SegmentInfo> segments = allocator.snapshot(0);
  const MemoryStats stats = allocator.stats(0);
  REQUIRE(sums_of(segments, -1) == sums_of(stats, &PoolStats::all));
  REQUIRE(sums_of(segments, 1) == sums_of(stats, &PoolStats::small_pool));
  REQUIRE(sums_of(segments, 0) == sums_of(stats, &PoolStats::large_pool));
  REQUIRE(static_cast<size_t>(stats.reserved_bytes.all.current) == device_used);
  std::vector<PoolReserved> pools = allocator.private_pools(0);
  for (const SegmentInfo& segment : segments) {
    if (segment.pool.is_shared()) continue;
    const auto pool = std::find_if(pools.begin(), pools.end(), [&](const auto& p) { return p.id == segment.pool; });
    REQUIRE(pool != pools.end());
    pool->reserved.all.decrease(static_cast<int64_t>(segment.total_size));
    (segment.is_small ? pool->reserved.small_pool : pool->reserved.large_pool)
        .decrease(static_cast<int64_t>(segment.total_size));
  }
  for (PoolReserved& pool : pools) {
    pool.reserved.for_each([](const Stat& rest) { REQUIRE(rest.current == 0); });
  }
  for (const SegmentInfo& segment : segments) {
    uintptr_t at = segment.address;
    const BlockInfo* previous = nullptr;
    for (const BlockInfo& block : segment.blocks) {
      REQUIRE(block.address == at);
      at += block.size;
      if (previous != nullptr && previous->state == BlockState::Inactive && block.state == BlockState::Inactive &&
          !previous->in_thread_cache && !block.in_thread_cache) {
        REQUIRE(previous->stream != block.stream);  // or they would have merged
      }
      previous = &block;
    }
    REQUIRE(at == segment.address + segment.total_size);
  }
  for_each_stat(stats, [](const Stat& stat) {
    REQUIRE(stat.current >= 0);
    REQUIRE(stat.peak >= stat.current);
  });
}

}  // namespace vt::cuda
