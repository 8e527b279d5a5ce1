// The seam behind which device memory comes from. The rules are in docs/allocator.md.
//
// An allocator is stream-ordered: memory may be used on the stream it was allocated for as soon as allocate returns,
// and deallocate may be called while that stream still uses it. Use on any other stream is announced with
// record_stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/macros.h"
#include "cuda/memory_snapshot.h"
#include "cuda/memory_stats.h"
#include "cuda/stream.h"

namespace vt::cuda {

inline constexpr size_t kNoMemoryLimit = SIZE_MAX;

/// One allocation. Owned by the allocator that made it; valid until deallocate.
struct Block {
  void* data = nullptr;
  size_t bytes = 0;      // usable size, at least what was asked for
  size_t requested = 0;  // what was asked for
  Stream stream;
  bool shown = false;  // its address went to others; through show and may_wait in cuda/backend.h alone
};

enum class AllocatorBackend : uint8_t { Native, CudaMallocAsync, PassThrough };
struct AllocatorSettings {
  AllocatorBackend backend = AllocatorBackend::Native;
  bool expandable_segments = false;
};

/// Bytes that a private pool holds from the driver.
struct PoolReserved {
  PoolId id;
  PoolStats reserved;
};

/// Thread-safe. What an implementation can't do raises NotImplementedError.
class VT_API CudaAllocator {
 public:
  virtual ~CudaAllocator() = default;
  virtual const char* name() const = 0;  // "native", "cudaMallocAsync", "passthrough" or "pluggable"

  /// At least `bytes` (> 0) of the stream's device, aligned to 512, from the thread's pool (see PoolGuard).
  /// Throws OutOfMemoryError; then nothing has changed but the cache.
  virtual Block* allocate(size_t bytes, Stream stream) = 0;
  /// Gives the block back; it is reused once every recorded stream has passed its last use. Null is ignored. On a
  /// device that a fault has poisoned, and in a forked child, no call is made to the device.
  virtual void deallocate(Block* block) noexcept = 0;
  /// Says that `stream` uses the block, so that its memory is not reused before the work that `stream` has been given
  /// up to the block's deallocate is done.
  virtual void record_stream(Block* block, Stream stream) = 0;
  /// Whether record_stream was called for the block; so too where that is not known.
  virtual bool has_other_streams(const Block& /*block*/) const noexcept { return true; }
  /// Returns unused memory of every device to the driver.
  virtual void empty_cache() = 0;

  /// Most bytes that may be reserved from the driver at any moment; kNoMemoryLimit: no cap of ours. A limit below what
  /// is in use now stops growth and frees nothing in use.
  virtual void set_memory_limit(int device, size_t bytes);
  virtual size_t memory_limit(int device);

  /// The pool that a block came from.
  virtual PoolId pool_of(const Block& block) const noexcept;

  /// A private pool's segments stay while it is retained (counted). At the last release its free segments go back to
  /// the driver at once, and those with live blocks when the last of these is freed. The shared pool can't be retained.
  virtual void retain_pool(int device, PoolId pool);
  virtual void release_pool(int device, PoolId pool) noexcept;
  /// Between these (counted), no event of the device is queried or recorded and none of its memory is given back to
  /// the driver by the allocator; blocks that other streams used stay pending until the end.
  virtual void begin_capture(int device);
  virtual void end_capture(int device) noexcept;

