// What the seam promises (cuda/allocator.h), of every allocator behind it. Where one has less, it says so.
#include "cuda/allocator.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "core/error.h"
#include "cuda/device.h"
#include "cuda/fault.h"
#include "simulated/allocator_under_test.h"
#include "simulated/paused_machine.h"

using namespace vt;
using namespace vt::simulated;
using cuda::Block;
using cuda::CudaAllocator;
using cuda::MemoryStats;
using cuda::PoolGuard;
using cuda::PoolId;

namespace {

// `body(kind, allocator, machine)` for every allocator with each of its options, on a machine of `memory` bytes. It
// frees what it allocates; afterwards the driver has everything back, unless the body returns true: some is lost.
template <typename Body>
void for_each_allocator(size_t memory, Body body) {
  for (const AllocatorUnderTest& kind : kAllocators) {
    for (const AllocatorOptions options : {AllocatorOptions{}, AllocatorOptions{true, true},
                                           AllocatorOptions{false, false}, AllocatorOptions{true, false}}) {
      if (!kind.has_options && (options.expandable || !options.thread_cache)) continue;
      const std::string name = kind.name;
      CAPTURE(name);
      CAPTURE(options.expandable);
      CAPTURE(options.thread_cache);
      PausedMachine machine(memory);
      std::unique_ptr<CudaAllocator> allocator = kind.make(options);
      CHECK(name == allocator->name());
      bool is_lost = false;
      if constexpr (std::is_void_v<decltype(body(kind, *allocator, machine))>) body(kind, *allocator, machine);
      else is_lost = body(kind, *allocator, machine);
      if (cuda::is_poisoned(0)) {
        const size_t calls = machine.calls();
        allocator.reset();
        CHECK(machine.calls() == calls);
      }
      if (is_lost || !allocator) continue;
      machine.device.run_all();
      allocator->empty_cache();
      if (!kind.trims) CHECK(machine.device.trim_pool(0) == Status::Success);
      CHECK(machine.used() == 0);
      CHECK(machine.ranges() == 0);
    }
  }
}

void use(PausedMachine& machine, const Block& block, Stream stream) {
  CHECK(machine.device.fill(block.data, 1, block.bytes, stream) == Status::Success);
}

bool overlap(const Block& a, const Block& b) {
  const auto *x = static_cast<const char*>(a.data), *y = static_cast<const char*>(b.data);
  return x < y + b.bytes && y < x + a.bytes;
}

template <typename Call>
std::optional<ErrorKind> kind_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind();
  }
  return {};
}

}  // namespace

TEST_CASE("a block is aligned memory of the device, large enough, and nobody else's") {
  for_each_allocator(256 * kMiB, [](const AllocatorUnderTest&, CudaAllocator& allocator, PausedMachine& machine) {
    std::vector<Block*> blocks;
    for (const size_t bytes : {size_t{1}, size_t{511}, size_t{512}, 700 * kKiB, kMiB + 1, 20 * kMiB}) {
      for (const Stream stream : {kFirst, kSecond, Stream{nullptr, 0}}) {
        Block* const block = allocator.allocate(bytes, stream);
        CHECK(block->bytes >= bytes);
        CHECK(block->requested == bytes);
        CHECK(block->stream == stream);
        CHECK(reinterpret_cast<uintptr_t>(block->data) % 512 == 0);
        CHECK(allocator.pool_of(*block).is_shared());
        for (const Block* other : blocks) CHECK_FALSE(overlap(*block, *other));
        blocks.push_back(block);
        use(machine, *block, stream);  // the machine reports what is not there when it runs
      }
    }
    machine.device.run_all();
    for (Block* block : blocks) allocator.deallocate(block);
    allocator.deallocate(nullptr);
  });
}

TEST_CASE("memory may be freed while its stream uses it, and whoever gets it comes after that") {
  for_each_allocator(256 * kMiB, [](const AllocatorUnderTest&, CudaAllocator& allocator, PausedMachine& machine) {
    size_t reused = 0;
    for (const size_t bytes : {size_t{1000}, 3 * kMiB}) {
      for (const Stream next : {kFirst, kSecond}) {
        Block* const block = allocator.allocate(bytes, kFirst);
        const Block was = *block;
        use(machine, *block, kFirst);
        const Clock used = machine.device.clock_of(kFirst);
        allocator.deallocate(block);
        Block* const other = allocator.allocate(bytes, next);
        if (overlap(was, *other)) CHECK(machine.device.clock_of(next).covers(used));
        reused += overlap(was, *other) ? 1 : 0;
        allocator.deallocate(other);
      }
    }
    CHECK(reused > 0);
  });
}

