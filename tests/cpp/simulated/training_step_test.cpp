// The training step of a small network on a simulated device: matrix products, a random mask, backward over two streams
// and an optimizer, with every call to the device failing.
#include <doctest/doctest.h>

#include <cstdlib>

#include "autograd/autograd.h"
#include "core/generator.h"
#include "cuda/allocator.h"
#include "cuda/event.h"
#include "cuda/fault.h"
#include "cuda/pinned.h"
#include "ops/factory/factory.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"
#include "simulated/adamw.h"
#include "simulated/fault_loop.h"

using namespace vt;
using namespace vt::simulated;
using cuda::Stream;
using cuda::StreamGuard;

namespace {

struct Initialized {
  Initialized() {
    setenv("VIBETENSOR_CUBLASLT", VT_FAKE_CUBLASLT, 1);
    initialize();
  }
} initialized;

Tensor filled(IntSpan sizes) { return ops::filled(sizes, 1, DType::float32, kCuda); }

// Two layers; the second half of the first runs on a stream of its own.
class Network {
 public:
  static constexpr int64_t kMostRows = 4096;

  Network() {
    const size_t bytes = kMostRows * 64 * sizeof(float);
    host_ = from_memory(cuda::allocate_pinned(bytes), bytes, DType::float32, DimVec{kMostRows, 64}, DimVec{64, 1}, kCPU,
                        false);
  }

  void step(int64_t rows = 32) {
    drop_gradients();
    const Stream main = cuda::current_stream(0);
    const Tensor x = ops::_to_copy(ops::slice(host_, 0, 0, rows), std::nullopt, kCuda, true);
    const Tensor target = filled(DimVec{rows, 10});
    const std::vector<Tensor>& params = optimizer_.params;
    static const Op& dropout = find_op("dropout");
    static const Op& mse = find_op("mse_loss");
    const Tensor hidden = call<Tensor>(dropout, ops::relu(ops::linear(x, params[0], params[1])), 0.5, true);
    cuda::wait_stream(side_, main);
    Tensor scaled;
    {
      const StreamGuard guard(side_);
      scaled = ops::tanh(hidden * hidden);
    }
    cuda::wait_stream(main, side_);
    const Tensor loss = call<Tensor>(mse, ops::linear(hidden + scaled, params[2], params[3]), target);
    optimizer_.minimise(loss);
    (void)ops::item(loss);  // waits for the device
  }
  void drop_gradients() const { optimizer_.drop_gradients(); }

 private:
  AdamW optimizer_{{filled(DimVec{256, 64}), filled(DimVec{256}), filled(DimVec{10, 256}), filled(DimVec{10})}};
  Tensor host_;
  Stream side_ = cuda::pool_stream(0);
};

// Two devices, events, page-locked memory and no ops.
class Copies {
 public:
  void run() const {
    cuda::Event start(/*timing=*/true), end(/*timing=*/true);
    const Stream main = cuda::current_stream(0), other = cuda::pool_stream(1);
    start.record(main);
    const Tensor host =
        from_memory(cuda::allocate_pinned(4096), 4096, DType::float32, DimVec{1024}, DimVec{1}, kCPU, false);
    const Tensor here = ops::_to_copy(host, std::nullopt, kCuda, true);
    Tensor there;
    {
      const StreamGuard guard(other);
      there = ops::_to_copy(here, std::nullopt, Device(DeviceType::CUDA, 1));
      ops::fill_(there, Scalar(1));
    }
    cuda::wait_stream(main, other);
    ops::copy_(here, there);
    ops::copy_(host, here, true);
    end.record(main);
    end.synchronize();
    const float ms = start.elapsed_ms(end);
    CHECK(ms > 0);
  }
};

struct State {
  SimulatedDevice::Counts counts;
  int64_t storages, tensors, allocated;
  Stream stream;
  int device;

  explicit State(SimulatedMachine& machine) {
    machine.device.run_all();
    cuda::allocator().empty_cache();
    cuda::empty_pinned_cache();
    counts = machine.device.counts();
    counts.events = 0;  // kept for the next use
    storages = StorageImpl::live_count();
    tensors = TensorImpl::live_count();
    allocated = cuda::allocator().stats(0).allocated_bytes.all.current;
    stream = cuda::current_stream(0);
    device = cuda::current_device();
  }
  friend bool operator==(const State&, const State&) = default;
};

}  // namespace

