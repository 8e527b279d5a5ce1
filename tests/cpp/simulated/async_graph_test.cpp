// Private pools and graphs with the allocator backend cudaMallocAsync.
#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

#include "core/error.h"
#include "cuda/allocator.h"
#include "cuda/backend.h"
#include "cuda/event.h"
#include "cuda/graph.h"
#include "simulated/graph_work.h"
#include "simulated/machine.h"

using namespace vt;
using namespace vt::simulated;
using cuda::Graph;
using cuda::MemoryStats;
using cuda::PoolGuard;
using cuda::PoolId;
using cuda::Stream;
using cuda::StreamGuard;

namespace {

constexpr int64_t kMiB = 1 << 20;

// Lives around a machine: the library's allocator is chosen anew for each.
struct AsyncBackend {
  AsyncBackend() { cuda::apply_allocator_settings("backend:cudaMallocAsync"); }
  ~AsyncBackend() { cuda::apply_allocator_settings("backend:native"); }
};

size_t allocated() { return static_cast<size_t>(cuda::allocator().stats(0).allocated_bytes.all.current); }

}  // namespace

TEST_CASE("a graph replays in memory that nobody else gets") {
  const AsyncBackend backend;
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    SimulatedMachine machine({.seed = seed});
    REQUIRE(std::string(cuda::allocator().name()) == "cudaMallocAsync");
    const Tensor out = bytes(3 * kMiB);
    Graph graph;
    {
      const Tensor in = bytes(3 * kMiB);
      fill(in, 5);
      capture(graph, [&] {
        const Tensor temporary = bytes(3 * kMiB), small = bytes(600);
        fill(small, 1);
        copy(temporary, in);
        copy(out, temporary);
      });
    }
    CHECK(graph.kept_storages().size() == 2);
    std::vector<Tensor> junk;
    for (int i = 0; i < 4; ++i) {
      junk.push_back(bytes(i % 2 == 0 ? 3 * kMiB : 600));
      fill(junk.back(), 6);
    }
    graph.replay();
    CHECK(first_byte(out) == 5);
    for (const Tensor& t : junk) CHECK(first_byte(t) == 6);
    fill(out, 0);
    graph.replay();
    CHECK(first_byte(out) == 5);
  }
}

TEST_CASE("blocks that are given back during a capture wait for its end, and break nothing") {
  const AsyncBackend backend;
  SimulatedMachine machine;
  const Tensor x = bytes(512);
  const Stream stream = cuda::pool_stream(0), other = cuda::pool_stream(0);
  Tensor large, small, shared_with_other;
  {
    const StreamGuard guard(stream);
    large = bytes(4 * kMiB);
    small = bytes(512);
    shared_with_other = bytes(4 * kMiB);
    cuda::wait_stream(other, stream);
    cuda::record_stream(*shared_with_other.storage(), other);
  }
  const size_t before = allocated();
  void* const address = large.data();
  Graph graph;
  {
    const StreamGuard guard(stream);
    graph.capture_begin({}, kMode);
    fill(x, 3);
    large = small = shared_with_other = Tensor();
    CHECK(allocated() == before - static_cast<size_t>(8 * kMiB) - 512);
    std::thread([&] {  // another thread goes on, without the memory that waits
      const StreamGuard own(other);
      const Tensor t = bytes(4 * kMiB);
      CHECK(t.data() != address);
      fill(t, 1);
    })
        .join();
    graph.capture_end();
  }
  graph.replay();
  CHECK(first_byte(x) == 3);
  cuda::allocator().empty_cache();
  const MemoryStats stats = cuda::allocator().stats(0);
  CHECK(stats.pending_blocks == 0);
  CHECK(stats.active.all.current == stats.allocation.all.current);
}

