// CUDA graphs on a simulated device: what a replay does, what a graph keeps, what a capture refuses, and that whatever
// call fails, everything is as it was before.
#include "cuda/graph.h"

#include <doctest/doctest.h>

#include <functional>
#include <thread>

#include "autograd/autograd.h"
#include "cuda/backend.h"
#include "cuda/copy.h"
#include "cuda/event.h"
#include "cuda/philox_slots.h"
#include "cuda/pinned.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/reduce.h"
#include "simulated/graph_work.h"
#include "simulated/machine.h"

using namespace vt;
using namespace vt::simulated;
using cuda::CaptureMode;
using cuda::Graph;
using cuda::Stream;
using cuda::StreamGuard;

namespace {

template <class Call>
std::string error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.message();
  }
  return {};
}

}  // namespace

TEST_CASE("a replay does the captured work anew, the capture none of it") {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    SimulatedMachine machine({.seed = seed});
    const Tensor x = bytes(5000), y = bytes(5000);
    fill(x, 3);
    fill(y, 9);
    Graph graph;
    capture(graph, [&] { copy(y, x); });
    CHECK(graph.node_count() == 1);
    CHECK(first_byte(y) == 9);
    graph.replay();
    CHECK(first_byte(y) == 3);
    fill(x, 4);
    graph.replay();
    CHECK(first_byte(y) == 4);
  }
}

TEST_CASE("a graph keeps what it uses from outside, and nothing that it made") {
  SimulatedMachine machine;
  Graph graph;
  const Tensor out = bytes(4096);
  const int64_t before = StorageImpl::live_count();
  {
    const Tensor in = bytes(4096);
    fill(in, 5);
    capture(graph, [&] {
      const Tensor temporary = bytes(4096);
      copy(temporary, in);
      copy(out, temporary);
    });
  }
  CHECK(graph.kept_storages().size() == 2);
  CHECK(StorageImpl::live_count() == before + 1);
  const Tensor junk = bytes(4096);
  fill(junk, 6);
  graph.replay();
  CHECK(first_byte(out) == 5);
  graph.reset();
  CHECK(StorageImpl::live_count() == before + 1);  // junk, in the place of in
}

TEST_CASE("memory of a pool is shared by its graphs, and what one left alive is kept by the next") {
  SimulatedMachine machine;
  Graph first, second;
  Tensor between;
  const Tensor out = bytes(1 << 20);
  const Tensor in = bytes(1 << 20);
  fill(in, 7);
  capture(first, [&] {
    const Tensor temporary = bytes(1 << 20);
    copy(temporary, in);
    between = bytes(1 << 20);
    copy(between, temporary);
  });
  capture(second, [&] { copy(out, between); }, first.pool());
  CHECK(second.pool() == first.pool());
  CHECK(second.kept_storages().size() == 2);
  between = Tensor();
  Graph third;
  capture(third, [&] { fill(bytes(1 << 20), 1); }, first.pool());
  first.replay();
  third.replay();
  second.replay();
  CHECK(first_byte(out) == 7);
}

TEST_CASE("replays take their numbers from the generator, on any stream") {
  SimulatedMachine machine;
  CudaGenerator& numbers = generator();
  numbers.manual_seed(42);
  std::vector<cuda::PhiloxSlot> written;
  machine.device.set_launch_probe([&](Stream, const cuda::KernelLaunch& launch, const Clock&) {
    if (launch.kernel == cuda::philox_slots_kernel()) {
      written.push_back(static_cast<cuda::PhiloxSlots*>(launch.arguments[1])->values[0]);
    }
  });
  const Tensor t = floats();
  Graph graph;
  capture(graph, [&] {
    draw(numbers, t);
    draw(numbers, t);
  });
  CHECK(numbers.offset() == 0);
  CHECK_FALSE(numbers.capturing());
  graph.replay();
  {
    const StreamGuard guard(cuda::pool_stream(0));
    graph.replay();
  }
  draw(numbers, t);
  graph.replay();
  REQUIRE(written.size() == 3);
  CHECK(written[0].offset == 0);
  CHECK(written[1].offset == 16);
  CHECK(written[2].offset == 40);
  CHECK(written[2].seed == 42);
  CHECK(numbers.offset() == 56);
  machine.faulty.set_fault({.call = simulated::Call::LaunchGraph});
  CHECK_THROWS_AS(graph.replay(), Error);
  CHECK(numbers.offset() == 56);
  machine.device.set_launch_probe({});
}

TEST_CASE("what a capture cannot take raises before it is broken") {
  SimulatedMachine machine;
  const Tensor x = bytes(512), out = bytes(512);
  fill(x, 2);
  const Stream other = cuda::pool_stream(0);
  cuda::Event event;
  event.record(other);
  std::vector<char> host(512);
  Graph graph;
  capture(graph, [&] {
    copy(out, x);
    const std::function<void()> refused[] = {
        [&] { cuda::synchronize_device(0); },
        [&] { cuda::synchronize_stream(cuda::current_stream(0)); },
        [&] { cuda::query_stream(other); },
        [&] { event.synchronize(); },
        [&] { event.query(); },
        [&] { ops::item(ops::sum(x)); },
        [&] { cuda::copy_to_host(host.data(), x.data(), 512, cuda::current_stream(0), true, {}); },
        [&] { cuda::copy_to_device(x.data(), host.data(), 512, cuda::current_stream(0), true, {}); },
        [&] {
          const StreamGuard guard(cuda::default_stream(0));
          fill(x, 1);
        },
        [&] {
          const StreamGuard guard(other);
          fill(x, 1);
        },
        [&] { generator().manual_seed(generator().initial_seed() + (draw(generator(), x), 1)); },
    };
    for (const auto& call : refused) CHECK(error_of(call).find("graph") != std::string::npos);
    CHECK_THROWS_AS(Graph().capture_begin(), Error);
  });
  CHECK_FALSE(cuda::is_capturing());
  graph.replay();
  CHECK(first_byte(out) == 2);
}

