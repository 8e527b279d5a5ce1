// What threads keep of the blocks that they free.
#include <atomic>
#include <thread>
#include <vector>

#include "cuda/alloc/caching_world.h"

using namespace vt;
using namespace vt::cuda;

TEST_CASE("statistics of a thread's own stock are exact, peaks too") {
  World w;
  std::vector<Block*> blocks;
  for (int i = 0; i < 10; ++i) blocks.push_back(w.allocator.allocate(1000, kFirst));
  for (Block* block : blocks) w.allocator.deallocate(block);
  check_consistency(w.allocator, w.device.used());
  w.allocator.reset_peak_stats(0);
  blocks.clear();
  for (int i = 0; i < 7; ++i) blocks.push_back(w.allocator.allocate(600, kFirst));
  for (Block* block : blocks) w.allocator.deallocate(block);
  blocks.clear();
  for (int i = 0; i < 3; ++i) blocks.push_back(w.allocator.allocate(600, kFirst));
  const MemoryStats stats = w.allocator.stats(0);
  CHECK(stats.cache_hits == 10);
  CHECK(stats.allocation.small_pool.current == 3);
  CHECK(stats.allocation.small_pool.peak == 7);
  CHECK(stats.allocation.all.allocated == 20);
  CHECK(stats.allocation.all.freed == 17);
  CHECK(stats.allocated_bytes.all.peak == 7 * 1024);
  CHECK(stats.requested_bytes.all.current == 3 * 600);
  CHECK(stats.requested_bytes.all.peak == 7 * 600);
  CHECK(stats.peak_uncertainty == 0);
  for (Block* block : blocks) w.allocator.deallocate(block);
  w.empty();
}

TEST_CASE("a thread keeps large blocks too, and merges them before a request of another size") {
  World w;
  std::vector<Block*> blocks;
  for (int i = 0; i < 5; ++i) blocks.push_back(w.allocator.allocate(4 * kMiB - 100, kFirst));
  CHECK(w.device.used() == 20 * kMiB);
  void* const first = blocks[0]->data;
  void* const last = blocks[4]->data;
  for (Block* block : blocks) w.allocator.deallocate(block);
  const std::vector<SegmentInfo> segments = w.allocator.snapshot(0);
  for (const BlockInfo& block : segments[0].blocks) CHECK(block.in_thread_cache);
  check_consistency(w.allocator, w.device.used());
  Block* again = w.allocator.allocate(4 * kMiB - 400, kFirst);  // rounded it is the same
  CHECK(again->data == last);
  CHECK(w.allocator.stats(0).cache_hits == 1);
  Block* other = w.allocator.allocate(15 * kMiB, kFirst);
  CHECK(other->data == first);
  CHECK(w.device.used() == 20 * kMiB);
  check_consistency(w.allocator, w.device.used());
  w.allocator.deallocate(other);
  w.allocator.deallocate(again);
  Block* elsewhere = w.allocator.allocate(4 * kMiB, kSecond);
  CHECK(w.device.used() == 40 * kMiB);
  w.allocator.deallocate(elsewhere);
  w.empty();
}

TEST_CASE("large blocks that another thread or stream used, or of a private pool, are not kept") {
  World w;
  const auto kept = [&] {
    size_t count = 0;
    for (const SegmentInfo& segment : w.allocator.snapshot(0)) {
      for (const BlockInfo& block : segment.blocks) count += block.in_thread_cache;
    }
    return count;
  };
  Block* a = w.allocator.allocate(3 * kMiB, kFirst);
  std::atomic<int> step{0};
  std::thread other([&] {
    w.allocator.deallocate(a);
    step = 1;
    while (step != 2) std::this_thread::yield();
  });
  while (step != 1) std::this_thread::yield();
  CHECK(kept() == 0);
  step = 2;
  other.join();
  a = w.allocator.allocate(3 * kMiB, kFirst);
  w.allocator.record_stream(a, kSecond);
  w.allocator.deallocate(a);
  CHECK(kept() == 0);
  const PoolId pool = new_pool_id();
  w.allocator.retain_pool(0, pool);
  {
    const PoolGuard guard(0, pool);
    a = w.allocator.allocate(3 * kMiB, kFirst);
    w.allocator.deallocate(a);
    CHECK(kept() == 0);
    a = w.allocator.allocate(3 * kMiB, kFirst);
  }
  w.allocator.deallocate(a);
  CHECK(kept() == 0);
  w.allocator.release_pool(0, pool);
  w.empty();
}

