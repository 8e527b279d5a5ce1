// The end of a device's work, told by a call of the host.
#include <doctest/doctest.h>

#include "autograd/autograd.h"
#include "core/tensor.h"
#include "cuda/capture.h"
#include "cuda/completion.h"
#include "cuda/copy.h"
#include "cuda/graph.h"
#include "simulated/machine.h"

using namespace vt;
using namespace vt::simulated;
using cuda::Stream;

namespace {

struct Initialized {
  Initialized() { initialize(); }
} initialized;

// A machine whose work runs only when it is told to.
Options paused() { return {.pace = 0}; }

struct Outcome {
  int calls = 0;
  cuda::Status status = cuda::Status::NotReady;
  cuda::Done done() {
    return [this](cuda::Status s) {
      ++calls;
      status = s;
    };
  }
};

void work_on(const Tensor& t, Stream stream) {
  cuda::fill_bytes(t.data(), 1, t.storage()->bytes(), stream, {t.storage().get()});
}

}  // namespace

TEST_CASE("a stream's end is told once, after what it was given before and not after what comes later") {
  SimulatedMachine machine(paused());
  const Stream stream = cuda::pool_stream(0);
  const Tensor t = empty(DimVec{1024}, DType::float32, kCuda);
  work_on(t, stream);
  const auto before = machine.device.position_of(stream);
  Outcome outcome;
  cuda::when_done(stream, outcome.done());
  CHECK(outcome.calls == 0);
  while (outcome.calls == 0) machine.device.run_some(1);
  CHECK(machine.device.has_run(before));
  CHECK(outcome.status == cuda::Status::Success);
  work_on(t, stream);
  machine.device.run_all();
  CHECK(outcome.calls == 1);
}

TEST_CASE("an event's mark is told, and one that was never recorded at once") {
  SimulatedMachine machine(paused());
  const Stream stream = cuda::pool_stream(0);
  const Tensor t = empty(DimVec{1024}, DType::float32, kCuda);
  cuda::Event event;
  Outcome never, outcome;
  cuda::when_done(event, never.done());
  CHECK(never.calls == 1);
  work_on(t, stream);
  event.record(stream);
  const auto before = machine.device.position_of(stream);
  cuda::when_done(event, outcome.done());
  CHECK(outcome.calls == 0);
  machine.device.run_all();
  CHECK(outcome.calls == 1);
  CHECK(machine.device.has_run(before));
}

TEST_CASE("a device's end waits for all its streams") {
  SimulatedMachine machine(paused());
  const Stream a = cuda::pool_stream(0), b = cuda::pool_stream(0, -1), none{nullptr, 0};
  const Tensor t = empty(DimVec{1024}, DType::float32, kCuda);
  for (const Stream stream : {a, b, none}) {
    work_on(t, stream);
    Outcome outcome;
    cuda::when_device_done(0, outcome.done());
    const auto before = machine.device.position_of(stream);
    while (outcome.calls == 0) machine.device.run_some(1);
    CHECK(machine.device.has_run(before));
    machine.device.run_all();
    CHECK(outcome.calls == 1);
  }
}

TEST_CASE("a call of the host that fails is the caller's error, and nothing is told later") {
  SimulatedMachine machine(paused());
  const Stream stream = cuda::pool_stream(0);
  Outcome outcome;
  machine.faulty.set_fault({.call = simulated::Call::CallHost});
  CHECK_THROWS_AS(cuda::when_done(stream, outcome.done()), Error);
  CHECK_THROWS_AS(
      [&] {
        machine.faulty.set_fault({.call = simulated::Call::CallHost, .at = 2});
        cuda::when_device_done(0, outcome.done());
      }(),
      Error);
  machine.faulty.clear_fault();
  machine.device.run_all();
  CHECK(outcome.calls == 0);
  CHECK_THROWS_WITH_AS(cuda::finish_waiting(cuda::Status::InvalidValue, 0), doctest::Contains("work of the device"),
                       Error);
}

TEST_CASE("a capture refuses it, and goes on") {
  SimulatedMachine machine(paused());
  const cuda::StreamGuard guard(cuda::pool_stream(0));
  const Tensor t = empty(DimVec{1024}, DType::float32, kCuda);
  cuda::Graph graph;
  graph.capture_begin({}, cuda::CaptureMode::ThreadLocal);
  Outcome outcome;
  CHECK_THROWS_AS(cuda::when_done(cuda::current_stream(0), outcome.done()), Error);
  work_on(t, cuda::current_stream(0));
  graph.capture_end();
  graph.replay();
  machine.device.run_all();
  CHECK(outcome.calls == 0);
}
