#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "core/error.h"
#include "cuda/allocator.h"
#include "simulated/paused_machine.h"

using namespace vt;
using namespace vt::cuda;

TEST_CASE("settings are read from the environment, checked, and the backend is fixed by its first use") {
  setenv("PYTORCH_CUDA_ALLOC_CONF", "max_split_size_mb:128, expandable_segments:True", 1);
  setenv("VIBETENSOR_ALLOC_CONF", " backend : native ", 1);
  simulated::PausedMachine device;
  CHECK(allocator_settings().expandable_segments);
  CHECK(allocator_settings().backend == AllocatorBackend::Native);
  for (const char* wrong : {"backend:fast", "expandable_segments:maybe", "max_split_size_mb:128", "backend"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(apply_allocator_settings(wrong), Error);
  }
  CHECK(allocator_settings().expandable_segments);
  CHECK(std::string(allocator().name()) == "native");
  CHECK_THROWS_AS(apply_allocator_settings("backend:cudaMallocAsync"), Error);

  const Stream stream = simulated::stream(1);
  allocator().deallocate(allocator().allocate(3 << 20, stream));
  CHECK(device.ranges() == 1);
  allocator().empty_cache();
  apply_allocator_settings("expandable_segments:False");
  allocator().deallocate(allocator().allocate(3 << 20, stream));
  CHECK(device.ranges() == 0);
  CHECK(device.pieces() == 1);
}

TEST_CASE("memory by address is given back once") {
  simulated::PausedMachine device;
  void* const data = allocate_raw(1000, simulated::stream(1));
  CHECK(allocator().stats(0).allocation.all.current == 1);
  CHECK_THROWS_AS(deallocate_raw(static_cast<char*>(data) + 1), Error);
  deallocate_raw(data);
  CHECK(allocator().stats(0).allocation.all.current == 0);
  CHECK_THROWS_AS(deallocate_raw(data), Error);
  CHECK_THROWS_AS(allocate_raw(0, simulated::stream(1)), Error);
  deallocate_raw(nullptr);
}

TEST_CASE("the fraction is of the device's memory") {
  simulated::PausedMachine device(size_t{1} << 30);
  CHECK(memory_fraction(0) == 1);
  set_memory_fraction(0, 0.25);
  CHECK(allocator().memory_limit(0) == size_t{1} << 28);
  CHECK(memory_fraction(0) == 0.25);
  CHECK_THROWS_AS(set_memory_fraction(0, 1.5), Error);
  CHECK_THROWS_AS(set_memory_fraction(0, -1), Error);
}
