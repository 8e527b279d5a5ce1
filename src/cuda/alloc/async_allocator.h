// Device memory from the driver's stream-ordered pool (cudaMallocAsync), with lists of small blocks in front.
//
// - The pool keeps what is freed (release threshold at its maximum), so steady state makes no driver allocation.
// - A block up to 1 MiB that is freed waits in a list of its stream and size class and is handed out again on that
//   stream at once: stream order makes that safe. The lists hold at most kCacheLimit bytes per device.
// - A block that other streams used waits until events recorded on those streams at the free are done.
// - Private pools, and so graphs, are those of a CachingAllocator: memory of cudaMalloc, because a graph wants the same
//   addresses at every replay, while cudaMallocAsync on a stream that is captured would become a node of the graph.
//   While a graph is captured on the device, other blocks that are given back wait for its end: to free them would be a
//   node too.
// - Out of memory: reap what is done, empty the lists, wait for the device, trim the pool, ask the callbacks.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "cuda/alloc/caching_allocator.h"
#include "cuda/alloc/size_class.h"
#include "cuda/allocator.h"
#include "cuda/event.h"

namespace vt::cuda {

class AsyncAllocator final : public CudaAllocator {
 public:
  AsyncAllocator();
  /// Gives back what is cached. No block may be live.
  ~AsyncAllocator() override;
  AsyncAllocator(const AsyncAllocator&) = delete;
  AsyncAllocator& operator=(const AsyncAllocator&) = delete;
  Block* allocate(size_t bytes, Stream stream) override;
  void deallocate(Block* block) noexcept override;
  void record_stream(Block* block, Stream stream) override;
  MemoryStats stats(int device) override;
  void reset_peak_stats(int device) override;
  void reset_accumulated_stats(int device) override;
  void empty_cache() override;
  void retain_pool(int device, PoolId pool) override;
  void release_pool(int device, PoolId pool) noexcept override;
  void begin_capture(int device) override;
  void end_capture(int device) noexcept override;
  PoolId pool_of(const Block& block) const noexcept override;
  std::vector<PoolReserved> private_pools(int device) override;
  std::vector<SegmentInfo> pool_segments(int device, PoolId pool) override;
  const char* name() const override { return "cudaMallocAsync"; }

 private:
  struct AsyncBlock : Block {
    AsyncBlock* next = nullptr;  // free list link
    bool has_other_streams = false;
    Block* pooled = nullptr;  // the block of `pools_` that this one stands for
  };
  static constexpr size_t kCacheLimit = size_t{512} << 20;
  static constexpr size_t kSlab = 64;

  struct PendingBlock {
    AsyncBlock* block;
    std::vector<Event> events;
  };
  using FreeLists = std::array<AsyncBlock*, kSizeClasses>;
  struct DeviceState {
    std::mutex mutex;
    bool configured = false;
    std::unordered_map<StreamHandle, FreeLists> lists;
    std::unordered_map<AsyncBlock*, std::vector<Stream>> other_streams;
    std::vector<PendingBlock> pending;
    std::vector<std::unique_ptr<AsyncBlock[]>> slabs;
    AsyncBlock* spare = nullptr;     // of these, block objects without memory
    AsyncBlock* deferred = nullptr;  // given back during a capture, or no event could be recorded; tried again
    AsyncBlock* refused = nullptr;   // the driver did not take it back; tried again when the cache is emptied
    int captures = 0;
    bool has_pools = false;  // since a pool was retained
    MemoryStats stats;
  };

  CachingOptions options_of_pools();
  Block* allocate_in_pool(DeviceState& state, size_t bytes, Stream stream);
  void* allocate_from_driver(DeviceState& state, std::unique_lock<std::mutex>& lock, size_t bytes, Stream stream,
                             size_t requested);
  void give_up_cache(DeviceState& state, int device);
  AsyncBlock* take_spare(DeviceState& state);
  void put_spare(DeviceState& state, AsyncBlock* block) noexcept;
  void count_handed_out(DeviceState& state, const AsyncBlock& block) noexcept;
  void take_back(DeviceState& state, AsyncBlock* block) noexcept;
  void take_back_deferred(DeviceState& state) noexcept;
  static void defer(DeviceState& state, AsyncBlock* block) noexcept;
  void give_back(DeviceState& state, AsyncBlock* block) noexcept;
  void free_to_driver(DeviceState& state, AsyncBlock* block) noexcept;
  void reap(DeviceState& state, bool wait);
  void empty_lists(DeviceState& state) noexcept;

  std::unique_ptr<DeviceState[]> devices_;
  CachingAllocator pools_;
};

}  // namespace vt::cuda
