// The memory of one device: segments from the driver, their blocks, and who may have them next.
//
// heap.cpp hands out and takes back blocks; growth.cpp and expandable.cpp get memory from the driver and return it;
// ladder.cpp is what happens when there is none; report.cpp tells what there is.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cuda/alloc/block.h"
#include "cuda/alloc/cache_list.h"
#include "cuda/alloc/free_set.h"
#include "cuda/alloc/history.h"
#include "cuda/alloc/pending.h"
#include "cuda/alloc/unpublished.h"

namespace vt::cuda::alloc {

struct Pool {
  PoolId id;
  int retained = 0;
  size_t segments = 0;
  PoolStats reserved;  // bytes of its segments
  std::vector<std::unique_ptr<Lane>> lanes;

  /// A private pool that nobody retains: what is free in it goes back to the driver at once.
  bool is_dying() const noexcept { return retained == 0 && !id.is_shared(); }
  /// Its free memory may be given back under pressure. A retained pool's may be in use by graphs.
  bool may_shrink() const noexcept { return retained == 0; }
};

/// What is asked of a heap. `cache`: the calling thread's, or null.
struct Request {
  size_t bytes = 0;
  Stream stream;
  PoolId pool;
  uint64_t frames = 0;
  ThreadCache* cache = nullptr;
};

/// Gives memory of the device back to the driver that somebody else keeps there; false if there is none to give. Called
/// without a lock.
using ReclaimMemory = std::function<bool(int device)>;

class Heap {
 public:
  /// `reclaim` may be empty. All three outlive the heap.
  Heap(int device, CacheList& caches, const std::atomic<bool>& expandable, const ReclaimMemory& reclaim);
  /// Gives everything back. No block may be live.
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  HeapBlock* allocate(const Request& request);
  void deallocate(HeapBlock* block, uint64_t frames, ThreadCache* cache) noexcept;
  void record_stream(HeapBlock* block, Stream stream);
  /// Takes this heap's blocks out of one cache.
  enum class Sizes { Small, Large, All };
  void drain(ThreadCache& cache, Sizes sizes) noexcept;
  /// Brings the statistics up to what a thread did by itself; null: all threads.
  void settle(ThreadCache* cache) noexcept;
  void empty_cache(ThreadCache* cache);

  void set_limit(size_t bytes);
  size_t limit();
  void retain_pool(PoolId id);
  void release_pool(PoolId id) noexcept;
  void begin_capture();
  void end_capture() noexcept;

  MemoryStats stats();
  std::vector<PoolReserved> private_pools();
  void reset_peak_stats();
  void reset_accumulated_stats();
  void append_snapshot(std::vector<SegmentInfo>& into);
  void append_history(std::vector<RingEntry>& into);
  void configure_history(const HistoryOptions& options);
  void clear_history();
  void note_snapshot(ThreadCache* cache);

 private:
  // How much to ask the driver for.
  enum class Growth { Preferred, Multiple, Exact };
  // A request on its way: rounded, with its pool and lane looked up.
  struct Want {
    size_t bytes;
    bool is_small;
    Pool* pool;
    Lane* lane;
  };
  // --- heap.cpp ---
  void enter(ThreadCache* cache) noexcept;
  void settle_caller() noexcept;
  Want resolve(const Request& request);
  Pool* find_pool(PoolId id) noexcept;
  Lane& lane_of(Pool& pool, Stream stream);
  HeapBlock* fit(const Want& want) noexcept;
  HeapBlock* fit_with_stock(const Want& want) noexcept;
  HeapBlock* fit_anywhere(const Want& want) noexcept;
  void hand_out(HeapBlock* block, const Want& want, const Request& request, bool tight) noexcept;
  void make_free(HeapBlock* block) noexcept;
  void complete(HeapBlock* block) noexcept;
  void insert_free(HeapBlock* block) noexcept;
  void erase_free(HeapBlock* block) noexcept;
  HeapBlock* merge_neighbours(HeapBlock* block) noexcept;
  void absorb_next(HeapBlock* block) noexcept;
  HeapBlock* split_off(HeapBlock* block, size_t bytes) noexcept;
  void reserve_spares(int count);
  HeapBlock* take_spare() noexcept;
  void put_spare(HeapBlock* block) noexcept;
  void take_in(HeapBlock* block) noexcept;
  void drain_locked(ThreadCache& cache, Sizes sizes) noexcept;
  bool collect_caches() noexcept;
  void reap() noexcept;
  bool may_call() const noexcept { return capturing_ == 0 && !pending_.is_poisoned(); }

