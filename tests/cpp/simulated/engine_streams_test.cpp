// Backward passes whose forward ran on several streams: whatever reads a gradient has to come after what made it, on
// whichever stream that was. The clocks of the simulated device tell, in every run, whether an event says so.
#include <doctest/doctest.h>

#include <map>

#include "autograd/autograd.h"
#include "cuda/event.h"
#include "cuda/work.h"
#include "ops/factory/factory.h"
#include "ops/tensor_operators.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "simulated/machine.h"

using namespace vt;
using namespace vt::simulated;
using cuda::Stream;
using cuda::StreamGuard;

namespace {

struct Initialized {
  Initialized() { initialize(); }
} initialized;

// Keeps all memory that is used, so that an address names one tensor's memory, and remembers which work used it first:
// no memory is written by work on a stream that its first user does not come before.
class OrderWatch final : public cuda::WorkObserver {
 public:
  explicit OrderWatch(SimulatedDevice& device) : device_(device), previous_(cuda::set_work_observer(this)) {}
  ~OrderWatch() override { cuda::set_work_observer(previous_); }

  void on_work(const char* op, Stream stream, cuda::StorageSpan storages) override {
    const uint32_t lane = device_.lane_of(stream);
    const Clock clock = device_.clock_of(stream);
    for (const StorageImpl* storage : storages) {
      if (storage == nullptr || !storage->device().is_cuda()) continue;
      const auto [entry, is_first] = made_.try_emplace(storage, Made{lane, clock[lane] + 1});
      if (is_first) {
        kept_.emplace_back(const_cast<StorageImpl*>(storage));
        continue;
      }
      const Made made = entry->second;
      if (made.lane != lane) ++crossings;
      if (made.lane != lane && clock[made.lane] < made.tick) unordered.push_back(op);
    }
  }

  std::vector<std::string> unordered;  // ops that read memory which another stream may still be writing
  int crossings = 0;                   // uses of memory that another stream made

 private:
  struct Made {
    uint32_t lane;
    uint32_t tick;
  };
  SimulatedDevice& device_;
  cuda::WorkObserver* previous_;
  std::map<const StorageImpl*, Made> made_;
  std::vector<Storage> kept_;
};

Tensor leaf() {
  Tensor t = ops::filled(DimVec{4, 8}, 1, DType::float32, kCuda);
  autograd::set_requires_grad(t, true);
  return t;
}

void backward(const Tensor& loss) { autograd::backward({loss}, {}, false, false, {}, false, true); }

// Runs `body(default stream, two others)` with random schedules; the watch must see ordered crossings alone.
template <class Body>
void check_ordered(Body body) {
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SimulatedMachine machine({.seed = seed});
    OrderWatch watch(machine.device);
    body(cuda::default_stream(0), cuda::pool_stream(0), cuda::pool_stream(0));
    CHECK(watch.crossings > 0);
    CHECK_MESSAGE(watch.unordered.empty(), "unordered: ", watch.unordered.empty() ? "" : watch.unordered.front());
  }
}

}  // namespace

TEST_CASE("the watch sees a missing wait in a forward pass") {
  SimulatedMachine machine;
  OrderWatch watch(machine.device);
  const Stream side = cuda::pool_stream(0);
  const Tensor x = leaf();
  const StreamGuard guard(side);
  const Tensor y = ops::exp(x);  // nobody waited for x
  CHECK(watch.unordered.size() == 1);
}

TEST_CASE("a side stream in forward: its part of backward waits for the gradient, and is waited for") {
  check_ordered([](Stream main, Stream side, Stream) {
    const Tensor x = leaf(), w = leaf();
    const Tensor a = x * w;
    Tensor b;
    cuda::wait_stream(side, main);
    {
      const StreamGuard guard(side);
      b = ops::tanh(a * w);
    }
    cuda::wait_stream(main, side);
    backward(ops::sum(a + b));
    const Tensor used = autograd::grad(w) + autograd::grad(x);  // on the caller's stream, without a wait of its own
    CHECK(used.defined());
  });
}

TEST_CASE("backward is called on a stream that forward did not use") {
  check_ordered([](Stream main, Stream side, Stream caller) {
    const Tensor x = leaf();
    cuda::wait_stream(side, main);
    Tensor loss;
    {
      const StreamGuard guard(side);
      loss = ops::sum(ops::exp(x) * x);
    }
    cuda::wait_stream(caller, side);
    const StreamGuard guard(caller);
    backward(loss);
    const Tensor used = autograd::grad(x) * Scalar(2);
    CHECK(used.defined());
  });
}

TEST_CASE("gradients of two streams meet in one leaf") {
  check_ordered([](Stream main, Stream first, Stream second) {
    const Tensor x = leaf();
    cuda::wait_stream(first, main);
    cuda::wait_stream(second, main);
    Tensor a, b;
    {
      const StreamGuard guard(first);
      a = ops::exp(x);
    }
    {
      const StreamGuard guard(second);
      b = ops::tanh(x);
    }
    cuda::wait_stream(main, first);
    cuda::wait_stream(main, second);
    for (int i = 0; i < 2; ++i) {  // the second time adds to .grad
      autograd::backward({ops::sum(a * b)}, {}, true, false, {}, false, true);
    }
    const Tensor used = autograd::grad(x) * Scalar(2);
    CHECK(used.defined());
  });
}

TEST_CASE("autograd.grad gives its results to the caller's stream, also for a second order") {
  check_ordered([](Stream main, Stream side, Stream) {
    const Tensor x = leaf();
    cuda::wait_stream(side, main);
    Tensor y;
    {
      const StreamGuard guard(side);
      y = ops::exp(x) * x;
    }
    cuda::wait_stream(main, side);
    const Tensor first = autograd::backward({ops::sum(y)}, {}, true, true, {x}, false, false)[0];
    const Tensor second = autograd::backward({ops::sum(first * first)}, {}, false, false, {x}, false, false)[0];
    const Tensor used = first + second;
    CHECK(used.defined());
  });
}

TEST_CASE("the gradient of a tensor made on a side stream is there for the caller") {
  check_ordered([](Stream main, Stream side, Stream) {
    const Tensor x = leaf();
    cuda::wait_stream(side, main);
    Tensor middle, y;
    {
      const StreamGuard guard(side);
      middle = ops::exp(x);
      y = ops::tanh(middle);
    }
    cuda::wait_stream(main, side);
    const Tensor g = autograd::backward({ops::sum(y * y)}, {}, false, false, {middle}, false, false)[0];
    const Tensor used = g * Scalar(2);
    CHECK(used.defined());
  });
}

TEST_CASE("memory of a backward over streams is kept until they are done with it") {
  // No watch: tensors die as they do in a program, and their memory is reused.
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SimulatedMachine machine({.seed = seed});
    const Stream main = cuda::default_stream(0), side = cuda::pool_stream(0);
    for (int step = 0; step < 6; ++step) {
      const Tensor x = leaf();
      cuda::wait_stream(side, main);
      Tensor y;
      {
        const StreamGuard guard(side);
        y = ops::exp(x) * x;
      }
      cuda::wait_stream(main, side);
      backward(ops::sum(y * x));
    }
    cuda::synchronize_device(0);
  }
}
