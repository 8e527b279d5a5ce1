// What a request costs that the caching allocator serves from what it has, alone and with other threads at it.
//
// Memory is that of the GPU if there is one, else of a device that does nothing: a hit makes no call to either.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "cuda/alloc/caching_allocator.h"
#include "idle_device.h"

namespace vt::cuda {
namespace {

// Made once for all benchmarks, so that threads of one run share it.
struct Machine {
  Machine() {
    if (!is_available()) idle = std::make_unique<IdleDevice>(size_t{16} << 30);
    stream = idle != nullptr ? IdleDevice::stream(1) : pool_stream(0);
    CachingOptions without_caches;
    without_caches.thread_cache = false;
    with_cache = std::make_unique<CachingAllocator>();
    heap_alone = std::make_unique<CachingAllocator>(without_caches);
  }
  std::unique_ptr<IdleDevice> idle;
  Stream stream;
  std::unique_ptr<CachingAllocator> with_cache;
  std::unique_ptr<CachingAllocator> heap_alone;
};
Machine& machine() {
  static Machine instance;
  return instance;
}

// One allocate and one deallocate of the same size, as a program's temporaries come and go.
void pair(benchmark::State& state, CudaAllocator& allocator) {
  const auto bytes = static_cast<size_t>(state.range(0));
  const Stream stream = machine().stream;
  Block* const neighbour = allocator.allocate(bytes, stream);
  allocator.deallocate(allocator.allocate(bytes, stream));
  for (auto _ : state) {
    Block* block = allocator.allocate(bytes, stream);
    benchmark::DoNotOptimize(block);
    allocator.deallocate(block);
  }
  allocator.deallocate(neighbour);
}

void hit(benchmark::State& state) { pair(state, *machine().with_cache); }
void heap_hit(benchmark::State& state) { pair(state, *machine().heap_alone); }

// 64 blocks of 16 sizes are held and given back in another order, as in a training step.
void step(benchmark::State& state) {
  CudaAllocator& allocator = *machine().with_cache;
  const auto unit = static_cast<size_t>(state.range(0));
  const Stream stream = machine().stream;
  std::vector<Block*> blocks(64);
  for (auto _ : state) {
    for (size_t i = 0; i < blocks.size(); ++i) blocks[i] = allocator.allocate((i % 16 + 1) * unit, stream);
    for (size_t i = 0; i < blocks.size(); ++i) allocator.deallocate(blocks[i * 37 % 64]);
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(blocks.size()));
}

BENCHMARK(hit)->Arg(512)->Arg(64 << 10)->Arg(1 << 20)->Arg(4 << 20)->Arg(64 << 20);
BENCHMARK(hit)->Arg(512)->Threads(2)->UseRealTime();
BENCHMARK(heap_hit)->Arg(512)->Arg(4 << 20);
BENCHMARK(step)->Arg(1 << 10)->Arg(256 << 10);

}  // namespace
}  // namespace vt::cuda

BENCHMARK_MAIN();