TEST_CASE("memory that other streams use goes to nobody before they are done") {
  for_each_allocator(256 * kMiB, [](const AllocatorUnderTest&, CudaAllocator& allocator, PausedMachine& machine) {
    for (const bool small : {true, false}) {
      Block* const block = allocator.allocate(small ? 1000 : 5 * kMiB, kFirst);
      const Block was = *block;
      use(machine, *block, kSecond);
      use(machine, *block, stream(3));
      const Clock second = machine.device.clock_of(kSecond), third = machine.device.clock_of(stream(3));
      for (const Stream other : {kSecond, stream(3), kSecond, kFirst}) allocator.record_stream(block, other);
      allocator.deallocate(block);
      std::vector<Block*> later;
      for (int i = 0; i < 4; ++i) {
        later.push_back(allocator.allocate(was.requested, kFirst));
        if (!overlap(was, *later.back())) continue;
        CHECK(machine.device.clock_of(kFirst).covers(second));
        CHECK(machine.device.clock_of(kFirst).covers(third));
      }
      for (Block* other : later) allocator.deallocate(other);
    }
  });
}

TEST_CASE("no memory is an OutOfMemoryError, before which callbacks may free some and observers are told") {
  for_each_allocator(32 * kMiB, [](const AllocatorUnderTest& kind, CudaAllocator& allocator, PausedMachine& machine) {
    Block* held = allocator.allocate(20 * kMiB, kFirst);
    int asked = 0, told = 0;
    bool gives = false;
    const int first = cuda::add_out_of_memory_callback([&](const cuda::OutOfMemoryEvent& event) {
      ++asked;
      CHECK(event.device == 0);
      if (!gives) return;
      allocator.deallocate(held);
      held = nullptr;
    });
    const int second = cuda::add_out_of_memory_callback([&](const cuda::OutOfMemoryEvent&) { ++told; }, false);
    CHECK(kind_of([&] { allocator.allocate(20 * kMiB, kFirst); }) == ErrorKind::OutOfMemory);
    CHECK(asked == 1);
    CHECK(told == 1);
    CHECK(kind_of([&] { allocator.allocate(SIZE_MAX - 1, kFirst); }) == ErrorKind::OutOfMemory);
    CHECK(told == 2);
    if (kind.counts) {
      CHECK(allocator.stats(0).num_ooms == 2);
      CHECK(allocator.stats(0).allocation.all.current == 1);
    }
    gives = true;
    asked = 0;
    Block* const block = allocator.allocate(20 * kMiB, kSecond);
    CHECK(asked == 1);
    CHECK(told == 2);
    use(machine, *block, kSecond);
    cuda::remove_out_of_memory_callback(first);
    cuda::remove_out_of_memory_callback(second);
    allocator.deallocate(block);
  });
}

TEST_CASE("a cap holds at every moment, or there is none") {
  for_each_allocator(256 * kMiB, [](const AllocatorUnderTest& kind, CudaAllocator& allocator, PausedMachine& machine) {
    CHECK(allocator.memory_limit(0) == cuda::kNoMemoryLimit);
    if (!kind.limits) {
      CHECK(kind_of([&] { allocator.set_memory_limit(0, kMiB); }) == ErrorKind::NotImplemented);
      return;
    }
    allocator.set_memory_limit(0, 10 * kMiB);
    CHECK(allocator.memory_limit(0) == 10 * kMiB);
    machine.device.set_cap(0, 10 * kMiB);  // the machine reports a call that goes beyond
    Block* const block = allocator.allocate(6 * kMiB, kFirst);
    CHECK(kind_of([&] { allocator.allocate(6 * kMiB, kFirst); }) == ErrorKind::OutOfMemory);
    Block* const rest = allocator.allocate(2 * kMiB, kFirst);
    allocator.deallocate(block);
    allocator.deallocate(allocator.allocate(6 * kMiB, kSecond));
    allocator.deallocate(rest);
    CHECK(machine.most_used() <= 10 * kMiB);
  });
}