TEST_CASE("graphs share a pool, and the last one gives all of it back") {
  const AsyncBackend backend;
  SimulatedMachine machine;
  const Tensor in = bytes(2 * kMiB), out = bytes(2 * kMiB);
  fill(in, 7);
  cuda::synchronize_device(0);
  cuda::allocator().empty_cache();
  const size_t used = machine.device.used(0);
  {
    Graph first, second;
    Tensor between;
    capture(first, [&] {
      between = bytes(2 * kMiB);
      copy(between, in);
    });
    CHECK(cuda::allocator().private_pools(0).size() == 1);
    CHECK(cuda::allocator().pool_segments(0, first.pool()).size() == 1);
    CHECK(static_cast<size_t>(cuda::allocator().stats(0).reserved_bytes.all.current) == machine.device.used(0));
    capture(second, [&] { copy(out, between); }, first.pool());
    CHECK(second.kept_storages().size() == 2);
    between = Tensor();
    first.replay();
    second.replay();
    CHECK(first_byte(out) == 7);
    cuda::allocator().empty_cache();
    CHECK(machine.device.used(0) > used);
  }
  CHECK(machine.device.used(0) == used);
  CHECK(cuda::allocator().private_pools(0).empty());
}

TEST_CASE("a private pool outside of a capture, with a second stream") {
  const AsyncBackend backend;
  SimulatedMachine machine;
  cuda::CudaAllocator& memory = cuda::allocator();
  const PoolId pool = cuda::new_pool_id();
  memory.retain_pool(0, pool);
  const Stream stream = cuda::pool_stream(0), other = cuda::pool_stream(0);
  cuda::Block* block = nullptr;
  void* first = nullptr;
  {
    const PoolGuard guard(0, pool);
    block = memory.allocate(5000, stream);
    first = block->data;
    CHECK(memory.pool_of(*block) == pool);
    memory.record_stream(block, other);
    (void)machine.device.fill(block->data, 1, block->bytes, other);
    memory.deallocate(block);
    const MemoryStats stats = memory.stats(0);
    CHECK(stats.pending_blocks + stats.allocation.all.current == stats.active.all.current);
    cuda::synchronize_device(0);
    block = memory.allocate(5000, stream);
    CHECK(block->data == first);
  }
  cuda::Block* const shared = memory.allocate(5000, stream);
  CHECK(memory.pool_of(*shared).is_shared());
  memory.deallocate(shared);
  CHECK(memory.stats(0).requested_bytes.all.current == 5000);
  memory.deallocate(block);
  memory.release_pool(0, pool);
  CHECK(memory.stats(0).allocation.all.current == 0);
  CHECK(memory.stats(0).allocation.all.allocated == 3);
  memory.empty_cache();
  CHECK(machine.device.used(0) == 0);
}

TEST_CASE("memory that the driver's pool keeps is given up for a private pool, but not during a capture") {
  const AsyncBackend backend;
  SimulatedMachine machine({.memory = size_t{32} << 20});
  const Tensor x = bytes(512);
  {
    const Tensor cached = bytes(20 * kMiB);
  }
  cuda::synchronize_device(0);
  Graph graph;
  bool refused = false;
  capture(graph, [&] {
    fill(x, 2);
    try {
      const Tensor t = bytes(20 * kMiB);
    } catch (const Error& error) {
      refused = error.kind() == ErrorKind::OutOfMemory;
    }
  });
  CHECK(refused);
  CHECK(cuda::allocator().stats(0).num_ooms == 1);
  int observed = 0;
  const int observer =
      cuda::add_out_of_memory_callback([&](const cuda::OutOfMemoryEvent&) { ++observed; }, /*before_error=*/false);
  graph.replay();
  CHECK(first_byte(x) == 2);
  const PoolId pool = cuda::new_pool_id();
  cuda::allocator().retain_pool(0, pool);
  {
    const PoolGuard guard(0, pool);
    const Tensor t = bytes(20 * kMiB);
    fill(t, 1);
    CHECK(first_byte(t) == 1);
  }
  cuda::allocator().release_pool(0, pool);
  cuda::remove_out_of_memory_callback(observer);
  CHECK(observed == 0);
  CHECK(cuda::allocator().stats(0).num_ooms == 1);  // that of the capture
}
