// The caching allocator: keeps what the driver gave and hands it out again in stream order. See docs/allocator.md.
//
// A request goes to the calling thread's cache, then to the heap of its device, then to the driver.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "cuda/alloc/heap.h"

namespace vt::cuda {

struct CachingOptions {
  bool thread_cache = true;
  bool expandable_segments = false;
  HistoryOptions history;
  alloc::ReclaimMemory reclaim;  // tried before a request is refused
};

class VT_API CachingAllocator final : public CudaAllocator, private alloc::CacheOwner {
 public:
  explicit CachingAllocator(const CachingOptions& options = {});
  /// Gives all memory back. No block may be live and no other thread may be in a call.
  ~CachingAllocator() override;
  CachingAllocator(const CachingAllocator&) = delete;
  CachingAllocator& operator=(const CachingAllocator&) = delete;

  const char* name() const override { return "native"; }
  Block* allocate(size_t bytes, Stream stream) override;
  void deallocate(Block* block) noexcept override;
  void record_stream(Block* block, Stream stream) override;
  bool has_other_streams(const Block& block) const noexcept override;
  void empty_cache() override;
  void set_memory_limit(int device, size_t bytes) override;
  size_t memory_limit(int device) override;
  void retain_pool(int device, PoolId pool) override;
  void release_pool(int device, PoolId pool) noexcept override;
  void begin_capture(int device) override;
  void end_capture(int device) noexcept override;
  MemoryStats stats(int device) override;
  std::vector<PoolReserved> private_pools(int device) override;
  void reset_peak_stats(int device) override;
  void reset_accumulated_stats(int device) override;
  std::vector<SegmentInfo> snapshot(int device = -1) override;
  std::vector<HistoryEntry> history(int device = -1) override;
  void configure_history(const HistoryOptions& options) override;
  void clear_history() override;
  PoolId pool_of(const Block& block) const noexcept override;
  void apply(const AllocatorSettings& settings) override;

 private:
  void retire(alloc::ThreadCache* cache) noexcept override;
  alloc::ThreadCache* own_cache() noexcept;
  alloc::ThreadCache* make_cache() noexcept;
  alloc::HeapBlock* take_from_stock(alloc::ThreadCache& cache, size_t bytes, Stream stream, uint64_t frames);
  bool put_into_stock(alloc::ThreadCache& cache, alloc::HeapBlock* block, uint64_t frames) noexcept;
  alloc::Heap& heap(int device);
  template <class Visit>
  void for_each_heap(int device, Visit visit);

  const uint64_t number_;
  const bool has_thread_caches_;
  std::atomic<bool> expandable_;
  const alloc::ReclaimMemory reclaim_;
  alloc::TimeBase time_;
  alloc::CacheList caches_;
  std::mutex heaps_mutex_;  // while one is made
  std::atomic<alloc::Heap*> heaps_[kMaxDevices] = {};
};

}  // namespace vt::cuda
