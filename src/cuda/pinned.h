// Page-locked host memory, cached: cudaHostAlloc takes a millisecond and synchronises the device.
#pragma once

#include <cstddef>

#include "core/device_backend.h"
#include "core/macros.h"
#include "cuda/stream.h"

namespace vt::cuda {

/// At least `bytes` of pinned memory, for a CPU storage. Freed memory is reused once the copies recorded on it are
/// done.
VT_API Allocation allocate_pinned(size_t bytes);
/// Says that an asynchronous copy on `stream` uses the memory at `data`. Memory that isn't ours is ignored.
VT_API void record_pinned_use(const void* data, Stream stream);
/// True for page-locked memory, ours or anybody's.
VT_API bool is_pinned(const void* data);
/// Gives unused pinned memory back.
VT_API void empty_pinned_cache();

}  // namespace vt::cuda
