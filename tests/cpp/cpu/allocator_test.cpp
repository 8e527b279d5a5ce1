#include "cpu/allocator.h"

#include <doctest/doctest.h>

#include <cstring>
#include <thread>
#include <vector>

#include "core/error.h"

using namespace vt;

TEST_CASE("size classes cover every size and waste at most a quarter") {
  for (size_t bytes = 1; bytes < (size_t{1} << 40); bytes += bytes / 7 + 1) {
    const int size_class = detail::cpu_size_class(bytes);
    const size_t rounded = detail::cpu_class_bytes(size_class);
    REQUIRE(rounded >= bytes);
    REQUIRE(rounded % kCpuAlignment == 0);
    REQUIRE((bytes <= 256 || rounded - bytes <= bytes / 4 + 1));
    REQUIRE(detail::cpu_size_class(rounded) == size_class);
    REQUIRE(detail::cpu_size_class(rounded + 1) == size_class + 1);
  }
}

TEST_CASE("blocks are aligned, writable and apart") {
  std::vector<std::pair<char*, size_t>> blocks;
  for (size_t bytes : {size_t{0}, size_t{1}, size_t{64}, size_t{65}, size_t{1000}, size_t{1} << 17,
                       (size_t{1} << 17) + 1, size_t{5} << 20}) {
    auto* data = static_cast<char*>(cpu_allocate(bytes));
    CHECK(reinterpret_cast<uintptr_t>(data) % kCpuAlignment == 0);
    std::memset(data, static_cast<int>(blocks.size()), bytes);
    blocks.emplace_back(data, bytes);
  }
  for (size_t i = 0; i < blocks.size(); ++i) {
    for (size_t j = 0; j < blocks[i].second; j += 61) REQUIRE(blocks[i].first[j] == static_cast<char>(i));
    cpu_deallocate(blocks[i].first, blocks[i].second);
  }
  cpu_deallocate(nullptr, 12);
}

#ifndef __SANITIZE_ADDRESS__
TEST_CASE("a freed block is handed out again") {
  for (size_t bytes : {size_t{100}, size_t{8} << 20}) {
    void* first = cpu_allocate(bytes);
    cpu_deallocate(first, bytes);
    void* second = cpu_allocate(bytes - 1);
    CHECK(first == second);
    cpu_deallocate(second, bytes - 1);
  }
}

TEST_CASE("the shared cache keeps to its limit") {
  cpu_empty_cache();
  cpu_set_cache_limit(10 << 20);
  std::vector<void*> blocks;
  for (int i = 0; i < 20; ++i) blocks.push_back(cpu_allocate(1 << 20));
  for (void* block : blocks) cpu_deallocate(block, 1 << 20);
  CHECK(cpu_memory_stats().cached_bytes == 10 << 20);
  cpu_set_cache_limit(3 << 20);
  CHECK(cpu_memory_stats().cached_bytes == 3 << 20);
  cpu_set_cache_limit(size_t{1} << 30);
  cpu_empty_cache();
  CHECK(cpu_memory_stats().cached_bytes == 0);
}
#endif

TEST_CASE("statistics return to their baseline, also over threads that end") {
  const int64_t before = cpu_memory_stats().allocated_bytes;
  std::vector<void*> blocks(100);
  std::thread([&] {
    for (void*& block : blocks) block = cpu_allocate(3000);
  }).join();
  CHECK(cpu_memory_stats().allocated_bytes == before + 100 * 3072);
  CHECK(cpu_memory_stats().peak_allocated_bytes >= before + 100 * 3072);
  for (void* block : blocks) cpu_deallocate(block, 3000);  // freed by another thread
  CHECK(cpu_memory_stats().allocated_bytes == before);
}

TEST_CASE("many threads allocate and free each other's blocks") {
  std::vector<std::thread> threads;
  std::vector<std::atomic<void*>> slots(64);
  std::atomic<int> corrupt{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      uint32_t random = 77u + t;
      for (int i = 0; i < 20000; ++i) {
        random = random * 1664525u + 1013904223u;
        auto* block = static_cast<uint64_t*>(cpu_allocate(512));
        block[0] = block[63] = random;
        if (auto* other = static_cast<uint64_t*>(slots[(random >> 16) % 64].exchange(block))) {
          if (other[0] != other[63]) ++corrupt;
          cpu_deallocate(other, 512);
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (auto& slot : slots) cpu_deallocate(slot.load(), 512);
  CHECK(corrupt == 0);
}

TEST_CASE("what cannot be had is an OutOfMemory error") {
  for (size_t bytes : {SIZE_MAX, SIZE_MAX - 63, size_t{1} << 62, size_t{1} << 41}) {
    try {
      cpu_allocate(bytes);
      FAIL("no error for ", bytes);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::OutOfMemory);
    }
  }
}