TEST_CASE("statistics of large blocks in a thread's stock are exact, those alone in their segment too") {
  for (const bool expandable : {false, true}) {
    CachingOptions options;
    options.expandable_segments = expandable;
    World w(options);
    std::vector<Block*> blocks;
    const auto allocate_all = [&] {
      for (const size_t bytes : {size_t{1000}, 3 * kMiB, 64 * kMiB, size_t{600}, 5 * kMiB}) {
        blocks.push_back(w.allocator.allocate(bytes, kFirst));
      }
    };
    const auto free_all = [&] {
      for (Block* block : blocks) w.allocator.deallocate(block);
      blocks.clear();
    };
    allocate_all();
    free_all();
    w.allocator.reset_peak_stats(0);
    w.allocator.reset_accumulated_stats(0);
    const int64_t split = w.allocator.stats(0).inactive_split_bytes.all.current;
    allocate_all();
    free_all();
    blocks.push_back(w.allocator.allocate(3 * kMiB, kFirst));
    const MemoryStats stats = w.allocator.stats(0);
    CHECK(stats.cache_hits == 6);
    CHECK(stats.allocation.all.peak == 5);
    CHECK(stats.allocation.small_pool.peak == 2);
    CHECK(stats.allocation.large_pool.peak == 3);
    CHECK(stats.allocated_bytes.all.peak == static_cast<int64_t>(72 * kMiB + 2048));
    CHECK(stats.allocated_bytes.large_pool.peak == static_cast<int64_t>(72 * kMiB));
    CHECK(stats.allocated_bytes.large_pool.allocated == static_cast<int64_t>(75 * kMiB));
    CHECK(stats.allocated_bytes.all.freed == static_cast<int64_t>(72 * kMiB + 2048));
    CHECK(stats.requested_bytes.all.peak == static_cast<int64_t>(72 * kMiB + 1600));
    CHECK(stats.inactive_split_bytes.all.peak == split);
    CHECK(stats.inactive_split_bytes.all.current == split - static_cast<int64_t>(3 * kMiB));
    CHECK(stats.peak_uncertainty == 0);
    check_consistency(w.allocator, w.device.used());
    free_all();
    w.empty();
  }
}

TEST_CASE("of several threads none hides more of a peak than the statistics say") {
  World w;
  w.allocator.deallocate(w.allocator.allocate(64 * kMiB, kFirst));
  Block* held = w.allocator.allocate(64 * kMiB, kFirst);  // alone, it may hide it
  std::thread([&] {
    Block* block = w.allocator.allocate(3 * kMiB, kSecond);
    std::thread([&] { w.allocator.deallocate(w.allocator.allocate(2 * kMiB, kSecond)); }).join();
    w.allocator.deallocate(block);
  }).join();
  w.allocator.deallocate(held);
  const MemoryStats stats = w.allocator.stats(0);
  CHECK(stats.peak_uncertainty == static_cast<int64_t>(8 * kMiB));
  CHECK(stats.allocated_bytes.all.peak <= static_cast<int64_t>(69 * kMiB));
  CHECK(stats.allocated_bytes.all.peak >= static_cast<int64_t>(69 * kMiB) - stats.peak_uncertainty);
  w.empty();
}

TEST_CASE("a free that another thread keeps to itself lifts a peak by no more than the statistics say") {
  for (const size_t bytes : {3 * kMiB, 64 * kMiB}) {
    World w;
    Block* a = w.allocator.allocate(bytes, kFirst);
    std::atomic<int> step{0};
    std::thread other([&] {
      w.allocator.deallocate(w.allocator.allocate(kKiB, kSecond));
      step = 1;
      while (step != 2) std::this_thread::yield();
      w.allocator.deallocate(w.allocator.allocate(bytes, kSecond));
      step = 3;
      while (step != 4) std::this_thread::yield();
    });
    while (step != 1) std::this_thread::yield();
    w.allocator.deallocate(a);
    step = 2;
    while (step != 3) std::this_thread::yield();
    const MemoryStats stats = w.allocator.stats(0);
    CHECK(stats.peak_uncertainty == static_cast<int64_t>(4 * kMiB));
    CHECK(stats.allocated_bytes.all.peak >= static_cast<int64_t>(bytes));
    CHECK(stats.allocated_bytes.all.peak <= static_cast<int64_t>(bytes + kKiB) + stats.peak_uncertainty);
    step = 4;
    other.join();
    w.empty();
  }
}

TEST_CASE("what a thread kept is everybody's when it ends") {
  World w;
  Block* a = w.allocator.allocate(1000, kFirst);
  void* const data = a->data;
  std::thread([&] { w.allocator.deallocate(a); }).join();
  check_consistency(w.allocator, w.device.used());
  for (const SegmentInfo& segment : w.allocator.snapshot(0)) {
    for (const BlockInfo& block : segment.blocks) CHECK(!block.in_thread_cache);
  }
  Block* b = w.allocator.allocate(1000, kFirst);
  CHECK(b->data == data);
  w.allocator.deallocate(b);
  CHECK(w.allocator.history(0).size() == 9);  // two snapshots, and the free by the thread that ended
  w.empty();
}