  virtual MemoryStats stats(int device) = 0;
  /// The private pools of a device that are retained or still have memory.
  virtual std::vector<PoolReserved> private_pools(int device);
  virtual void reset_peak_stats(int device) = 0;
  virtual void reset_accumulated_stats(int device) = 0;
  /// Every segment of a device (-1: of every device), in order of address. Records a Snapshot entry in the history.
  virtual std::vector<SegmentInfo> snapshot(int device = -1);
  /// Those of a private pool.
  virtual std::vector<SegmentInfo> pool_segments(int device, PoolId pool);
  /// What the bounded rings hold, oldest first.
  virtual std::vector<HistoryEntry> history(int device = -1);
  virtual void configure_history(const HistoryOptions& options);
  virtual void clear_history();
  /// What may change while the allocator is in use: expandable_segments, for segments made from then on.
  virtual void apply(const AllocatorSettings& settings);
};

/// The allocator in use: that of the settings, fixed at the first call. See settings.
VT_API CudaAllocator& allocator();

/// `memory_limit` as a share of the device's total memory, in [0, 1] (ValueError otherwise).
VT_API void set_memory_fraction(int device, double fraction);
VT_API double memory_fraction(int device);

// --- settings ---

/// From the environment: VIBETENSOR_ALLOC_CONF ("backend:native,expandable_segments:True"; an unknown key is a
/// ValueError), else the keys of the same meaning in PYTORCH_CUDA_ALLOC_CONF (others are ignored); then what
/// apply_allocator_settings changed.
VT_API AllocatorSettings allocator_settings();
/// Same grammar as VIBETENSOR_ALLOC_CONF. The backend can't change after the first use of allocator() (RuntimeError);
/// expandable_segments holds for segments made from then on.
VT_API void apply_allocator_settings(std::string_view text);

/// Makes `chosen` the allocator of the process, whatever the settings say; it must live as long as the process.
/// RuntimeError after the first use of allocator(), or after another one was chosen.
VT_API void change_allocator(CudaAllocator& chosen);

// --- private pools ---

/// A name never given before in this process.
VT_API PoolId new_pool_id();
/// The pool that this thread's allocations on `device` come from, at first the shared one. Setting returns the one
/// before. The pool has to be retained while it is set.
VT_API PoolId set_thread_pool(int device, PoolId pool) noexcept;
VT_API PoolId thread_pool(int device) noexcept;

class PoolGuard {
 public:
  PoolGuard(int device, PoolId pool) : device_(device), previous_(set_thread_pool(device, pool)) {}
  ~PoolGuard() { set_thread_pool(device_, previous_); }
  PoolGuard(const PoolGuard&) = delete;
  PoolGuard& operator=(const PoolGuard&) = delete;

 private:
  int device_;
  PoolId previous_;
};

// --- who asks for memory ---

/// Returns an id for the calling thread's stack, 0 for none. Called before any lock is taken, at each allocation and,
/// with `frees`, at each deallocate.
using CaptureStack = uint64_t (*)() noexcept;
/// The innermost frame worth naming of that stack as "file.py:12 in f", for error texts; empty if unknown.
using DescribeStack = std::string (*)(uint64_t id);
VT_API void set_stack_source(CaptureStack capture, bool frees = false, DescribeStack describe = nullptr);

// --- out of memory ---

struct OutOfMemoryEvent {
  int device = 0;
  size_t requested = 0;
  size_t allocated = 0;  // bytes in blocks handed out
  size_t free = 0;       // bytes that the driver has
};
using OutOfMemoryCallback = std::function<void(const OutOfMemoryEvent&)>;
/// `before_error`: runs when all else failed and may free memory; the request is tried once more after it.
/// Otherwise an observer: runs just before OutOfMemoryError is thrown. Both run on the allocating thread without a lock
/// of ours; what they throw replaces the OutOfMemoryError. Returns a number for remove_out_of_memory_callback.
VT_API int add_out_of_memory_callback(OutOfMemoryCallback callback, bool before_error = true);
VT_API void remove_out_of_memory_callback(int number);

// --- memory without a tensor ---

/// At least `bytes` (> 0) of the stream's device by address, for other libraries (caching_allocator_alloc).
VT_API void* allocate_raw(size_t bytes, Stream stream);
/// RuntimeError for an address that allocate_raw did not return or that was given back already.
VT_API void deallocate_raw(void* data);

}  // namespace vt::cuda
