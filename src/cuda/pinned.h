// Page-locked host memory, cached: cudaHostAlloc takes a millisecond and synchronises the device.
#pragma once

#include <cstddef>

#include "core/device_backend.h"
#include "core/macros.h"
#include "cuda/memory_stats.h"
#include "cuda/stream.h"

namespace vt::cuda {

/// At least `bytes` of pinned memory, for a CPU storage, rounded up to a power of two. Freed memory is reused once the
/// copies recorded on it are done. Throws OutOfMemoryError when the system has no more even after the cache is empty,
/// RuntimeError while this thread captures a graph.
VT_API Allocation allocate_pinned(size_t bytes);
/// Says that an asynchronous copy on `stream` uses the memory at `data`. Memory that isn't ours is ignored. When the
/// copy can't be marked, the memory is not reused before a wait for the whole device, and the failure is thrown.
VT_API void record_pinned_use(const void* data, Stream stream);
/// True for page-locked memory, ours or anybody's.
VT_API bool is_pinned(const void* data);
/// Gives unused pinned memory back.
VT_API void empty_pinned_cache();

VT_API HostMemoryStats pinned_stats();
VT_API void reset_pinned_peak_stats();
VT_API void reset_pinned_accumulated_stats();

}  // namespace vt::cuda
