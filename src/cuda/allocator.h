// The seam behind which device memory comes from.
//
// An allocator is stream-ordered: memory may be used on the stream it was allocated for as soon as allocate returns,
// and deallocate may be called while that stream still uses it. Use on any other stream is announced with
// record_stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/macros.h"
#include "cuda/stream.h"

namespace vt::cuda {

/// One allocation. Owned by the allocator that made it; valid until deallocate.
struct Block {
  void* data = nullptr;
  size_t bytes = 0;      // usable size, at least what was asked for
  size_t requested = 0;  // what was asked for
  Stream stream;
  Block* next = nullptr;      // free list link
  uint64_t used_streams = 0;  // opaque to callers: which other streams were recorded
};

/// Counters of one device, in bytes and calls.
struct MemoryStats {
  int64_t allocated_current = 0;
  int64_t allocated_peak = 0;
  int64_t allocated_total = 0;
  int64_t freed_total = 0;
  int64_t requested_current = 0;
  int64_t requested_peak = 0;
  int64_t requested_total = 0;
  int64_t reserved_current = 0;
  int64_t reserved_peak = 0;
  int64_t active_blocks = 0;
  int64_t active_blocks_peak = 0;
  int64_t allocations = 0;
  int64_t frees = 0;
  int64_t cache_hits = 0;
  int64_t cached_bytes = 0;
  int64_t pending_blocks = 0;
  int64_t retries = 0;
  int64_t out_of_memory = 0;
};

/// Thread-safe.
class VT_API CudaAllocator {
 public:
  virtual ~CudaAllocator() = default;
  /// At least `bytes` (> 0) of the stream's device, aligned to 256. Throws OutOfMemoryError.
  virtual Block* allocate(size_t bytes, Stream stream) = 0;
  /// Gives the block back; it is reused once every recorded stream has passed its last use.
  virtual void deallocate(Block* block) noexcept = 0;
  /// Says that `stream` uses the block, so that its memory is not reused before the work given to it so far is done.
  virtual void record_stream(Block* block, Stream stream) = 0;
  virtual MemoryStats stats(int device) = 0;
  virtual void reset_peak_stats(int device) = 0;
  virtual void reset_accumulated_stats(int device) = 0;
  /// Returns unused memory of every device to the driver.
  virtual void empty_cache() = 0;
  virtual const char* name() const = 0;
};

/// The allocator in use.
VT_API CudaAllocator& allocator();

}  // namespace vt::cuda
