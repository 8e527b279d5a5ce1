// The allocator when the host has no memory for its bookkeeping: every k-th `new` of a program fails.
#include <doctest/doctest.h>

#include <cstdlib>
#include <new>

#include "core/error.h"
#include "cuda/alloc/caching_allocator.h"
#include "cuda/alloc/consistency.h"
#include "simulated/paused_machine.h"

using namespace vt;
using namespace vt::cuda;
using simulated::kFirst;
using simulated::kMiB;
using simulated::kSecond;

namespace {
bool is_armed = false;
size_t until_failure = 0;
}  // namespace

// Not inlined, or the compiler takes malloc and delete for a mismatch.
VT_NOINLINE void* operator new(size_t bytes) {
  if (is_armed && !(simulated::FaultyDevice::Inside::depth > 0) && until_failure-- == 0) {
    is_armed = false;
    throw std::bad_alloc();
  }
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc();
}
VT_NOINLINE void operator delete(void* memory) noexcept { std::free(memory); }
VT_NOINLINE void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace {

// True if a `new` failed.
bool program(CachingAllocator& allocator, simulated::PausedMachine& device) {
  Block* blocks[8] = {};
  const PoolId pool = new_pool_id();
  bool failed = false, is_retained = false;
  try {
    allocator.retain_pool(0, pool);
    is_retained = true;
    const PoolGuard guard(0, pool);
    blocks[0] = allocator.allocate(kMiB, kFirst);
    set_thread_pool(0, {});
    for (int i = 1; i < 8; ++i) {
      blocks[i] = allocator.allocate(static_cast<size_t>(i) * 700 * 1024, i % 2 == 0 ? kFirst : kSecond);
      allocator.record_stream(blocks[i], simulated::stream(3));
      device.work(simulated::stream(3));
      if (i % 3 != 0) continue;
      allocator.deallocate(blocks[i]);
      blocks[i] = nullptr;
    }
    blocks[3] = allocator.allocate(14 * kMiB, kSecond);
  } catch (const std::bad_alloc&) {
    failed = true;
  } catch (const Error&) {
    failed = true;
  }
  for (Block* block : blocks) allocator.deallocate(block);
  if (is_retained) allocator.release_pool(0, pool);
  return failed;
}

}  // namespace

TEST_CASE("without host memory a request fails and nothing else changes") {
  for (const bool expandable : {false, true}) {
    size_t failures = 0, k = 0;
    for (bool was_reached = true; was_reached; ++k) {
      simulated::PausedMachine device;
      CachingOptions options;
      options.expandable_segments = expandable;
      CachingAllocator allocator(options);
      allocator.set_memory_limit(0, 60 * kMiB);
      CHECK(device_properties(0).total_memory > 0);  // known from now on
      until_failure = k;
      is_armed = true;
      failures += program(allocator, device) ? 1 : 0;
      was_reached = !is_armed;
      is_armed = false;
      CHECK(device.most_used() <= 60 * kMiB);
      CHECK(allocator.stats(0).allocation.all.current == 0);
      check_consistency(allocator, device.used());
      CHECK(!program(allocator, device));
      allocator.empty_cache();
      device.finish(simulated::stream(3));
      allocator.empty_cache();
      CHECK(device.used() == 0);
      CHECK(device.ranges() == 0);
      REQUIRE(k < 1000);
    }
    CHECK(failures > 10);
  }
}