TEST_CASE("statistics count what is handed out, or there are none") {
  for_each_allocator(256 * kMiB, [](const AllocatorUnderTest& kind, CudaAllocator& allocator, PausedMachine&) {
    Block* const a = allocator.allocate(1000, kFirst);
    Block* const b = allocator.allocate(3 * kMiB, kSecond);
    if (!kind.counts) {
      CHECK(kind_of([&] { allocator.stats(0); }) == ErrorKind::NotImplemented);
      CHECK(kind_of([&] { allocator.reset_peak_stats(0); }) == ErrorKind::NotImplemented);
      CHECK(kind_of([&] { allocator.reset_accumulated_stats(0); }) == ErrorKind::NotImplemented);
      allocator.deallocate(a);
      allocator.deallocate(b);
      return;
    }
    MemoryStats stats = allocator.stats(0);
    const auto both = static_cast<int64_t>(a->bytes + b->bytes);
    CHECK(stats.allocation.all.current == 2);
    CHECK(stats.allocated_bytes.all.current == both);
    CHECK(stats.requested_bytes.all.current == 1000 + static_cast<int64_t>(3 * kMiB));
    CHECK(stats.reserved_bytes.all.current >= both);
    allocator.deallocate(a);
    allocator.deallocate(b);
    stats = allocator.stats(0);
    CHECK(stats.allocation.all.current == 0);
    CHECK(stats.allocation.all.allocated == 2);
    CHECK(stats.allocation.all.freed == 2);
    CHECK(stats.allocated_bytes.all.current == 0);
    CHECK(stats.allocated_bytes.all.peak == both);
    allocator.reset_peak_stats(0);
    allocator.reset_accumulated_stats(0);
    stats = allocator.stats(0);
    CHECK(stats.allocated_bytes.all.peak == 0);
    CHECK(stats.allocation.all.allocated == 0);
  });
}

TEST_CASE("a private pool keeps its memory to itself until its release, or there is none") {
  for_each_allocator(256 * kMiB, [](const AllocatorUnderTest& kind, CudaAllocator& allocator, PausedMachine& machine) {
    const PoolId pool = cuda::new_pool_id();
    if (!kind.pools) {
      CHECK(kind_of([&] { allocator.retain_pool(0, pool); }) == ErrorKind::NotImplemented);
      CHECK(kind_of([&] { allocator.begin_capture(0); }) == ErrorKind::NotImplemented);
      CHECK(allocator.private_pools(0).empty());
      return;
    }
    allocator.retain_pool(0, pool);
    Block* block = nullptr;
    {
      const PoolGuard guard(0, pool);
      block = allocator.allocate(3 * kMiB, kFirst);
    }
    CHECK(allocator.pool_of(*block) == pool);
    CHECK(allocator.private_pools(0).size() == 1);
    CHECK(allocator.pool_segments(0, pool).size() == 1);
    const Block was = *block;
    allocator.deallocate(block);
    Block* const shared = allocator.allocate(3 * kMiB, kFirst);
    CHECK(allocator.pool_of(*shared).is_shared());
    CHECK_FALSE(overlap(was, *shared));
    allocator.deallocate(shared);
    machine.device.run_all();
    allocator.empty_cache();
    CHECK(machine.used() > 0);
    allocator.release_pool(0, pool);
    CHECK(machine.used() == 0);
    CHECK(allocator.private_pools(0).empty());
  });
}

TEST_CASE("while a graph is captured no event is touched and nothing goes back") {
  for_each_allocator(256 * kMiB, [](const AllocatorUnderTest& kind, CudaAllocator& allocator, PausedMachine& machine) {
    if (!kind.pools) return;  // as the case above says
    const PoolId pool = cuda::new_pool_id();
    allocator.retain_pool(0, pool);
    Block* const before = allocator.allocate(3 * kMiB, kFirst);
    use(machine, *before, kSecond);
    allocator.record_stream(before, kSecond);
    Block* const small = allocator.allocate(1000, kFirst);
    allocator.begin_capture(0);
    {
      const PoolGuard guard(0, pool);
      Block* const block = allocator.allocate(kMiB, kFirst);
      const Block was = *block;
      allocator.record_stream(block, kSecond);
      const size_t calls = machine.calls();
      allocator.deallocate(block);
      allocator.deallocate(before);
      allocator.deallocate(small);
      Block* const next = allocator.allocate(kMiB, kFirst);
      CHECK_FALSE(overlap(was, *next));
      allocator.deallocate(next);
      allocator.empty_cache();
      CHECK(machine.calls() == calls);
    }
    allocator.end_capture(0);
    allocator.release_pool(0, pool);
    machine.device.run_all();
    allocator.empty_cache();
    CHECK(allocator.stats(0).pending_blocks == 0);
  });
}

