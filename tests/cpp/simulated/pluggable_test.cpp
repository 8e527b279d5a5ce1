// An allocator of two functions that are not ours.
#include "cuda/alloc/pluggable_allocator.h"

#include <doctest/doctest.h>

#include "core/error.h"
#include "cuda/event.h"
#include "cuda/graph.h"
#include "simulated/graph_work.h"
#include "simulated/machine.h"

using namespace vt;
using namespace vt::simulated;
using cuda::Stream;
using cuda::StreamHandle;

namespace {

struct Calls {
  int allocations = 0, frees = 0;
  ssize_t bytes = 0;  // not given back
  int device = -1;
  StreamHandle stream = nullptr;
};
Calls calls;

void* plugged_allocate(ssize_t size, int device, StreamHandle stream) {
  void* data = nullptr;
  if (cuda::device_api().allocate_async({stream, device}, static_cast<size_t>(size), data) != cuda::Status::Success) {
    return nullptr;
  }
  calls.allocations++;
  calls.bytes += size;
  calls.device = device;
  calls.stream = stream;
  return data;
}

void plugged_free(void* data, ssize_t size, int device, StreamHandle stream) {
  CHECK(cuda::device_api().free_async({stream, device}, data) == cuda::Status::Success);
  calls.frees++;
  calls.bytes -= size;
  calls.device = device;
  calls.stream = stream;
}

cuda::PluggableAllocator& plugged() {
  static auto* instance = new cuda::PluggableAllocator(&plugged_allocate, &plugged_free);
  calls = {};
  return *instance;
}

}  // namespace

TEST_CASE("a plugged allocator serves the whole library, and has to be chosen before the first use") {
  SimulatedMachine machine;
  cuda::PluggableAllocator& chosen = plugged();
  cuda::change_allocator(chosen);
  CHECK(&cuda::allocator() == &chosen);
  CHECK_THROWS_AS(cuda::change_allocator(chosen), Error);
  {
    const Tensor x = bytes(5000);
    CHECK(calls.allocations == 1);
    CHECK(calls.bytes == 5000);
    CHECK(calls.device == 0);
    fill(x, 7);
    CHECK(first_byte(x) == 7);
    const Stream other = cuda::pool_stream(0);
    const cuda::StreamGuard guard(other);
    const Tensor y = bytes(100);
    CHECK(calls.stream == other.handle);
  }
  CHECK(calls.frees == calls.allocations);
  CHECK(calls.bytes == 0);
  CHECK(calls.stream == nullptr);  // x was freed last, on its own stream
  CHECK_THROWS_AS(chosen.stats(0), Error);
  CHECK_THROWS_AS(chosen.snapshot(0), Error);
  cuda::Graph graph;
  const cuda::StreamGuard guard(cuda::pool_stream(0));
  CHECK_THROWS_AS(graph.capture_begin({}, kMode), Error);
  CHECK_FALSE(cuda::is_capturing());
}

TEST_CASE("a block that other streams used is given back after what they were given") {
  SimulatedMachine machine({.pace = 0});
  cuda::PluggableAllocator& memory = plugged();
  const Stream own = cuda::pool_stream(0), other = cuda::pool_stream(0);
  cuda::Block* const block = memory.allocate(4096, own);
  cuda::wait_stream(other, own);
  REQUIRE(machine.device.fill(block->data, 1, 4096, other) == cuda::Status::Success);
  memory.record_stream(block, other);
  memory.record_stream(block, own);
  const Clock used = machine.device.clock_of(other);
  CHECK_FALSE(machine.device.clock_of(own).covers(used));
  memory.deallocate(block);
  CHECK(machine.device.clock_of(own).covers(used));
  CHECK(calls.stream == own.handle);
  machine.device.run_all();
}

TEST_CASE("no memory is an OutOfMemoryError, after the callbacks") {
  SimulatedMachine machine({.memory = size_t{16} << 20});
  cuda::PluggableAllocator& memory = plugged();
  int asked = 0;
  const int number = cuda::add_out_of_memory_callback([&](const cuda::OutOfMemoryEvent&) { ++asked; });
  for (const size_t bytes : {size_t{32} << 20, SIZE_MAX}) {
    ErrorKind kind = ErrorKind::Internal;
    try {
      memory.allocate(bytes, {nullptr, 0});
    } catch (const Error& error) {
      kind = error.kind();
    }
    CHECK(kind == ErrorKind::OutOfMemory);
  }
  cuda::remove_out_of_memory_callback(number);
  CHECK(asked == 1);
  CHECK_THROWS_AS(cuda::PluggableAllocator(nullptr, &plugged_free), Error);
}
