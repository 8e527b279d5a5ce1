#include "cpu/thread_pool.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "core/error.h"

using namespace vt;

namespace {
struct Threads {
  int before = get_num_threads();
  explicit Threads(int n) { set_num_threads(n); }
  ~Threads() { set_num_threads(before); }
};

int64_t parallel_sum(int64_t n, int64_t grain) {
  std::atomic<int64_t> sum{0};
  parallel_for(0, n, grain, [&](int64_t b, int64_t e) {
    int64_t local = 0;
    for (int64_t i = b; i < e; ++i) local += i;
    sum += local;
  });
  return sum;
}
}  // namespace

TEST_CASE("every item is visited once") {
  for (int threads : {1, 2, 3, 7}) {
    Threads scope(threads);
    for (int64_t n : {0, 1, 2, 7, 8, 9, 100, 4097}) {
      for (int64_t grain : {0, 1, 3, 64, 5000}) {
        std::vector<std::atomic<int>> visits(static_cast<size_t>(n));
        parallel_for(0, n, grain, [&](int64_t b, int64_t e) {
          for (int64_t i = b; i < e; ++i) ++visits[static_cast<size_t>(i)];
        });
        for (auto& count : visits) REQUIRE(count == 1);
      }
    }
  }
}

TEST_CASE("thousands of short jobs in a row") {
  Threads scope(4);
  for (int i = 0; i < 20000; ++i) REQUIRE(parallel_sum(64, 1) == 64 * 63 / 2);
}

TEST_CASE("more than one thread takes part") {
  Threads scope(2);
  std::mutex mutex;
  std::set<std::thread::id> ids;
  parallel_for(0, 8, 1, [&](int64_t, int64_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::lock_guard lock(mutex);
    ids.insert(std::this_thread::get_id());
  });
  CHECK(ids.size() == 2);
}

TEST_CASE("a nested call runs inline") {
  Threads scope(3);
  std::atomic<int> total{0};
  CHECK_FALSE(in_parallel_region());
  parallel_for(0, 6, 1, [&](int64_t b, int64_t e) {
    for (int64_t i = b; i < e; ++i) {
      const auto outer = std::this_thread::get_id();
      parallel_for(0, 10, 1, [&](int64_t b2, int64_t e2) {
        if (std::this_thread::get_id() == outer && in_parallel_region()) total += static_cast<int>(e2 - b2);
      });
    }
  });
  CHECK(total == 60);
  CHECK_FALSE(in_parallel_region());
}

TEST_CASE("an exception reaches the caller and the pool goes on") {
  Threads scope(3);
  for (int64_t bad = 0; bad < 12; ++bad) {
    CHECK_THROWS_AS(parallel_for(0, 12, 1,
                                 [&](int64_t b, int64_t e) {
                                   if (b <= bad && bad < e) throw std::out_of_range("bad");
                                 }),
                    std::out_of_range);
    CHECK(parallel_sum(1000, 10) == 1000 * 999 / 2);
  }
}

TEST_CASE("several user threads share the pool") {
  Threads scope(3);
  std::vector<std::thread> users;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t) {
    users.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) wrong += parallel_sum(100, 1) != 4950;
    });
  }
  for (auto& user : users) user.join();
  CHECK(wrong == 0);
}

TEST_CASE("idle workers sleep") {
  Threads scope(3);
  parallel_sum(1000, 1);
  auto cpu_ms = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
  };
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const long before = cpu_ms();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  CHECK(cpu_ms() - before <= 20);
}

#ifndef __SANITIZE_THREAD__
TEST_CASE("a forked child makes its own workers") {
  Threads scope(3);
  parallel_sum(1000, 1);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) _exit(parallel_sum(100000, 10) == int64_t{100000} * 99999 / 2 ? 0 : 1);
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
#endif

TEST_CASE("the number of threads is checked") {
  CHECK(get_num_threads() >= 1);
  CHECK_THROWS_AS(set_num_threads(0), Error);
  CHECK_THROWS_AS(set_num_threads(-3), Error);
}
