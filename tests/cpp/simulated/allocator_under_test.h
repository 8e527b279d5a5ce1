// The allocator that the random operations run on.
#pragma once

#include <memory>

#include "cuda/alloc/caching_allocator.h"
#include "simulated/world.h"

namespace vt::simulated {

inline std::unique_ptr<cuda::CudaAllocator> make_allocator(const WorldShape& shape) {
  cuda::CachingOptions options;
  options.thread_cache = shape.thread_cache;
  options.expandable_segments = shape.expandable;
  options.history.entries = 256;
  return std::make_unique<cuda::CachingAllocator>(options);
}

}  // namespace vt::simulated
