// The caching CPU allocator.
//
// Blocks are aligned to 64 bytes and rounded up to a size class (at most a quarter more). Freed blocks are kept: small
// ones on a list of the freeing thread, large ones on a shared list, because touching freshly mapped pages costs more
// than most kernels that write to them. Any thread may free. See docs/architecture.md for where it sits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/macros.h"

namespace vt {

inline constexpr size_t kCpuAlignment = 64;

// At least `bytes` bytes, uninitialised; never null, bytes may be 0. Throws OutOfMemory.
VT_API void* cpu_allocate(size_t bytes);
// `bytes` is what was asked for; null is ignored.
VT_API void cpu_deallocate(void* data, size_t bytes) noexcept;

// Gives every cached block but those of other threads' small lists back to the system.
VT_API void cpu_empty_cache() noexcept;
// Bytes that may be kept cached on the shared list (at first a quarter of the machine's memory). Trims at once.
VT_API void cpu_set_cache_limit(size_t bytes) noexcept;

struct CpuMemoryStats {
  int64_t allocated_bytes;       // in blocks now handed out, rounded up to their size class
  int64_t peak_allocated_bytes;  // to within 1 MiB per thread
  int64_t cached_bytes;          // kept on the shared list
};
VT_API CpuMemoryStats cpu_memory_stats() noexcept;
VT_API void cpu_reset_peak_memory() noexcept;

namespace detail {
// Size classes: multiples of 64 bytes with four steps per power of two. Shown for the tests.
VT_API int cpu_size_class(size_t bytes);
VT_API size_t cpu_class_bytes(int size_class);
}  // namespace detail

}  // namespace vt
