// Every call to the device failing at its k-th use, once and for good, through capture, instantiation, replay and
// destruction of ten programs, and through a training step: everything is then as before, and the next try works.
#include <doctest/doctest.h>

#include "cuda/event.h"
#include "cuda/graph.h"
#include "cuda/pinned.h"
#include "dispatch/registry.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "simulated/adamw.h"
#include "simulated/fault_loop.h"
#include "simulated/graph_work.h"

using namespace vt;
using namespace vt::simulated;
using cuda::Graph;
using cuda::Stream;
using cuda::StreamGuard;

namespace {

// One step of AdamW on exp(x * w) * v, as a program outside any graph.
struct Training {
  AdamW optimizer{{floats(), floats()}};
  Tensor x = floats();

  Training() {
    for (const Tensor& p : optimizer.params) fill(p, 0);
    fill(x, 0);
  }
  void step() const {
    optimizer.drop_gradients();
    optimizer.minimise(ops::sum(ops::exp(x * optimizer.params[0]) * optimizer.params[1]));
  }
};

struct Inputs {
  Tensor x = floats(), y = floats(), w = floats(300'000);
  Tensor host = from_memory(cuda::allocate_pinned(4096), 4096, DType::float32, DimVec{1024}, DimVec{1}, kCPU, false);
  intrusive_ptr<Generator> mine = make_generator(kCuda);
  Stream stream = cuda::pool_stream(0), side = cuda::pool_stream(0);
  Training training;

  Inputs() {
    for (const Tensor& t : {x, y, w}) fill(t, 0);
    autograd::set_requires_grad(w, true);
  }
};

template <class Body>
void capture_and_replay(const Inputs& in, Body body, bool keep_graph = false) {
  Graph graph(keep_graph);
  {
    const StreamGuard guard(in.stream);
    graph.capture_begin({}, kMode);
    body();
    graph.capture_end();
  }
  if (keep_graph) graph.instantiate();
  graph.replay();
  const StreamGuard guard(in.side);
  graph.replay();
}

void pointwise(const Inputs& in) {
  capture_and_replay(in, [&] { ops::copy_(in.y, ops::exp(in.x) * in.x); });
}
void flat_copies(const Inputs& in) {
  capture_and_replay(in, [&] {
    fill(in.x, 1);
    copy(in.y, in.x);
  });
}
void random_numbers(const Inputs& in) {
  capture_and_replay(in, [&] { draw(generator(), in.x); });
}
void two_generators(const Inputs& in) {
  capture_and_replay(in, [&] {
    draw(generator(), in.x);
    draw(static_cast<CudaGenerator&>(*in.mine), in.y);
  });
}
void fork_and_join(const Inputs& in) {
  capture_and_replay(in, [&] {
    cuda::wait_stream(in.side, in.stream);
    Tensor a;
    {
      const StreamGuard guard(in.side);
      a = ops::exp(in.x);
    }
    cuda::wait_stream(in.stream, in.side);
    ops::copy_(in.y, a);
  });
}
void much_memory(const Inputs& in) {
  capture_and_replay(in, [&] {
    const Tensor a = floats(3'000'000), b = floats(9'000'000), c = floats(100);
    for (const Tensor& t : {a, b, c}) fill(t, 1);
  });
}
void forward_and_backward(const Inputs& in) {
  capture_and_replay(in, [&] {
    const Tensor loss = ops::sum(ops::exp(in.w) * in.w);
    const auto grads = autograd::backward({loss}, {}, false, false, {in.w}, false, false);
    CHECK(grads[0].defined());
  });
}
void shared_pool(const Inputs& in) {
  Graph first, second;
  const StreamGuard guard(in.stream);
  first.capture_begin({}, kMode);
  const Tensor a = ops::exp(in.x);
  first.capture_end();
  second.capture_begin(first.pool(), kMode);
  ops::copy_(in.y, a);
  second.capture_end();
  first.replay();
  second.replay();
}
void kept_graph(const Inputs& in) {
  capture_and_replay(in, [&] { fill(in.x, 1); }, true);
}
void pinned_copies(const Inputs& in) {
  capture_and_replay(in, [&] {
    ops::copy_(in.x, in.host, true);
    ops::copy_(in.host, in.x, true);
  });
}

void eager_training_step(const Inputs& in) {
  in.training.step();
  in.training.step();
}
void captured_training_step(const Inputs& in) {
  in.training.step();
  capture_and_replay(in, [&] { in.training.step(); });
}

struct Program {
  const char* name;
  void (*run)(const Inputs&);
};
constexpr Program kPrograms[] = {
    {"pointwise", pointwise},
    {"flat copies", flat_copies},
    {"random numbers", random_numbers},
    {"two generators", two_generators},
    {"fork and join", fork_and_join},
    {"much memory", much_memory},
    {"forward and backward", forward_and_backward},
    {"shared pool", shared_pool},
    {"kept graph", kept_graph},
    {"pinned copies", pinned_copies},
    {"eager training step", eager_training_step},
    {"captured training step", captured_training_step},
};

// What has to be the same after a program as before it, however it ended.
struct Snapshot {
  SimulatedDevice::Counts counts;
  int64_t storages, tensors, graphs;
  cuda::PoolId pool;
  bool captures, capturing_generators;
  uint64_t seed;
  Stream stream;

  explicit Snapshot(SimulatedMachine& machine, const Inputs& in) {
    in.training.optimizer.drop_gradients();
    machine.device.run_all();
    cuda::allocator().empty_cache();
    cuda::empty_pinned_cache();
    counts = machine.device.counts();
    counts.events = 0;  // kept for the next use
    storages = StorageImpl::live_count();
    tensors = TensorImpl::live_count();
    graphs = Graph::live_count();
    pool = cuda::thread_pool(0);
    captures = cuda::is_capturing();
    capturing_generators = generator().capturing() || static_cast<CudaGenerator&>(*in.mine).capturing();
    seed = generator().initial_seed();
    stream = cuda::current_stream(0);
    cuda::WorkObserver* observer = cuda::set_work_observer(nullptr);
    CHECK(observer == nullptr);
  }
  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

}  // namespace

TEST_CASE("every call failing, once and for good: all is as before, and the next try works") {
  size_t faults = 0;
  for (const Program& program : kPrograms) {
    CAPTURE(program.name);
    SimulatedMachine machine({.memory = size_t{512} << 20, .real_memory = false, .pace = 2});
    {
      const Inputs in;
      program.run(in);  // what is made once is made
      const Snapshot before(machine, in);
      uint64_t offset = generator().offset();
      faults += fail_every_call(
          machine, [&] { program.run(in); },
          [&](bool failed) {
            if (failed) CHECK(generator().offset() <= offset + 32);
            offset = generator().offset();
            const Snapshot after(machine, in);
            CHECK(after == before);
            if (!(after == before)) MESSAGE(machine.device.describe_counts());
          });
    }
  }
  MESSAGE("calls failed on request: ", faults);
}
