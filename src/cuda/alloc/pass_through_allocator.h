// One allocation of the driver per block and nothing kept, so that a memory checker sees every block's end.
#pragma once

#include <array>
#include <mutex>
#include <vector>

#include "cuda/allocator.h"

namespace vt::cuda {

/// The driver's free waits for the device of the memory, so that only recorded streams of others are waited for.
class VT_API PassThroughAllocator final : public CudaAllocator {
 public:
  const char* name() const override { return "passthrough"; }
  Block* allocate(size_t bytes, Stream stream) override;
  void deallocate(Block* block) noexcept override;
  void record_stream(Block* block, Stream stream) override;
  void empty_cache() override {}
  void set_memory_limit(int device, size_t bytes) override;
  size_t memory_limit(int device) override;
  MemoryStats stats(int device) override;
  void reset_peak_stats(int device) override;
  void reset_accumulated_stats(int device) override;

 private:
  struct DeviceState {
    std::mutex mutex;
    MemoryStats stats;
    size_t limit = kNoMemoryLimit;
  };
  std::array<DeviceState, kMaxDevices> devices_;
};

}  // namespace vt::cuda