TEST_CASE("a broken capture names its first failure and leaves nothing") {
  SimulatedMachine machine;
  const Tensor x = bytes(512);
  const auto counts = machine.device.counts();
  const Stream side = cuda::pool_stream(0);
  {
    Graph graph;
    const std::string error = error_of([&] {
      capture(graph, [&] {
        cuda::wait_stream(side, cuda::current_stream(0));
        const StreamGuard guard(side);
        fill(bytes(512), 1);  // nobody waits for it
      });
    });
    CHECK(error.find("capture of a CUDA graph failed") != std::string::npos);
    CHECK_THROWS_AS(graph.replay(), Error);
    CHECK_FALSE(cuda::is_capturing());
  }
  Graph graph;
  machine.faulty.set_fault({.call = simulated::Call::Fill, .status = cuda::Status::CaptureInvalidated});
  const StreamGuard guard(side);
  graph.capture_begin({}, kMode);
  CHECK(error_of([&] { fill(x, 1); }).find("fill") != std::string::npos);
  void* data = nullptr;
  CHECK(machine.device.free(0, data) == cuda::Status::Success);
  CHECK(machine.device.synchronize(side) != cuda::Status::Success);  // somebody breaks it
  CHECK(error_of([&] { graph.capture_end(); }).find("broken by: CUDA error in fill") != std::string::npos);
  cuda::allocator().empty_cache();
  CHECK(machine.device.counts().graphs == counts.graphs);
  CHECK(machine.device.counts().captures == 0);
}

TEST_CASE("a graph that dies while another is captured, and one that dies with its capture") {
  SimulatedMachine machine;
  const Tensor x = bytes(512);
  auto old = std::make_unique<Graph>();
  capture(*old, [&] { fill(x, 1); });
  Graph graph;
  capture(graph, [&] {
    old.reset();
    CHECK(machine.device.counts().execs == 1);
    fill(x, 2);
  });
  CHECK(machine.device.counts().execs == 1);
  {
    Graph unfinished;
    const StreamGuard guard(cuda::pool_stream(0));
    unfinished.capture_begin({}, kMode);
    fill(x, 3);
  }
  CHECK_FALSE(cuda::is_capturing());
  CHECK(machine.device.counts().captures == 0);
  graph.replay();
  CHECK(first_byte(x) == 2);
}

TEST_CASE("memory that a replay may still read is not reused before it is done") {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SimulatedMachine machine({.seed = seed, .pace = 0});
    const Tensor out = bytes(4096);
    {
      Graph graph;
      const Tensor in = bytes(4096);
      fill(in, 8);
      capture(graph, [&] { copy(out, in); });
      cuda::synchronize_device(0);
      const StreamGuard guard(cuda::pool_stream(0));
      graph.replay();
    }  // the graph, and then what it kept, die with the replay in flight
    const Tensor junk = bytes(4096);
    fill(junk, 1);
    CHECK(first_byte(out) == 8);
  }
}

TEST_CASE("memory that a graph uses cannot be resized until the graph is gone") {
  SimulatedMachine machine;
  const Tensor x = bytes(512), out = bytes(512);
  Graph graph;
  capture(graph, [&] { copy(out, x); });
  auto resize = [&] { x.storage()->replace(backend(DeviceType::CUDA).allocate(1024, kCuda), 1024); };
  const size_t used = cuda::allocator().stats(0).allocated_bytes.all.current;
  CHECK(error_of(resize).find("graph") != std::string::npos);
  CHECK(x.storage()->bytes() == 512);
  CHECK(cuda::allocator().stats(0).allocated_bytes.all.current == used);
  graph.reset();
  resize();
  CHECK(x.storage()->bytes() == 1024);
}

TEST_CASE("the stream for captures is not one of the pool's") {
  SimulatedMachine machine;
  const Stream stream = cuda::capture_stream(0);
  CHECK(stream == cuda::capture_stream(0));
  for (int i = 0; i < 2 * cuda::kStreamsPerPool; ++i) CHECK(cuda::pool_stream(0) != stream);
}

TEST_CASE("graphs end on the thread that began them") {
  SimulatedMachine machine;
  const Tensor x = bytes(512);
  Graph graph;
  const StreamGuard guard(cuda::pool_stream(0));
  graph.capture_begin({}, kMode);
  fill(x, 1);
  std::string error;
  std::thread([&] { error = error_of([&] { graph.capture_end(); }); }).join();
  CHECK(error.find("thread") != std::string::npos);
  graph.capture_end();
  graph.replay();
  CHECK(first_byte(x) == 1);
}