TEST_CASE("a training step with every call failing: nothing is lost, and the next step works") {
  for (const bool real_memory : {false, true}) {
    SimulatedMachine machine({.memory = size_t{256} << 20, .real_memory = real_memory, .pace = 2});
    Network network;
    network.step();  // what is made once is made
    network.step();
    network.drop_gradients();
    const State before(machine);
    auto& generator = static_cast<CudaGenerator&>(*default_cuda_generator(0));
    uint64_t offset = generator.offset();
    const size_t failures = fail_every_call(
        machine, [&] { network.step(); },
        [&](bool failed) {
          network.drop_gradients();
          const State after(machine);
          CHECK(after == before);
          if (!(after == before)) MESSAGE(machine.device.describe_counts());
          // One mask was drawn, or none.
          CHECK(generator.offset() - offset <= 4);
          if (!failed) CHECK(generator.offset() > offset);
          offset = generator.offset();
        });
    CHECK(failures > 100);
    MESSAGE("calls failed on request: ", failures);
  }
}

TEST_CASE("a device that fails for good: later calls say what failed first, and nothing is given to it any more") {
  size_t calls = 0;
  for (size_t k = 1; k == 1 || k <= calls; ++k) {
    CAPTURE(k);
    SimulatedMachine machine({.memory = size_t{256} << 20, .real_memory = false, .pace = 2});
    {
      Network network;
      network.step();
      machine.faulty.clear_fault();
      network.step();
      calls = machine.faulty.calls();
      machine.faulty.set_fault({.at = k, .for_good = true, .status = cuda::Status::IllegalAddress});
      std::string first, second;
      try {
        network.step();
        cuda::synchronize_device(0);
      } catch (const Error& error) {
        first = error.message();
      }
      try {
        network.step();
        cuda::synchronize_device(0);
      } catch (const Error& error) {
        second = error.message();
      }
      // cuBLASLt does not say which error it met.
      const bool by_product = first.find("CUBLAS_STATUS_EXECUTION_FAILED") != std::string::npos;
      CHECK((by_product || first.find("cudaErrorIllegalAddress") != std::string::npos));
      CHECK(second.find("cudaErrorIllegalAddress") != std::string::npos);
      CHECK(cuda::is_poisoned(0));
      machine.faulty.set_fault({.for_good = true, .status = cuda::Status::IllegalAddress});  // counts from here
    }
    cuda::allocator().empty_cache();
    using simulated::Call;
    for (const Call forbidden : {Call::Free, Call::UnmapMemory, Call::RecordEvent, Call::QueryEvent, Call::Launch}) {
      const std::string name = name_of(forbidden);
      CAPTURE(name);
      CHECK(machine.faulty.calls(forbidden) == 0);
    }
  }
  CHECK(calls > 20);
}

TEST_CASE("copies between host and two devices with every call failing") {
  SimulatedMachine machine({.devices = 2, .memory = size_t{64} << 20, .real_memory = false, .pace = 2});
  const Copies copies;
  copies.run();
  copies.run();
  const State before(machine);
  const size_t failures = fail_every_call(
      machine, [&] { copies.run(); },
      [&](bool) {
        const State after(machine);
        CHECK(after == before);
        if (!(after == before)) MESSAGE(machine.device.describe_counts());
      });
  CHECK(failures > 20);
  MESSAGE("calls failed on request: ", failures);
}

TEST_CASE("steps under memory pressure: the ladder runs inside forward and backward, and steps that fit succeed") {
  // Blocks of other streams are pending nearly always; the cap leaves room for little more than one step.
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    SimulatedMachine machine({.memory = size_t{256} << 20, .real_memory = false, .seed = seed});
    Network network;
    network.step(Network::kMostRows);
    network.drop_gradients();
    machine.device.run_all();
    const cuda::MemoryStats stats = cuda::allocator().stats(0);
    cuda::allocator().empty_cache();
    const auto cap = static_cast<size_t>(stats.active_bytes.all.peak) + (size_t{8} << 20);
    cuda::allocator().set_memory_limit(0, cap);
    machine.device.set_cap(0, cap);
    Random random(seed);
    for (int i = 0; i < 40; ++i) network.step(random.between(1, Network::kMostRows));
    const cuda::MemoryStats tight = cuda::allocator().stats(0);
    CHECK(tight.num_ooms == 0);
    CHECK(tight.ladder.trimmed + tight.ladder.waited > 0);
    cuda::allocator().set_memory_limit(0, cuda::kNoMemoryLimit);
    machine.device.set_cap(0, 0);
  }
}
