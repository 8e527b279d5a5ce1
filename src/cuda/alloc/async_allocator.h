// Device memory from the driver's stream-ordered pool (cudaMallocAsync), with lists of small blocks in front.
//
// - The pool keeps what is freed (release threshold at its maximum), so steady state makes no driver allocation.
// - A block up to 1 MiB that is freed waits in a list of its stream and size class and is handed out again on that
//   stream at once: stream order makes that safe. The lists hold at most kCacheLimit bytes per device.
// - A block that other streams used waits until events recorded on those streams at the free are done.
// - Out of memory: reap what is done, empty the lists, wait for the device, trim the pool, try once more.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

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
  const char* name() const override { return "cudaMallocAsync"; }

 private:
  struct AsyncBlock : Block {
    AsyncBlock* next = nullptr;  // free list link
    bool has_other_streams = false;
  };
  static constexpr size_t kCacheLimit = size_t{512} << 20;

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
    AsyncBlock* spare = nullptr;  // Block objects without memory
    MemoryStats stats;
  };

  void* allocate_from_pool(DeviceState& state, size_t bytes, Stream stream, size_t requested);
  void give_back(DeviceState& state, AsyncBlock* block) noexcept;
  void free_to_pool(DeviceState& state, AsyncBlock* block) noexcept;
  void reap(DeviceState& state, bool wait);
  void empty_lists(DeviceState& state) noexcept;

  std::unique_ptr<DeviceState[]> devices_;
};

}  // namespace vt::cuda
