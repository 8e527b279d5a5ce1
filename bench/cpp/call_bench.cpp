// What a small call on a CUDA tensor costs on the host beside the driver: dispatch, iterator, memory, launch. The
// device is one of bookkeeping, whose launches do nothing.
#include <benchmark/benchmark.h>

#include "autograd/autograd.h"
#include "cuda/alloc/fake_device.h"
#include "cuda/allocator.h"
#include "dispatch/dispatch.h"

namespace vt {
namespace {

const Device kGpu{DeviceType::CUDA, 0};

struct IdleDevice final : cuda::FakeDevice {
  IdleDevice() : FakeDevice(size_t{1} << 30) {}
  cuda::Status launch(cuda::Stream, const cuda::KernelLaunch&) override { return cuda::Status::Success; }
};

void add(benchmark::State& state) {
  initialize();
  IdleDevice device;
  {
    const Tensor x = empty(DimVec{16}, DType::float32, kGpu), y = empty(DimVec{16}, DType::float32, kGpu);
    static const Op& op = find_op("add.Tensor");
    for (auto _ : state) benchmark::DoNotOptimize(call<Tensor>(op, x, y));
  }
  cuda::allocator().empty_cache();
}

void new_tensor(benchmark::State& state) {
  initialize();
  IdleDevice device;
  for (auto _ : state) benchmark::DoNotOptimize(empty(DimVec{16}, DType::float32, kGpu));
  cuda::allocator().empty_cache();
}

BENCHMARK(add);
BENCHMARK(new_tensor);

}  // namespace
}  // namespace vt

BENCHMARK_MAIN();
