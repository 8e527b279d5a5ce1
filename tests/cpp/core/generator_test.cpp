#include "core/generator.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "core/error.h"

using namespace vt;

TEST_CASE("the engine is the standard's mt19937, in runs of any length") {
  Mt19937 ours(5489);
  std::mt19937 standard;
  for (int64_t run : {1, 2, 623, 624, 625, 1248, 5000, 3}) {
    std::vector<uint32_t> words(run);
    ours.fill(words.data(), run);
    const bool equal = std::ranges::all_of(words, [&](uint32_t word) { return word == standard(); });
    CHECK(equal);
  }
  const uint64_t high = standard(), low = standard();
  CHECK(ours.next64() == (high << 32 | low));
}

TEST_CASE("a CPU state resumes the stream, cached normal included") {
  auto generator = make_intrusive<CpuGenerator>(42);
  for (int i = 0; i < 1000; ++i) generator->engine().next();
  generator->cached_normal() = 0.25;
  const auto state = generator->state();
  CHECK(state.size() == 5056);
  const uint32_t expected = generator->engine().next();

  auto other = make_intrusive<CpuGenerator>(7);
  other->set_state(state);
  CHECK(other->initial_seed() == 42);
  CHECK(other->cached_normal() == 0.25);
  CHECK(other->state() == state);
  CHECK(other->engine().next() == expected);

  auto copy = other->clone();
  CHECK(copy->state() == other->state());
  copy->manual_seed(3);
  CHECK(other->initial_seed() == 42);
  CHECK_FALSE(static_cast<CpuGenerator&>(*copy).cached_normal().has_value());
}

TEST_CASE("a bad CPU state is refused and changes nothing") {
  auto generator = make_intrusive<CpuGenerator>(42);
  generator->engine().next();
  const auto good = generator->state();
  auto refused = [&](std::vector<uint8_t> bytes) {
    CHECK_THROWS_AS(generator->set_state(bytes), Error);
    CHECK(generator->state() == good);
  };
  refused({});
  refused(std::vector<uint8_t>(5055));
  refused(std::vector<uint8_t>(5056));  // not seeded
  auto bad = good;
  bad[8] = 0;  // left = 0 | high byte
  bad[9] = 0;
  refused(bad);
  bad = good;
  bad[16] = 100;  // position and remaining words disagree: would read past the block
  refused(bad);
  bad = good;
  bad[23] = 1;  // position beyond 2^56
  refused(bad);
}

TEST_CASE("a CUDA generator hands out positions that do not overlap") {
  auto generator = make_intrusive<CudaGenerator>(0, 9);
  CHECK(generator->take(4).offset == 0);
  CHECK(generator->take(5).offset == 4);
  CHECK(generator->take(1).offset == 12);
  CHECK(generator->offset() == 16);
  CHECK_THROWS_AS(generator->set_offset(6), Error);

  auto copy = make_intrusive<CudaGenerator>(0);
  copy->set_state(generator->state());
  CHECK(copy->initial_seed() == 9);
  CHECK(copy->offset() == 16);
  copy->manual_seed(9);
  CHECK(copy->offset() == 0);
}

TEST_CASE("under capture positions count from the graph's start and the generator stands still") {
  auto generator = make_intrusive<CudaGenerator>(1, 9);
  generator->take(8);
  const uint64_t device_memory[2] = {};
  generator->begin_capture(&device_memory[0], &device_memory[1]);
  const PhiloxPosition first = generator->take(4);
  const PhiloxPosition second = generator->take(4);
  CHECK(first.device_offset == &device_memory[1]);
  CHECK(first.offset == 0);
  CHECK(second.offset == 4);
  CHECK_THROWS_AS(generator->manual_seed(1), Error);
  CHECK_THROWS_AS(generator->begin_capture(&device_memory[0], &device_memory[1]), Error);
  CHECK(generator->end_capture() == 8);
  CHECK(generator->offset() == 8);
  CHECK(generator->take(4).device_offset == nullptr);
}

TEST_CASE("the default CUDA generators follow one seed, made before or after it") {
  auto before = default_cuda_generator(0);
  seed_default_cuda_generators(77);
  CHECK(before->initial_seed() == 77);
  CHECK(default_cuda_generator(1)->initial_seed() == 77);
  CHECK(default_cuda_generator(0) == before);
  CHECK_THROWS_AS(default_cuda_generator(-1), Error);
  CHECK_THROWS_AS(default_cuda_generator(64), Error);
}

TEST_CASE("a generator of the wrong device is refused") {
  const auto cpu = make_intrusive<CpuGenerator>();
  const auto cuda = make_intrusive<CudaGenerator>(1);
  CHECK(&cpu_generator_or_default(cpu.get()) == cpu.get());
  CHECK(&cpu_generator_or_default(nullptr) == default_cpu_generator().get());
  CHECK(&cuda_generator_or_default(cuda.get(), 1) == cuda.get());
  CHECK_THROWS_AS(cpu_generator_or_default(cuda.get()), Error);
  CHECK_THROWS_AS(cuda_generator_or_default(cpu.get(), 0), Error);
  CHECK_THROWS_AS(cuda_generator_or_default(cuda.get(), 0), Error);
}