  // --- growth.cpp: `block` is free memory that fits, on success ---
  Status grow(const Want& want, Growth growth, HeapBlock*& block);
  Status add_segment(const Want& want, size_t bytes, HeapBlock*& block);
  bool release_segment(Segment* segment) noexcept;
  size_t release(HeapBlock* block) noexcept;
  void release_free(bool only_dying) noexcept;
  void sweep_dying_pools() noexcept;
  void erase_dead_pools() noexcept;
  void link(Segment* segment) noexcept;
  void unlink(Segment* segment) noexcept;
  bool has_room(size_t bytes) const noexcept { return bytes <= limit_ && reserved_ <= limit_ - bytes; }

  // --- expandable.cpp ---
  Status expand(const Want& want, Growth growth, HeapBlock*& block);
  Segment* new_range(const Want& want, Status& status);
  HeapBlock* mapped_front(HeapBlock* unmapped, size_t bytes, Lane* lane) noexcept;
  static size_t unmappable_bytes(const HeapBlock& block) noexcept;
  size_t unmap(HeapBlock* block) noexcept;
  void unmap_all(Segment* segment) noexcept;
  bool release_range(Segment* segment) noexcept;

  // --- ladder.cpp ---
  HeapBlock* under_pressure(const Request& request, Want& want, std::unique_lock<std::mutex>& lock, bool& tight);
  HeapBlock* after_reaping(const Want& want);
  HeapBlock* after_trimming(const Want& want);
  HeapBlock* after_waiting(const Want& want);
  HeapBlock* after_emptying(const Want& want);
  HeapBlock* grown(const Want& want, Growth most, Growth least);
  HeapBlock* choose_victim(size_t deficit) noexcept;
  bool wait_for_device() noexcept;
  void rehome(const Pool& pool, Lane& lane) noexcept;
  void gather(Segment& segment, Lane& lane) noexcept;
  OutOfMemoryEvent describe(size_t requested);
  [[noreturn]] void refuse(const Request& request, std::unique_lock<std::mutex>& lock);

  // --- report.cpp ---
  struct Holder {
    size_t bytes;
    uint64_t frames;
    NotedShape shape;
  };
  std::vector<Holder> largest_holders(size_t count);
  void publish(Unpublished& unpublished) noexcept;
  void publish_all() noexcept;
  void count(PoolStats& stats, const Segment& segment, int64_t amount) noexcept;
  void count_reserved(const Segment& segment, int64_t bytes) noexcept;  // in all and in the segment's pool
  void log(HistoryAction action, uintptr_t address, size_t size, StreamHandle stream, uint64_t frames,
           PoolId pool) noexcept;
  void log_freed(const HeapBlock& block, uint64_t frames) noexcept;
  void add_to_ring(const RingEntry& entry) noexcept;

  static constexpr int kSparesPerCall = 4;  // no step splits more often before it takes stock again

  const int device_;
  CacheList& caches_;
  const std::atomic<bool>& expandable_;
  const ReclaimMemory& reclaim_;

  std::mutex mutex_;                          // everything below
  ThreadCache* caller_ = nullptr;             // of the call that was last; its ring takes the history
  std::vector<std::unique_ptr<Pool>> pools_;  // the shared one first
  Segment* segments_ = nullptr;
  PendingUses pending_;
  int capturing_ = 0;
  size_t limit_ = kNoMemoryLimit;
  size_t reserved_ = 0;
  size_t granularity_ = 0;  // of mapping; 0: not asked yet
  uint64_t clock_ = 0;      // counts blocks that became free
  uint64_t ladder_runs_ = 0;
  MemoryStats stats_;
  HeapBlock* spares_ = nullptr;
  int spare_count_ = 0;
  std::vector<std::unique_ptr<HeapBlock[]>> slabs_;
  Ring orphans_;  // events of threads without a cache
};

}  // namespace vt::cuda::alloc
