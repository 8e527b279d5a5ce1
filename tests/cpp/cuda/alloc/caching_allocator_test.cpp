#include "cuda/alloc/caching_allocator.h"

#include <doctest/doctest.h>

#include <optional>
#include <random>
#include <thread>

#include "core/error.h"
#include "cuda/alloc/caching_world.h"

using namespace vt;
using namespace vt::cuda;

namespace {

ErrorKind kind_of(CudaAllocator& allocator, size_t bytes, Stream stream) {
  try {
    Block* block = allocator.allocate(bytes, stream);
    allocator.deallocate(block);
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::Internal;
}

}  // namespace

TEST_CASE("a freed block comes back at once on its own stream, and on no other") {
  for (const bool cached : {true, false}) {
    World w(cached ? CachingOptions{} : without_thread_cache());
    for (const size_t bytes : {size_t{1}, 700 * kKiB, 3 * kMiB}) {
      Block* a = w.allocator.allocate(bytes, kFirst);
      CHECK(a->bytes >= bytes);
      CHECK(a->requested == bytes);
      CHECK(reinterpret_cast<uintptr_t>(a->data) % 512 == 0);
      void* const data = a->data;
      w.device.work(kFirst);
      w.allocator.deallocate(a);
      Block* other = w.allocator.allocate(bytes, kSecond);
      CHECK(other->data != data);
      Block* same = w.allocator.allocate(bytes, kFirst);
      CHECK(same->data == data);
      w.allocator.deallocate(same);
      w.allocator.deallocate(other);
      check_consistency(w.allocator, w.device.used());
    }
    w.empty();
  }
}

TEST_CASE("a block that another stream used comes back when that stream is done") {
  World w(without_thread_cache());
  Block* a = w.allocator.allocate(5 * kMiB, kFirst);
  void* const data = a->data;
  w.device.work(kSecond);
  w.allocator.record_stream(a, kSecond);
  w.allocator.record_stream(a, kSecond);
  w.allocator.record_stream(a, kFirst);
  w.allocator.deallocate(a);
  CHECK(w.allocator.stats(0).pending_blocks == 1);
  CHECK(w.allocator.stats(0).active.all.current == 1);
  CHECK(w.allocator.stats(0).allocation.all.current == 0);
  Block* b = w.allocator.allocate(5 * kMiB, kFirst);
  CHECK(b->data != data);
  check_consistency(w.allocator, w.device.used());
  w.device.finish(kSecond);
  Block* c = w.allocator.allocate(5 * kMiB, kFirst);
  CHECK(c->data == data);
  CHECK(w.allocator.stats(0).pending_blocks == 0);
  CHECK(w.device.events() == 1);
  w.allocator.deallocate(b);
  w.allocator.deallocate(c);
  w.empty();
}

TEST_CASE("blocks are split, fitted best and merged again") {
  World w(without_thread_cache());
  std::vector<Block*> blocks;
  for (int i = 0; i < 4; ++i) blocks.push_back(w.allocator.allocate(4 * kMiB, kFirst));
  CHECK(w.device.used() == 20 * kMiB);  // one segment
  w.allocator.deallocate(blocks[1]);
  Block* small_hole = w.allocator.allocate(3 * kMiB, kFirst);
  CHECK(small_hole->data == blocks[1]->data);  // both holes are of 4 MiB: the lower address
  w.allocator.deallocate(small_hole);
  for (const int i : {0, 2, 3}) w.allocator.deallocate(blocks[static_cast<size_t>(i)]);
  const auto segments = w.allocator.snapshot(0);
  REQUIRE(segments.size() == 1);
  CHECK(segments[0].blocks.size() == 1);
  Block* whole = w.allocator.allocate(20 * kMiB, kFirst);
  CHECK(w.device.used() == 20 * kMiB);
  w.allocator.deallocate(whole);
  w.empty();
}

TEST_CASE("the cap is never exceeded, and what fits below it is found") {
  World w(without_thread_cache());
  w.allocator.set_memory_limit(0, 10 * kMiB);
  Block* a = w.allocator.allocate(6 * kMiB, kFirst);  // a usual segment of 20 MiB does not fit
  CHECK(w.device.used() == 6 * kMiB);
  CHECK(kind_of(w.allocator, 5 * kMiB, kFirst) == ErrorKind::OutOfMemory);
  Block* b = w.allocator.allocate(4 * kMiB - 512, kFirst);
  w.allocator.deallocate(a);
  Block* c = w.allocator.allocate(6 * kMiB, kSecond);  // another stream: the cached segment has to go first
  CHECK(w.device.most_used() <= 10 * kMiB);
  CHECK(w.allocator.stats(0).ladder.trimmed >= 1);
  CHECK(kind_of(w.allocator, 11 * kMiB, kFirst) == ErrorKind::OutOfMemory);
  CHECK(w.allocator.stats(0).num_oom_rejections == 1);
  w.allocator.deallocate(b);
  w.allocator.deallocate(c);
  w.empty();
}

TEST_CASE("under pressure a hole of another stream, of the other pool, or in another thread's cache is found") {
  World w;
  w.allocator.set_memory_limit(0, 2 * kMiB);
  SUBCASE("another stream's") {
    Block* keep = w.allocator.allocate(512, kFirst);
    Block* b = w.allocator.allocate(kMiB, kSecond);
    w.device.work(kFirst);
    CHECK(w.device.synchronizations() == 1);
    w.allocator.deallocate(keep);
    w.allocator.deallocate(b);
  }
  SUBCASE("a large request in a small segment") {
    Block* keep = w.allocator.allocate(512, kFirst);
    Block* b = w.allocator.allocate(kMiB + 512, kFirst);
    check_consistency(w.allocator, w.device.used());
    w.allocator.deallocate(keep);
    w.allocator.deallocate(b);
  }
  SUBCASE("another thread's") {
    Block* a = w.allocator.allocate(kMiB, kFirst);
    Block* b = w.allocator.allocate(kMiB, kFirst);
    std::atomic<int> step{0};
    std::thread other([&] {
      w.allocator.deallocate(a);
      step = 1;
      while (step != 2) std::this_thread::yield();
    });
    while (step != 1) std::this_thread::yield();
    Block* c = w.allocator.allocate(kMiB, kFirst);
    CHECK(c->data == a->data);
    step = 2;
    other.join();
    w.allocator.deallocate(b);
    w.allocator.deallocate(c);
  }
  w.empty();
}

TEST_CASE("pending frees are waited for before a request is refused") {
  World w(without_thread_cache());
  w.allocator.set_memory_limit(0, 4 * kMiB);
  Block* a = w.allocator.allocate(4 * kMiB, kFirst);
  w.device.work(kSecond);
  w.allocator.record_stream(a, kSecond);
  w.allocator.deallocate(a);
  Block* b = w.allocator.allocate(4 * kMiB, kFirst);
  const MemoryStats stats = w.allocator.stats(0);
  CHECK(stats.ladder.waited == 1);
  CHECK(stats.num_sync_all_streams == 1);
  CHECK(stats.ladder.out_of_memory == 0);
  w.allocator.deallocate(b);
  w.empty();
}

TEST_CASE("callbacks may free memory; observers see the refusal") {
  World w(without_thread_cache());
  w.allocator.set_memory_limit(0, 4 * kMiB);
  Block* held = w.allocator.allocate(4 * kMiB, kFirst);
  int calls = 0, observed = 0;
  const int first = add_out_of_memory_callback([&](const OutOfMemoryEvent& event) {
    calls++;
    CHECK(event.requested == 3 * kMiB);
    CHECK(event.allocated == 4 * kMiB);
    w.allocator.deallocate(held);
    held = nullptr;
  });
  const int second = add_out_of_memory_callback([&](const OutOfMemoryEvent&) { observed++; }, false);
  Block* b = w.allocator.allocate(3 * kMiB, kSecond);
  CHECK(calls == 1);
  CHECK(observed == 0);
  CHECK(w.allocator.stats(0).ladder.called_back == 1);
  remove_out_of_memory_callback(first);
  CHECK(kind_of(w.allocator, 3 * kMiB, kFirst) == ErrorKind::OutOfMemory);
  CHECK(observed == 1);
  remove_out_of_memory_callback(second);
  w.allocator.deallocate(b);
  w.empty();
}

TEST_CASE("the error says what was asked, what there is, who holds it and what to try") {
  World w(without_thread_cache());
  w.allocator.set_memory_limit(0, 32 * kMiB);
  static uint64_t next = 0;
  next = 0;
  set_stack_source([]() noexcept { return ++next; }, false,
                   [](uint64_t id) { return "train.py:" + std::to_string(id) + " in forward"; });
  std::vector<Block*> blocks;
  const int64_t sizes[] = {3, 1, 2, 1, 4, 7};
  const AllocationNote note{sizes, 2, DType::float32};
  const AllocationNote long_note{sizes, 6, DType::bfloat16};
  for (size_t i = 1; i <= 10; ++i) blocks.push_back(w.allocator.allocate(i * 256 * kKiB, kFirst));
  {
    const NoteGuard guard(note);
    blocks.push_back(w.allocator.allocate(11 * 256 * kKiB, kFirst));
  }
  {
    const NoteGuard guard(long_note);
    blocks.push_back(w.allocator.allocate(12 * 256 * kKiB, kFirst));
  }
  std::string text;
  try {
    w.allocator.allocate(40 * kMiB, kFirst);
  } catch (const Error& error) {
    text = error.message();
  }
  set_stack_source(nullptr);
  for (const char* part :
       {"Tried to allocate 40.00 MiB", "free. Tensors hold 19.50 MiB", "are cached", "fragmented",
        "the cap of this process is 32.00 MiB", "3.00 MiB bfloat16[3, 1, 2, 1, 4, ...] made at train.py:12 in forward",
        "2.75 MiB float32[3, 1] made at train.py:11", "768.00 KiB made at train.py:3 in forward",
        "To try: a smaller batch"}) {
    CAPTURE(text);
    CHECK(text.find(part) != std::string::npos);
  }
  CHECK(text.find("train.py:2 in") == std::string::npos);  // ten of twelve
  for (Block* block : blocks) w.allocator.deallocate(block);
  w.empty();
}

TEST_CASE("a private pool keeps its memory while retained and leaves nothing behind") {
  World w;
  const PoolId pool = new_pool_id();
  w.allocator.retain_pool(0, pool);
  Block *a = nullptr, *b = nullptr;
  {
    const PoolGuard guard(0, pool);
    a = w.allocator.allocate(kKiB, kFirst);
    b = w.allocator.allocate(5 * kMiB, kFirst);
    CHECK(w.allocator.pool_of(*a) == pool);
  }
  void* const data = a->data;
  w.allocator.deallocate(a);
  Block* shared = w.allocator.allocate(kKiB, kFirst);
  CHECK(shared->data != data);
  CHECK(w.allocator.pool_of(*shared).is_shared());
  w.allocator.retain_pool(0, pool);
  w.allocator.release_pool(0, pool);
  w.allocator.empty_cache();
  CHECK(w.device.used() == 24 * kMiB);  // both of the pool's segments and the shared one
  w.allocator.release_pool(0, pool);
  CHECK(w.device.used() == 22 * kMiB);
  check_consistency(w.allocator, w.device.used());
  {
    const PoolGuard guard(0, pool);
    CHECK(kind_of(w.allocator, kKiB, kFirst) == ErrorKind::Runtime);
  }
  w.allocator.deallocate(b);
  CHECK(w.device.used() == 2 * kMiB);
  w.allocator.deallocate(shared);
  w.empty();
}

TEST_CASE("while a graph is captured no event is touched and nothing goes back") {
  World w(without_thread_cache());
  const PoolId pool = new_pool_id();
  w.allocator.retain_pool(0, pool);
  Block* before = w.allocator.allocate(kMiB, kFirst);
  w.allocator.record_stream(before, kSecond);
  w.allocator.begin_capture(0);
  {
    const PoolGuard guard(0, pool);
    Block* a = w.allocator.allocate(kMiB, kFirst);
    w.allocator.record_stream(a, kSecond);
    const size_t calls = w.device.calls();
    w.allocator.deallocate(a);
    w.allocator.deallocate(before);
    Block* b = w.allocator.allocate(kMiB, kFirst);
    CHECK(b->data != a->data);
    w.allocator.deallocate(b);
    w.allocator.empty_cache();
    w.allocator.release_pool(0, pool);
    CHECK(w.device.calls() == calls);
    CHECK(w.allocator.stats(0).pending_blocks == 2);
  }
  w.allocator.end_capture(0);
  w.allocator.empty_cache();  // which records the events, if the end has not
  w.device.finish(kSecond);
  w.allocator.empty_cache();
  CHECK(w.allocator.stats(0).pending_blocks == 0);
  w.empty();
}

TEST_CASE("an error changes nothing but the cache, whichever call fails, and a retry works") {
  const auto program = [](World& w) {
    // Touches every kind of call: growth, events, trimming, waiting.
    std::vector<Block*> blocks;
    struct Cleanup {
      World& w;
      std::vector<Block*>& blocks;
      ~Cleanup() {
        for (Block* block : blocks) w.allocator.deallocate(block);
      }
    } cleanup{w, blocks};
    for (int i = 0; i < 6; ++i) {
      blocks.push_back(w.allocator.allocate((static_cast<size_t>(i) + 1) * 900 * kKiB, i % 2 == 0 ? kFirst : kSecond));
      w.allocator.record_stream(blocks.back(), simulated::stream(3));
      w.device.work(simulated::stream(3));
      if (i >= 3) {
        w.allocator.deallocate(blocks.front());
        blocks.erase(blocks.begin());
      }
    }
    blocks.push_back(w.allocator.allocate(14 * kMiB, kFirst));
  };
  for (const bool expandable : {false, true}) {
    for (const bool for_good : {false, true}) {
      for (const Status status : {Status::InvalidValue, Status::OutOfMemory, Status::IllegalAddress}) {
        size_t failures = 0;
        for (size_t k = 1; k < 200; ++k) {
          CachingOptions options;
          options.expandable_segments = expandable;
          World w(options);
          w.allocator.set_memory_limit(0, 60 * kMiB);
          w.device.fail(k, status, for_good);
          try {
            program(w);
          } catch (const Error&) {
            failures++;
          }
          const bool reached = w.device.faulty.failures() > 0;
          w.device.faulty.clear_fault();
          CHECK(w.device.most_used() <= 60 * kMiB);
          CHECK(w.allocator.stats(0).allocation.all.current == 0);
          check_consistency(w.allocator, w.device.used());
          if (is_sticky(status) && reached) continue;
          program(w);
          w.device.finish(simulated::stream(3));
          w.empty();
          CHECK(w.device.ranges() == 0);
          if (!reached) break;
        }
        if (for_good || status != Status::OutOfMemory) CHECK(failures > 0);  // once out of memory is survived
      }
    }
  }
}

TEST_CASE("expandable segments grow at their end and give back whole pieces") {
  CachingOptions options = without_thread_cache();
  options.expandable_segments = true;
  World w(options);
  Block* a = w.allocator.allocate(15 * kMiB, kFirst);
  Block* b = w.allocator.allocate(15 * kMiB, kFirst);
  CHECK(static_cast<char*>(b->data) == static_cast<char*>(a->data) + 15 * kMiB);
  CHECK(w.device.used() == 40 * kMiB);
  w.allocator.deallocate(a);
  w.allocator.empty_cache();
  CHECK(w.device.used() == 40 * kMiB);  // both pieces hold a part of b
  Block* c = w.allocator.allocate(60 * kMiB, kFirst);
  CHECK(static_cast<char*>(c->data) == static_cast<char*>(b->data) + 15 * kMiB);  // no new hole
  w.allocator.deallocate(b);
  w.allocator.empty_cache();
  check_consistency(w.allocator, w.device.used());
  CHECK(w.device.used() == 80 * kMiB);  // c starts in the second piece
  Block* d = w.allocator.allocate(10 * kMiB, kFirst);
  CHECK(w.device.ranges() == 1);
  w.allocator.deallocate(d);
  w.allocator.deallocate(c);
  w.empty();
  CHECK(w.device.ranges() == 0);
}

TEST_CASE("history tells what happened, in order") {
  World w;
  Block* a = w.allocator.allocate(1000, kFirst);
  w.allocator.deallocate(a);
  a = w.allocator.allocate(1000, kFirst);  // from the thread's cache
  w.allocator.record_stream(a, kSecond);
  w.allocator.deallocate(a);
  w.device.finish(kSecond);
  w.allocator.empty_cache();
  std::vector<HistoryAction> actions;
  int64_t last = 0;
  for (const HistoryEntry& entry : w.allocator.history(0)) {
    actions.push_back(entry.action);
    CHECK(entry.time_us >= last);
    last = entry.time_us;
  }
  using enum HistoryAction;
  CHECK(actions == std::vector{SegmentAlloc, Alloc, FreeRequested, FreeCompleted, Alloc, FreeRequested, FreeCompleted,
                               SegmentFree});
  w.allocator.configure_history({true, 4, 1u << static_cast<unsigned>(FreeRequested)});
  for (int i = 0; i < 5; ++i) w.allocator.deallocate(w.allocator.allocate(1000, kFirst));
  CHECK(w.allocator.history(0).size() == 4);
  w.allocator.clear_history();
  CHECK(w.allocator.history(0).empty());
}

TEST_CASE("history of a block that two threads hand to and fro is in order when it is merged") {
  World w;
  Block* first = w.allocator.allocate(1000, kFirst);
  Block* block = w.allocator.allocate(1000, kFirst);
  const auto address = reinterpret_cast<uintptr_t>(block->data);
  constexpr int kTurns = 400;
  std::atomic<int> turn{0};
  const auto play = [&](int own) {
    for (; turn < kTurns;) {
      if (turn % 2 != own) {
        std::this_thread::yield();
        continue;
      }
      for (int i = 0; i < 3; ++i) w.allocator.deallocate(w.allocator.allocate(3000, kFirst));
      w.allocator.deallocate(block);  // which the other one allocated
      block = w.allocator.allocate(1000, kFirst);
      CHECK(reinterpret_cast<uintptr_t>(block->data) == address);
      ++turn;
    }
  };
  std::thread other([&] { play(1); });
  play(0);
  other.join();
  w.allocator.deallocate(block);
  w.allocator.deallocate(first);
  bool is_live = false;
  int64_t last = 0;
  size_t allocations = 0;
  for (const HistoryEntry& entry : w.allocator.history(0)) {
    CHECK(entry.time_us >= last);
    last = entry.time_us;
    if (entry.address != address || entry.size != 1024) continue;
    if (entry.action == HistoryAction::Alloc) {
      REQUIRE_FALSE(is_live);
      is_live = true;
      ++allocations;
    } else if (entry.action == HistoryAction::FreeRequested) {
      REQUIRE(is_live);
      is_live = false;
    }
  }
  CHECK(allocations == kTurns + 1);
  w.empty();
}

TEST_CASE("many threads allocate, free each other's blocks and end") {
  World w;
  w.allocator.set_memory_limit(0, 64 * kMiB);
  std::mutex mutex;
  std::vector<Block*> exchange;
  const auto body = [&](unsigned seed) {
    std::mt19937 random(seed);
    std::vector<Block*> own;
    for (int i = 0; i < 4000; ++i) {
      const size_t bytes = random() % 8 == 0 ? 1 + random() % (3 * kMiB) : 1 + random() % 4096;
      try {
        own.push_back(w.allocator.allocate(bytes, simulated::stream(1 + random() % 3)));
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::OutOfMemory) throw;
      }
      if (random() % 16 == 0 && !own.empty()) w.allocator.record_stream(own.back(), simulated::stream(4));
      while (own.size() > 12) {
        std::swap(own[random() % own.size()], own.back());
        std::lock_guard lock(mutex);
        exchange.push_back(own.back());
        own.pop_back();
      }
      std::optional<Block*> taken;
      {
        std::lock_guard lock(mutex);
        if (!exchange.empty()) {
          taken = exchange.back();
          exchange.pop_back();
        }
      }
      if (taken) w.allocator.deallocate(*taken);
    }
    for (Block* block : own) w.allocator.deallocate(block);
  };
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 4; ++i) threads.emplace_back(body, i);
  for (std::thread& thread : threads) thread.join();
  for (Block* block : exchange) w.allocator.deallocate(block);
  CHECK(w.allocator.stats(0).allocation.all.current == 0);
  CHECK(w.allocator.stats(0).cache_hits > 0);
  CHECK(w.device.most_used() <= 64 * kMiB);
  w.device.finish(simulated::stream(4));
  w.empty();
}
