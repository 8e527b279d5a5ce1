// Shared blocks: what other processes see, when descriptors and mappings go, and what is refused.
#include "interop/shared_memory.h"

#include <dirent.h>
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <thread>
#include <vector>

#include "core/tensor.h"
#include "cpu/backend.h"

using namespace vt;
using namespace vt::interop;

namespace {

int open_files() {
  int count = 0;
  DIR* folder = opendir("/proc/self/fd");
  REQUIRE(folder != nullptr);
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

int& first(const Storage& storage) { return *static_cast<int*>(storage->data()); }

}  // namespace

TEST_CASE("a forked child and its parent see the same memory") {
  const Storage storage = new_shared_storage(64);
  first(storage) = 1;
  const pid_t child = fork();
  if (child == 0) {
    first(storage) += 41;
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(first(storage) == 42);
}

TEST_CASE("sharing moves a storage under the tensors that view it") {
  cpu::register_cpu_backend();
  const int64_t sizes[] = {3};
  const Tensor t = empty(sizes, DType::int32);
  const Tensor view = make_view(t, sizes, t.strides(), 0);
  std::memcpy(t.data(), "abcdefghijk", 12);
  CHECK(shared_descriptor(*t.storage()) == -1);
  for (int again = 0; again < 2; ++again) {
    share_storage(*t.storage());
    CHECK(shared_descriptor(*view.storage()) >= 0);
    CHECK(std::memcmp(view.data(), "abcdefghijk", 12) == 0);
    CHECK(view.data() == t.data());
  }
}

TEST_CASE("a block is mapped once in a process, and goes with its last storage") {
  const int before = open_files();
  for (const bool linkable : {false, true}) {
    Storage storage = new_shared_storage(1 << 20, linkable);
    const int descriptor = dup(shared_descriptor(*storage));
    Storage again = map_shared_storage(descriptor, 1 << 20);
    CHECK(again->data() == storage->data());
    storage.reset();
    first(again) = 7;
    again.reset();
    again = map_shared_storage(descriptor, 1 << 20);
    CHECK(first(again) == 7);
    close(descriptor);
  }
  CHECK(open_files() == before);
}

TEST_CASE("threads that map and drop one block agree") {
  const Storage storage = new_shared_storage(4096);
  const int descriptor = dup(shared_descriptor(*storage));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 2000; ++n) {
        const Storage mapped = map_shared_storage(descriptor, 4096);
        __atomic_add_fetch(&first(mapped), 1, __ATOMIC_RELAXED);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  close(descriptor);
  CHECK(first(storage) == 8000);
}

TEST_CASE("what is no block, or too small, is refused") {
  const int before = open_files();
  {
    const Storage small = new_shared_storage(10);
    CHECK_THROWS_WITH_AS(map_shared_storage(shared_descriptor(*small), 11), doctest::Contains("expected a block of 11"),
                         Error);
    CHECK_THROWS_AS(map_shared_storage(9999, 1), Error);
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    CHECK_THROWS_AS(map_shared_storage(ends[0], 1), Error);
    close(ends[0]);
    close(ends[1]);
    CHECK(new_shared_storage(0)->bytes() == 0);
    CHECK_THROWS_AS(new_shared_storage(size_t{1} << 60), Error);  // more than can be mapped
  }
  CHECK(open_files() == before);
}
