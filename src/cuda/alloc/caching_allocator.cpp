#include "cuda/alloc/caching_allocator.h"

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "core/error.h"
#include "cuda/alloc/callbacks.h"
#include "cuda/alloc/thread_state.h"
#include "cuda/fault.h"

namespace vt::cuda {
namespace {

using alloc::HeapBlock;
using alloc::Shelf;
using alloc::Stock;
using alloc::ThreadCache;
using alloc::Use;

alloc::RingEntry entry_of(const HeapBlock& block, uint8_t action, uint64_t frames) {
  return {0,      reinterpret_cast<uintptr_t>(block.data), block.bytes, block.stream.handle, frames, PoolId{},
          action, static_cast<int8_t>(block.stream.device)};
}

}  // namespace

CachingAllocator::CachingAllocator(const CachingOptions& options)
    : number_(alloc::register_owner(this)),
      has_thread_caches_(options.thread_cache),
      expandable_(options.expandable_segments),
      reclaim_(options.reclaim) {
  caches_.history = options.history;
}

CachingAllocator::~CachingAllocator() {
  alloc::forget_owner(number_);
  for (std::atomic<alloc::Heap*>& heap : heaps_) delete heap.load();
}

alloc::Heap& CachingAllocator::heap(int device) {
  alloc::Heap* known = heaps_[device].load(std::memory_order_acquire);
  if (VT_LIKELY(known != nullptr)) return *known;
  std::lock_guard lock(heaps_mutex_);
  known = heaps_[device].load(std::memory_order_relaxed);
  if (known == nullptr) {
    known = new alloc::Heap(device, caches_, expandable_, reclaim_);
    heaps_[device].store(known, std::memory_order_release);
  }
  return *known;
}

template <class Visit>
void CachingAllocator::for_each_heap(int device, Visit visit) {
  for (int i = 0; i < kMaxDevices; ++i) {
    alloc::Heap* known = heaps_[i].load(std::memory_order_acquire);
    if (known != nullptr && (device < 0 || device == i)) visit(*known);
  }
}

// --- threads' caches ---

ThreadCache* CachingAllocator::own_cache() noexcept {
  if (!has_thread_caches_) return nullptr;
  ThreadCache* known = alloc::known_thread_cache(number_);
  return VT_LIKELY(known != nullptr) ? known : make_cache();
}

VT_NOINLINE ThreadCache* CachingAllocator::make_cache() noexcept {
  if (alloc::is_thread_ending()) return nullptr;
  ThreadCache* cache = nullptr;
  try {
    std::lock_guard lock(caches_.mutex);
    for (const auto& known : caches_.caches) {
      if (!known->has_thread) cache = known.get();
    }
    if (cache == nullptr) {
      caches_.caches.push_back(std::make_unique<ThreadCache>(caches_.history));
      cache = caches_.caches.back().get();
    }
    cache->has_thread = true;
    ++caches_.threads;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  if (alloc::remember_thread_cache(number_, cache)) {
    // A thread that was alone so far may have kept more to itself than one of several may.
    for_each_heap(-1, [](alloc::Heap& heap) { heap.settle(nullptr); });
    return cache;
  }
  std::lock_guard lock(caches_.mutex);
  cache->has_thread = false;
  --caches_.threads;
  return nullptr;
}

void CachingAllocator::retire(ThreadCache* cache) noexcept {
  if (!in_forked_child()) {
    for_each_heap(-1, [&](alloc::Heap& heap) { heap.drain(*cache, alloc::Heap::Sizes::All); });
  }
  std::lock_guard lock(caches_.mutex);
  cache->has_thread = false;
  --caches_.threads;
}

// --- blocks ---

Block* CachingAllocator::allocate(size_t bytes, Stream stream) {
  VT_ASSERT(bytes > 0);
  const uint64_t frames = alloc::stack_of_allocation();
  ThreadCache* const cache = own_cache();
  const alloc::ThreadState& thread = alloc::thread_state;
  const bool is_shared = (thread.private_pools >> stream.device & 1) == 0;
  if (VT_LIKELY(cache != nullptr && is_shared)) {
    if (HeapBlock* const block = take_from_stock(*cache, bytes, stream, frames)) return block;
  }
  return heap(stream.device).allocate({bytes, stream, thread.pools[stream.device], frames, cache});
}

// Null if there is none of that size.
inline HeapBlock* CachingAllocator::take_from_stock(ThreadCache& cache, size_t bytes, Stream stream, uint64_t frames) {
  std::unique_lock lock(cache.lock);
  Shelf* const shelf = cache.shelf(stream);
  if (VT_UNLIKELY(shelf == nullptr)) return nullptr;
  HeapBlock* const block = bytes <= alloc::kSmallRequest ? shelf->small.take(bytes) : shelf->large.take(bytes);
  if (VT_UNLIKELY(block == nullptr)) return nullptr;
  block->set_state(Use::Live);
  block->requested = bytes;
  block->frames = frames;
  block->allocated_by = &cache;
  alloc::note_shape(block->shape);
  alloc::Unpublished& unpublished = cache.unpublished[stream.device];
  unpublished.on_allocate(*block);
  cache.ring.add(entry_of(*block, static_cast<uint8_t>(HistoryAction::Alloc), frames), alloc::Time::Recent);
  if (VT_UNLIKELY(caches_.is_too_much(unpublished))) {
    lock.unlock();
    heap(stream.device).settle(&cache);
  }
  return block;
}

void CachingAllocator::deallocate(Block* handed_out) noexcept {
  if (handed_out == nullptr || VT_UNLIKELY(in_forked_child())) return;
  auto* const block = static_cast<HeapBlock*>(handed_out);
  const uint64_t frames = alloc::stack_of_free();
  ThreadCache* const cache = own_cache();
  if (VT_LIKELY(cache != nullptr && block->stock != Stock::None &&
                (block->stock == Stock::Small || block->allocated_by == cache) && block->uses == nullptr) &&
      put_into_stock(*cache, block, frames)) {
    return;
  }
  heap(block->stream.device).deallocate(block, frames, cache);
}

// False if there is no room for it.
inline bool CachingAllocator::put_into_stock(ThreadCache& cache, HeapBlock* block, uint64_t frames) noexcept {
  const int device = block->stream.device;
  const bool is_small = block->stock == Stock::Small;
  std::unique_lock lock(cache.lock);
  Shelf* shelf = cache.shelf(block->stream);
  if (VT_UNLIKELY(shelf == nullptr)) shelf = cache.make_shelf(block->stream);
  if (VT_UNLIKELY(shelf == nullptr)) return false;
  if (VT_UNLIKELY(!(is_small ? shelf->small.put(block) : shelf->large.put(block)))) {
    lock.unlock();
    // What the thread keeps is not what it needs any more, or it would have taken from it.
    heap(device).drain(cache, is_small ? alloc::Heap::Sizes::Small : alloc::Heap::Sizes::Large);
    return false;
  }
  block->set_state(Use::ThreadCached);
  alloc::Unpublished& unpublished = cache.unpublished[device];
  unpublished.on_free(*block);
  const bool is_own = block->allocated_by == &cache;
  cache.ring.add(entry_of(*block, alloc::kFreed, frames), is_own ? alloc::Time::Recent : alloc::Time::Exact);
  if (VT_UNLIKELY(caches_.is_too_much(unpublished))) {
    lock.unlock();
    heap(device).settle(&cache);
  }
  return true;
}

void CachingAllocator::record_stream(Block* block, Stream stream) {
  if (block == nullptr || stream == block->stream) return;
  heap(block->stream.device).record_stream(static_cast<HeapBlock*>(block), stream);
}

bool CachingAllocator::has_other_streams(const Block& block) const noexcept {
  return static_cast<const HeapBlock&>(block).uses != nullptr;
}

void CachingAllocator::empty_cache() {
  for_each_heap(-1, [this](alloc::Heap& heap) { heap.empty_cache(own_cache()); });
}

PoolId CachingAllocator::pool_of(const Block& block) const noexcept {
  return static_cast<const HeapBlock&>(block).segment->pool->id;
}

// --- policy ---

void CachingAllocator::set_memory_limit(int device, size_t bytes) { heap(device).set_limit(bytes); }
size_t CachingAllocator::memory_limit(int device) { return heap(device).limit(); }
void CachingAllocator::retain_pool(int device, PoolId pool) { heap(device).retain_pool(pool); }
void CachingAllocator::release_pool(int device, PoolId pool) noexcept {
  if (in_forked_child()) return;
  for_each_heap(device, [&](alloc::Heap& heap) { heap.release_pool(pool); });
}
void CachingAllocator::begin_capture(int device) { heap(device).begin_capture(); }
void CachingAllocator::end_capture(int device) noexcept {
  if (in_forked_child()) return;
  for_each_heap(device, [](alloc::Heap& heap) { heap.end_capture(); });
}
void CachingAllocator::apply(const AllocatorSettings& settings) {
  expandable_.store(settings.expandable_segments, std::memory_order_relaxed);
}

// --- diagnostics ---

MemoryStats CachingAllocator::stats(int device) { return heap(device).stats(); }
std::vector<PoolReserved> CachingAllocator::private_pools(int device) { return heap(device).private_pools(); }
void CachingAllocator::reset_peak_stats(int device) { heap(device).reset_peak_stats(); }
void CachingAllocator::reset_accumulated_stats(int device) { heap(device).reset_accumulated_stats(); }

std::vector<SegmentInfo> CachingAllocator::snapshot(int device) {
  std::vector<SegmentInfo> segments;
  for_each_heap(device, [&](alloc::Heap& heap) {
    heap.note_snapshot(own_cache());
    heap.append_snapshot(segments);
  });
  std::sort(segments.begin(), segments.end(), [](const SegmentInfo& a, const SegmentInfo& b) {
    return a.device != b.device ? a.device < b.device : a.address < b.address;
  });
  return segments;
}

std::vector<HistoryEntry> CachingAllocator::history(int device) {
  std::vector<alloc::RingEntry> entries;
  uint32_t skipped = 0;
  for_each_heap(device, [&](alloc::Heap& heap) { heap.append_history(entries); });
  caches_.for_each([&](ThreadCache& cache) { cache.ring.read(device, entries); });
  {
    std::lock_guard lock(caches_.mutex);
    skipped = caches_.history.skipped;
  }
  return alloc::readable(std::move(entries), time_, skipped);
}

void CachingAllocator::configure_history(const HistoryOptions& options) {
  {
    std::lock_guard lock(caches_.mutex);
    caches_.history = options;
  }
  caches_.for_each([&](ThreadCache& cache) { cache.ring.configure(options); });
  for_each_heap(-1, [&](alloc::Heap& heap) { heap.configure_history(options); });
}

void CachingAllocator::clear_history() {
  caches_.for_each([](ThreadCache& cache) { cache.ring.clear(); });
  for_each_heap(-1, [](alloc::Heap& heap) { heap.clear_history(); });
}

}  // namespace vt::cuda
