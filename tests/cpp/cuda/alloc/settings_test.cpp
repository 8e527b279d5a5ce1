#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "core/error.h"
#include "cuda/alloc/fake_device.h"
#include "cuda/alloc/pass_through_allocator.h"
#include "cuda/allocator.h"

using namespace vt;
using namespace vt::cuda;

TEST_CASE("settings are read from the environment, checked, and the backend is fixed by its first use") {
  setenv("PYTORCH_CUDA_ALLOC_CONF", "max_split_size_mb:128, expandable_segments:True", 1);
  setenv("VIBETENSOR_ALLOC_CONF", " backend : native ", 1);
  FakeDevice device;
  CHECK(allocator_settings().expandable_segments);
  CHECK(allocator_settings().backend == AllocatorBackend::Native);
  for (const char* wrong : {"backend:fast", "expandable_segments:maybe", "max_split_size_mb:128", "backend"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(apply_allocator_settings(wrong), Error);
  }
  CHECK(allocator_settings().expandable_segments);
  CHECK(std::string(allocator().name()) == "native");
  CHECK_THROWS_AS(apply_allocator_settings("backend:cudaMallocAsync"), Error);

  const Stream stream = FakeDevice::stream(1);
  allocator().deallocate(allocator().allocate(3 << 20, stream));
  CHECK(device.ranges() == 1);
  allocator().empty_cache();
  apply_allocator_settings("expandable_segments:False");
  allocator().deallocate(allocator().allocate(3 << 20, stream));
  CHECK(device.ranges() == 0);
  CHECK(device.pieces() == 1);
}

TEST_CASE("memory by address is given back once") {
  FakeDevice device;
  void* const data = allocate_raw(1000, FakeDevice::stream(1));
  CHECK(allocator().stats(0).allocation.all.current == 1);
  CHECK_THROWS_AS(deallocate_raw(static_cast<char*>(data) + 1), Error);
  deallocate_raw(data);
  CHECK(allocator().stats(0).allocation.all.current == 0);
  CHECK_THROWS_AS(deallocate_raw(data), Error);
  CHECK_THROWS_AS(allocate_raw(0, FakeDevice::stream(1)), Error);
  deallocate_raw(nullptr);
}

TEST_CASE("the fraction is of the device's memory") {
  FakeDevice device(size_t{1} << 30);
  CHECK(memory_fraction(0) == 1);
  set_memory_fraction(0, 0.25);
  CHECK(allocator().memory_limit(0) == size_t{1} << 28);
  CHECK(memory_fraction(0) == 0.25);
  CHECK_THROWS_AS(set_memory_fraction(0, 1.5), Error);
  CHECK_THROWS_AS(set_memory_fraction(0, -1), Error);
}

TEST_CASE("pass-through: one piece of the driver per block, of the size asked for") {
  FakeDevice device(size_t{1} << 20);
  PassThroughAllocator direct;
  Block* a = direct.allocate(1000, FakeDevice::stream(1));
  CHECK(device.used() == 1000);
  CHECK(a->bytes == 1000);
  direct.set_memory_limit(0, 1500);
  CHECK_THROWS_AS(direct.allocate(501, FakeDevice::stream(1)), Error);
  Block* b = direct.allocate(500, FakeDevice::stream(1));
  CHECK(device.pieces() == 2);
  direct.deallocate(a);
  CHECK(device.used() == 500);
  const MemoryStats stats = direct.stats(0);
  CHECK(stats.allocated_bytes.all.current == 500);
  CHECK(stats.allocated_bytes.all.peak == 1500);
  CHECK(stats.num_ooms == 1);
  direct.deallocate(b);
  CHECK(device.used() == 0);
  CHECK_THROWS_AS(direct.snapshot(), Error);
  CHECK_THROWS_AS(direct.begin_capture(0), Error);
}