TEST_CASE("a snapshot lists every block and a history every request, or there is neither") {
  for_each_allocator(256 * kMiB, [](const AllocatorUnderTest& kind, CudaAllocator& allocator, PausedMachine&) {
    if (!kind.lists) {
      CHECK(kind_of([&] { allocator.snapshot(); }) == ErrorKind::NotImplemented);
      CHECK(kind_of([&] { allocator.history(); }) == ErrorKind::NotImplemented);
      CHECK(kind_of([&] { allocator.configure_history({}); }) == ErrorKind::NotImplemented);
      CHECK(kind_of([&] { allocator.clear_history(); }) == ErrorKind::NotImplemented);
      return;
    }
    Block* const block = allocator.allocate(1000, kFirst);
    size_t found = 0;
    for (const cuda::SegmentInfo& segment : allocator.snapshot(0)) {
      for (const cuda::BlockInfo& entry : segment.blocks) {
        if (entry.state != cuda::BlockState::ActiveAllocated) continue;
        CHECK(entry.address == reinterpret_cast<uintptr_t>(block->data));
        CHECK(entry.requested_size == 1000);
        ++found;
      }
    }
    CHECK(found == 1);
    CHECK(allocator.history(0).size() >= 2);  // the segment and the block
    allocator.clear_history();
    CHECK(allocator.history(0).empty());
    allocator.deallocate(block);
  });
}

TEST_CASE("whichever call fails, it is an error or is survived, and the next try works") {
  const auto program = [](CudaAllocator& allocator, PausedMachine& machine) {
    std::vector<Block*> blocks;
    const auto error = kind_of([&] {
      for (size_t i = 1; i <= 4; ++i) {
        blocks.push_back(allocator.allocate(i * 1500 * kKiB, i % 2 == 0 ? kFirst : kSecond));
        allocator.record_stream(blocks.back(), stream(3));
        machine.work(stream(3));
        if (i % 2 == 1) continue;
        allocator.deallocate(blocks.front());
        blocks.erase(blocks.begin());
      }
      blocks.push_back(allocator.allocate(14 * kMiB, kFirst));
    });
    for (Block* block : blocks) allocator.deallocate(block);
    return error;
  };
  size_t failures = 0;
  for (const bool for_good : {false, true}) {
    for (size_t k = 1, reached = 1; reached > 0; ++k) {
      REQUIRE(k < 200);
      reached = 0;
      for_each_allocator(80 * kMiB,
                         [&](const AllocatorUnderTest& kind, CudaAllocator& allocator, PausedMachine& machine) {
                           CAPTURE(k);
                           CAPTURE(for_good);
                           machine.faulty.set_fault({.at = k, .for_good = for_good});
                           const auto error = program(allocator, machine);
                           const std::string first = name_of(machine.faulty.first_failure());
                           CAPTURE(first);
                           const size_t failed = machine.faulty.failures();
                           machine.faulty.clear_fault();
                           reached += failed;
                           failures += failed;
                           if (failed == 0) CHECK_FALSE(error);
                           if (kind.counts) CHECK(allocator.stats(0).allocation.all.current == 0);
                           machine.device.run_all();
                           CHECK_FALSE(program(allocator, machine));
                           return failed > 0 && !kind.retries;
                         });
    }
  }
  CHECK(failures > 100);
}

TEST_CASE("on a lost device frees make no call, and so does the end") {
  for_each_allocator(256 * kMiB, [](const AllocatorUnderTest&, CudaAllocator& allocator, PausedMachine& machine) {
    Block* const a = allocator.allocate(3 * kMiB, kFirst);
    Block* const b = allocator.allocate(3 * kMiB, kFirst);
    Block* const c = allocator.allocate(1000, kFirst);
    allocator.record_stream(b, kSecond);
    machine.fail(1, Status::IllegalAddress, /*for_good=*/true);
    CHECK(kind_of([&] { cuda::check(cuda::device_api().synchronize(0), "synchronisation", 0); }) == ErrorKind::Cuda);
    REQUIRE(cuda::is_poisoned(0));
    const size_t calls = machine.calls();
    for (Block* block : {a, b, c}) allocator.deallocate(block);
    allocator.empty_cache();
    CHECK(machine.calls() == calls);
  });
}

TEST_CASE("a forked child frees nothing") {
  for_each_allocator(256 * kMiB, [](const AllocatorUnderTest& kind, CudaAllocator& allocator, PausedMachine& machine) {
    CHECK(cuda::device_count() == 1);  // CUDA has been used
    Block* const block = allocator.allocate(1000, kFirst);
    const pid_t child = fork();
    if (child == 0) {
      const size_t calls = machine.calls();
      allocator.deallocate(block);
      const bool counted = !kind.counts || allocator.stats(0).allocation.all.current == 1;
      _exit(counted && machine.calls() - calls <= 1 ? 0 : 1);  // one that statistics make
    }
    int status = -1;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    allocator.deallocate(block);
  });
}
