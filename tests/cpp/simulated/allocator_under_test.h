// The allocators that the random operations run on.
#pragma once

#include <memory>

#include "cuda/alloc/async_allocator.h"
#include "cuda/alloc/caching_allocator.h"
#include "cuda/alloc/pass_through_allocator.h"
#include "simulated/world.h"

namespace vt::simulated {

inline std::unique_ptr<cuda::CudaAllocator> make_allocator(const WorldShape& shape) {
  cuda::CachingOptions options;
  options.thread_cache = shape.thread_cache;
  options.expandable_segments = shape.expandable;
  options.history.entries = 256;
  return std::make_unique<cuda::CachingAllocator>(options);
}

/// The two other backends, which have no pools, caps and snapshots that the oracle could look at.
inline std::unique_ptr<cuda::CudaAllocator> make_async_allocator(const WorldShape&) {
  return std::make_unique<cuda::AsyncAllocator>();
}
inline std::unique_ptr<cuda::CudaAllocator> make_pass_through_allocator(const WorldShape&) {
  return std::make_unique<cuda::PassThroughAllocator>();
}

}  // namespace vt::simulated
