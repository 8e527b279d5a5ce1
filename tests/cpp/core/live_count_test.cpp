#include "core/live_count.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "autograd/autograd.h"
#include "core/tensor.h"

namespace vt {
namespace {

TEST_CASE("objects made by one thread and destroyed by another are counted") {
  initialize();
  const int64_t tensors = live_count(Counted::Tensor), storages = live_count(Counted::Storage);
  for (int round = 0; round < 20; ++round) {
    std::vector<Tensor> made[4];
    {
      std::vector<std::thread> threads;
      for (auto& list : made) {
        threads.emplace_back([&list] {
          for (int i = 0; i < 50; ++i) list.push_back(empty(DimVec{3}, DType::float32, kCPU));
        });
      }
      for (auto& thread : threads) thread.join();
    }
    CHECK(live_count(Counted::Tensor) == tensors + 200);
    CHECK(live_count(Counted::Storage) == storages + 200);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&list = made[3 - i]] { list.clear(); });
    for (auto& thread : threads) thread.join();
    CHECK(live_count(Counted::Tensor) == tensors);
    CHECK(live_count(Counted::Storage) == storages);
  }
}

TEST_CASE("what a thread destroys while it ends is counted") {
  initialize();
  const int64_t before = live_count(Counted::Tensor);
  std::thread([] {
    thread_local Tensor kept;  // constructed before the thread's first count, so destroyed after its last
    kept = empty(DimVec{3}, DType::float32, kCPU);
  }).join();
  CHECK(live_count(Counted::Tensor) == before);
}

TEST_CASE("a child forked while threads come and go makes tensors") {
  initialize();
  std::atomic<bool> stop{false};
  std::thread churn([&] {
    while (!stop) std::thread([] { (void)empty(DimVec{3}, DType::float32, kCPU); }).join();
  });
  int failed = 0;
  for (int i = 0; i < 50; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);  // a child that hangs dies of it
      const int64_t before = live_count(Counted::Tensor);
      const Tensor t = empty(DimVec{3}, DType::float32, kCPU);
      _exit(live_count(Counted::Tensor) == before + 1 ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    failed += status != 0;
  }
  stop = true;
  churn.join();
  CHECK(failed == 0);
}

}  // namespace
}  // namespace vt
