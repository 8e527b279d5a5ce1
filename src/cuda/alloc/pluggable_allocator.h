// Device memory from two functions of somebody else, usually of a shared object.
#pragma once

#include <sys/types.h>

#include "cuda/allocator.h"

namespace vt::cuda {

/// Null where there is no memory. Called with `device` current; the memory may be used on `stream` at once.
using PluggedAllocate = void* (*)(ssize_t size, int device, StreamHandle stream);
/// With what the allocation was called with. Work that was given to `stream` so far may still use the memory.
using PluggedFree = void (*)(void* data, ssize_t size, int device, StreamHandle stream);

/// Keeps nothing and counts nothing. Other streams that used a block are waited for, on its own stream, before it is
/// given back, so that the functions need to think of one stream only.
class VT_API PluggableAllocator final : public CudaAllocator {
 public:
  PluggableAllocator(PluggedAllocate allocate, PluggedFree free);

  const char* name() const override { return "pluggable"; }
  Block* allocate(size_t bytes, Stream stream) override;
  void deallocate(Block* block) noexcept override;
  void record_stream(Block* block, Stream stream) override;
  void empty_cache() override {}
  MemoryStats stats(int device) override;
  void reset_peak_stats(int device) override;
  void reset_accumulated_stats(int device) override;

 private:
  const PluggedAllocate allocate_;
  const PluggedFree free_;
};

}  // namespace vt::cuda
