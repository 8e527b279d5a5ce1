#include "simulated/crowd.h"

#include <iterator>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "core/error.h"
#include "cuda/event.h"
#include "cuda/pinned.h"

namespace vt::simulated {

using vt::detail::concat;

namespace {

// Blocks that anybody holds.
class LiveRanges {
 public:
  explicit LiveRanges(Report& report) : report_(report) {}
  void add(const cuda::Block& block) {
    std::lock_guard lock(mutex_);
    const auto begin = reinterpret_cast<uintptr_t>(block.data);
    const auto next = ranges_.lower_bound(begin);
    if ((next != ranges_.end() && next->first < begin + block.bytes) ||
        (next != ranges_.begin() && std::prev(next)->second > begin)) {
      report_.violation("two live blocks of different threads overlap");
    }
    ranges_[begin] = begin + block.bytes;
  }
  void remove(const cuda::Block& block) {
    std::lock_guard lock(mutex_);
    ranges_.erase(reinterpret_cast<uintptr_t>(block.data));
  }

 private:
  Report& report_;
  std::mutex mutex_;
  std::map<uintptr_t, uintptr_t> ranges_;
};

struct Shared {
  SimulatedDevice& device;
  cuda::CudaAllocator& allocator;
  AllocatorUnderTest kind;
  Report& report;
  LiveRanges live;
  std::vector<Stream> streams;
  std::mutex mutex;
  std::vector<cuda::Block*> handed_over;  // freed by another thread than the one that allocated
};

void run_thread(Shared& shared, uint64_t seed, size_t operations) {
  Random random(seed);
  std::vector<cuda::Block*> held;
  auto free = [&](cuda::Block* block) {
    shared.live.remove(*block);
    shared.allocator.deallocate(block);
  };
  for (size_t i = 0; i < operations && shared.report.clean(); ++i) {
    const Stream stream = shared.streams[random.below(shared.streams.size())];
    const uint64_t choice = random.below(100);
    if (choice < 45) {
      const size_t size = size_t{1} << random.below(22);
      try {
        cuda::Block* block = shared.allocator.allocate(random.between(size, 2 * size), stream);
        shared.live.add(*block);
        held.push_back(block);
        (void)shared.device.fill(block->data, 0, block->bytes, stream);
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::OutOfMemory)
          shared.report.violation(concat("allocate threw: ", error.message()));
      }
    } else if (choice < 80) {
      if (held.empty()) continue;
      const size_t index = random.below(held.size());
      cuda::Block* block = held[index];
      held[index] = held.back();
      held.pop_back();
      if (random.one_in(4)) {
        std::lock_guard lock(shared.mutex);
        shared.handed_over.push_back(block);
      } else {
        free(block);
      }
    } else if (choice < 86) {
      cuda::Block* block = nullptr;
      {
        std::lock_guard lock(shared.mutex);
        if (shared.handed_over.empty()) continue;
        block = shared.handed_over.back();
        shared.handed_over.pop_back();
      }
      free(block);
    } else if (choice < 93) {
      if (held.empty()) continue;
      cuda::Block* block = held[random.below(held.size())];
      cuda::wait_stream(stream, block->stream);
      (void)shared.device.fill(block->data, 1, block->bytes, stream);
      shared.allocator.record_stream(block, stream);
    } else if (choice < 95) {
      const Allocation memory = cuda::allocate_pinned(random.between(1, 4096));
      cuda::record_pinned_use(memory.data, stream);
      memory.free(memory.data, memory.context, 0);
    } else if (choice < 97) {
      (void)cuda::query_stream(stream);
    } else if (choice < 98) {
      if (shared.kind.counts) (void)shared.allocator.stats(0);
    } else if (choice < 99) {
      shared.device.run_some(20);
    } else if (random.one_in(10)) {
      shared.allocator.empty_cache();
    }
    while (held.size() > 12) {
      free(held.back());
      held.pop_back();
    }
  }
  for (cuda::Block* block : held) free(block);
}

}  // namespace

size_t run_crowd(const CrowdOptions& options, const AllocatorUnderTest& kind, Report& report) {
  SimulatedDevice device({1, size_t{192} << 20, false, options.seed, -1}, report);
  cuda::set_device_api(&device);
  {
    const std::unique_ptr<cuda::CudaAllocator> allocator = kind.make(options.allocator);
    Shared shared{device, *allocator, kind, report, LiveRanges(report), {{nullptr, 0}}, {}, {}};
    for (int i = 0; i < 3; ++i) {
      Stream stream{nullptr, 0};
      (void)device.create_stream(0, 0, stream.handle);
      shared.streams.push_back(stream);
    }
    std::vector<std::thread> threads;
    for (int i = 0; i < options.threads; ++i) {
      threads.emplace_back(run_thread, std::ref(shared), options.seed * 1000 + static_cast<uint64_t>(i),
                           options.operations / static_cast<size_t>(options.threads));
    }
    for (std::thread& thread : threads) thread.join();
    for (cuda::Block* block : shared.handed_over) allocator->deallocate(block);
    (void)device.synchronize(0);
    const cuda::MemoryStats stats = kind.counts ? allocator->stats(0) : cuda::MemoryStats{};
    if (stats.allocation.all.current != 0 || stats.allocated_bytes.all.current != 0) {
      report.violation("blocks are counted after all threads have freed theirs");
    }
    allocator->empty_cache();
    if (!kind.trims) (void)device.trim_pool(0);
    cuda::empty_pinned_cache();
  }
  const SimulatedDevice::Counts left = device.counts();
  if (left.bytes != 0 || left.host_blocks != 0) {
    report.violation(concat("left behind after everything was freed: ", device.describe_counts()));
  }
  cuda::set_device_api(nullptr);
  return options.operations;
}

}  // namespace vt::simulated
