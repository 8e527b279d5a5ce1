// Statistics, snapshots and history of a heap.
#include <algorithm>

#include "cuda/alloc/heap.h"

namespace vt::cuda::alloc {
namespace {

// What is out changed by `change` in all, after `out` was handed out; `peak` is the most of its course.
void add_course(Stat& stat, int64_t out, int64_t change, int64_t peak) {
  stat.peak = std::max(stat.peak, stat.current + peak);
  stat.current += change;
  stat.allocated += out;
  stat.freed += out - change;
}
// The same for what is there when it is not out.
void add_inverse(Stat& stat, int64_t out, int64_t change, int64_t trough) {
  stat.peak = std::max(stat.peak, stat.current - trough);
  stat.current -= change;
  stat.allocated += out - change;
  stat.freed += out;
}

// `part` is one of an Amounts.
template <class Part>
void add_out(PoolStats& stats, const Unpublished& u, Part part) {
  add_course(stats.all, part(u.all_out()), part(u.all()), part(u.peak()));
  add_course(stats.small_pool, part(u.small_out()), part(u.small()), part(u.small_peak()));
  add_course(stats.large_pool, part(u.large_out()), part(u.large()), part(u.large_peak()));
}
template <class Part>
void add_inactive_split(PoolStats& stats, const Unpublished& u, Part part) {
  add_inverse(stats.all, part(u.split_out()), part(u.split()), part(u.split_trough()));
  add_inverse(stats.small_pool, part(u.small_out()), part(u.small()), part(u.small_trough()));
  add_inverse(stats.large_pool, part(u.large_part_out()), part(u.large_part()), part(u.large_part_trough()));
}

}  // namespace

void Heap::publish(Unpublished& u) noexcept {
  if (u.empty()) return;
  const auto blocks = [](const Amounts& amounts) { return amounts.blocks(); };
  const auto bytes = [](const Amounts& amounts) { return amounts.bytes(); };
  add_out(stats_.allocation, u, blocks);
  add_out(stats_.active, u, blocks);
  add_out(stats_.allocated_bytes, u, bytes);
  add_out(stats_.active_bytes, u, bytes);
  add_out(stats_.requested_bytes, u, [](const Amounts& amounts) { return amounts.requested; });
  add_inactive_split(stats_.inactive_split, u, blocks);
  add_inactive_split(stats_.inactive_split_bytes, u, bytes);
  stats_.cache_hits += u.hits();
  u = {};
}

void Heap::publish_all() noexcept {
  caches_.for_each([this](ThreadCache& cache) { publish(cache.unpublished[device_]); });
}

void Heap::count(PoolStats& stats, const Segment& segment, int64_t amount) noexcept {
  Stat& own = segment.is_small ? stats.small_pool : stats.large_pool;
  if (amount >= 0) {
    stats.all.increase(amount);
    own.increase(amount);
  } else {
    stats.all.decrease(-amount);
    own.decrease(-amount);
  }
}

void Heap::count_reserved(const Segment& segment, int64_t bytes) noexcept {
  count(stats_.reserved_bytes, segment, bytes);
  count(segment.pool->reserved, segment, bytes);
}

std::vector<PoolReserved> Heap::private_pools() {
  std::lock_guard lock(mutex_);
  std::vector<PoolReserved> found;
  for (const auto& pool : pools_) {
    if (!pool->id.is_shared()) found.push_back({pool->id, pool->reserved});
  }
  return found;
}

void Heap::settle(ThreadCache* cache) noexcept {
  std::lock_guard lock(mutex_);
  if (cache == nullptr) return publish_all();
  std::lock_guard cache_lock(cache->lock);
  publish(cache->unpublished[device_]);
}

MemoryStats Heap::stats() {
  std::lock_guard lock(mutex_);
  publish_all();
  MemoryStats stats = stats_;
  stats.cached_bytes = stats.reserved_bytes.all.current - stats.active_bytes.all.current;
  stats.pending_blocks = pending_.blocks();
  stats.memory_limit = limit_ == kNoMemoryLimit ? -1 : static_cast<int64_t>(limit_);
  stats.peak_uncertainty = caches_.most_hidden();
  return stats;
}

void Heap::reset_peak_stats() {
  std::lock_guard lock(mutex_);
  publish_all();
  for_each_stat(stats_, [](Stat& stat) { stat.reset_peak(); });
  for (const auto& pool : pools_) pool->reserved.for_each([](Stat& stat) { stat.reset_peak(); });
}

void Heap::reset_accumulated_stats() {
  std::lock_guard lock(mutex_);
  publish_all();
  for_each_stat(stats_, [](Stat& stat) { stat.reset_accumulated(); });
  for (const auto& pool : pools_) pool->reserved.for_each([](Stat& stat) { stat.reset_accumulated(); });
  stats_.num_alloc_retries = stats_.num_ooms = stats_.num_oom_rejections = stats_.num_sync_all_streams = 0;
  stats_.num_device_alloc = stats_.num_device_free = stats_.cache_hits = 0;
  stats_.ladder = {};
}

void Heap::append_snapshot(std::vector<SegmentInfo>& into) {
  std::lock_guard lock(mutex_);
  const AllCachesLock caches_lock(caches_);
  for (const Segment* segment = segments_; segment != nullptr; segment = segment->next) {
    SegmentInfo* info = nullptr;  // of the mapped run that we are in
    for (const HeapBlock* block = segment->first; block != nullptr; block = block->next) {
      const Use state = block->state();
      if (state == Use::Unmapped) {
        info = nullptr;
        continue;
      }
      if (info == nullptr) {
        into.emplace_back();
        info = &into.back();
        info->device = device_;
        info->address = reinterpret_cast<uintptr_t>(block->data);
        info->stream = segment->stream;
        info->pool = segment->pool->id;
        info->is_expandable = segment->is_expandable;
        info->is_small = segment->is_small;
      }
      const bool is_live = state == Use::Live;
      const bool is_active = is_live || state == Use::Pending;
      info->total_size += block->bytes;
      info->allocated_size += is_live ? block->bytes : 0;
      info->active_size += is_active ? block->bytes : 0;
      info->requested_size += is_active ? block->requested : 0;
      info->blocks.push_back({reinterpret_cast<uintptr_t>(block->data), block->bytes, block->requested,
                              is_live     ? BlockState::ActiveAllocated
                              : is_active ? BlockState::ActivePendingFree
                                          : BlockState::Inactive,
                              block->frames, block->stream.handle, state == Use::ThreadCached, block->shape});
    }
  }
}

std::vector<Heap::Holder> Heap::largest_holders(size_t count) {
  std::vector<Holder> all;
  const AllCachesLock caches_lock(caches_);
  for (const Segment* segment = segments_; segment != nullptr; segment = segment->next) {
    for (const HeapBlock* block = segment->first; block != nullptr; block = block->next) {
      if (block->state() == Use::Live) all.push_back({block->requested, block->frames, block->shape});
    }
  }
  count = std::min(count, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(),
                    [](const Holder& a, const Holder& b) { return a.bytes > b.bytes; });
  all.resize(count);
  return all;
}

void Heap::add_to_ring(const RingEntry& entry) noexcept {
  if (caller_ == nullptr) return orphans_.add(entry, Time::Exact);
  std::lock_guard lock(caller_->lock);
  caller_->ring.add(entry, Time::Exact);
}

void Heap::log(HistoryAction action, uintptr_t address, size_t size, StreamHandle stream, uint64_t frames,
               PoolId pool) noexcept {
  add_to_ring({0, address, size, stream, frames, pool, static_cast<uint8_t>(action), static_cast<int8_t>(device_)});
}

void Heap::log_freed(const HeapBlock& block, uint64_t frames) noexcept {
  add_to_ring({0, reinterpret_cast<uintptr_t>(block.data), block.bytes, block.stream.handle, frames,
               block.segment->pool->id, kFreed, static_cast<int8_t>(device_)});
}

void Heap::append_history(std::vector<RingEntry>& into) {
  std::lock_guard lock(mutex_);
  orphans_.read(-1, into);
}

void Heap::configure_history(const HistoryOptions& options) {
  std::lock_guard lock(mutex_);
  orphans_.configure(options);
}

void Heap::clear_history() {
  std::lock_guard lock(mutex_);
  orphans_.clear();
}

void Heap::note_snapshot(ThreadCache* cache) {
  std::lock_guard lock(mutex_);
  enter(cache);
  log(HistoryAction::Snapshot, 0, 0, nullptr, 0, {});
}

}  // namespace vt::cuda::alloc
