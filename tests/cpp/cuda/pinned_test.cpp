#include "cuda/pinned.h"

#include <doctest/doctest.h>

#include "core/error.h"
#include "simulated/paused_machine.h"

using namespace vt;
using namespace vt::cuda;

namespace {
void give_back(const Allocation& memory) { memory.free(memory.data, memory.context, 0); }
}  // namespace

TEST_CASE("pinned memory is reused once the copies recorded on it are done") {
  simulated::PausedMachine device;
  const Stream stream = simulated::stream(1);
  const Allocation a = allocate_pinned(1000);
  device.work(stream);
  record_pinned_use(static_cast<char*>(a.data) + 900, stream);  // anywhere inside
  void* const data = a.data;
  give_back(a);
  CHECK(pinned_stats().active_requests.current == 1);
  const Allocation b = allocate_pinned(1000);
  CHECK(b.data != data);
  device.finish(stream);
  const Allocation c = allocate_pinned(700);
  CHECK(c.data == data);
  HostMemoryStats stats = pinned_stats();
  CHECK(stats.allocations.current == 2);
  CHECK(stats.allocated_bytes.current == 2048);
  CHECK(stats.active_bytes.current == 2048);
  CHECK(stats.num_host_alloc == 2);
  CHECK(stats.host_alloc_time.count == 2);
  give_back(b);
  give_back(c);
  const Allocation d = allocate_pinned(1000);
  for (int i = 0; i < 5; ++i) {
    device.work(stream);
    record_pinned_use(d.data, stream);
    device.finish(stream);
  }
  CHECK(device.events() == 1);  // recorded over and over
  give_back(d);
  empty_pinned_cache();
  stats = pinned_stats();
  CHECK(stats.allocations.current == 0);
  CHECK(stats.active_requests.current == 0);
  CHECK(stats.num_host_free == 2);
  CHECK(device.host_pieces() == 0);
  reset_pinned_peak_stats();
  reset_pinned_accumulated_stats();
  CHECK(pinned_stats().allocations.peak == 0);
  CHECK(pinned_stats().num_host_alloc == 0);
}

TEST_CASE("a failed mark keeps the memory until the device was waited for") {
  simulated::PausedMachine device;
  const Stream stream = simulated::stream(1);
  const Allocation a = allocate_pinned(4096);
  device.work(stream);
  device.fail(1, Status::InvalidValue);
  CHECK_THROWS_AS(record_pinned_use(a.data, stream), Error);
  device.faulty.clear_fault();
  void* const data = a.data;
  give_back(a);
  CHECK(device.synchronizations() == 0);
  const Allocation b = allocate_pinned(4096);
  CHECK(device.synchronizations() == 1);
  CHECK(b.data == data);
  give_back(b);
  empty_pinned_cache();
}

TEST_CASE("when the system has no more, the cache goes first") {
  simulated::PausedMachine device;
  give_back(allocate_pinned(512));
  device.fail(1, Status::OutOfMemory);
  const Allocation a = allocate_pinned(1 << 20);
  CHECK(pinned_stats().num_host_free == 1);
  give_back(a);
  device.fail(1, Status::OutOfMemory, true);
  CHECK_THROWS_AS(allocate_pinned(1 << 22), Error);
  device.faulty.clear_fault();
  empty_pinned_cache();
  CHECK(device.host_pieces() == 0);
}
