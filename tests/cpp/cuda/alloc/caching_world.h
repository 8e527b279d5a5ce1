// A caching allocator on a fake device, whose books are checked when it ends.
#pragma once

#include <doctest/doctest.h>

#include "cuda/alloc/caching_allocator.h"
#include "cuda/alloc/consistency.h"
#include "cuda/alloc/fake_device.h"

namespace vt::cuda {

inline constexpr size_t kKiB = size_t{1} << 10;
inline constexpr size_t kMiB = size_t{1} << 20;
inline const Stream kFirst = FakeDevice::stream(1);
inline const Stream kSecond = FakeDevice::stream(2);

inline CachingOptions without_thread_cache() {
  CachingOptions options;
  options.thread_cache = false;
  return options;
}

struct World {
  explicit World(CachingOptions options = {}, size_t total = size_t{1} << 30) : device(total), allocator(options) {}
  ~World() { check_consistency(allocator, device.used()); }
  void empty() {
    allocator.empty_cache();
    CHECK(device.used() == 0);
  }
  FakeDevice device;
  CachingAllocator allocator;
};

}  // namespace vt::cuda
