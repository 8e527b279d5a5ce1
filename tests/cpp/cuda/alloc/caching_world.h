// A caching allocator on a paused machine, whose books are checked when it ends.
#pragma once

#include <doctest/doctest.h>

#include "cuda/alloc/caching_allocator.h"
#include "cuda/alloc/consistency.h"
#include "simulated/paused_machine.h"

namespace vt::cuda {

using simulated::kFirst;
using simulated::kKiB;
using simulated::kMiB;
using simulated::kSecond;

inline CachingOptions without_thread_cache() {
  CachingOptions options;
  options.thread_cache = false;
  return options;
}

struct World {
  explicit World(CachingOptions options = {}) : allocator(options) {}
  ~World() { check_consistency(allocator, device.used()); }
  void empty() {
    allocator.empty_cache();
    CHECK(device.used() == 0);
  }
  simulated::PausedMachine device;
  CachingAllocator allocator;
};

}  // namespace vt::cuda
