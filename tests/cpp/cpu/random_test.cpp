// What holds without PyTorch; tests/python/test_random.py compares the bits.
#include "cpu/random/fill.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "cpu/random/box_muller.h"

using namespace vt;
using namespace vt::cpu;

TEST_CASE("fills may be split anywhere") {
  CpuGenerator whole(1), parts(1);
  std::vector<double> a(3000), b(3000);
  fill_uniform(whole, DType::float64, a.data(), 3000, -1, 2);
  fill_uniform(parts, DType::float64, b.data(), 7, -1, 2);
  fill_uniform(parts, DType::float64, b.data() + 7, 2993, -1, 2);
  CHECK(a == b);
  fill_normal(whole, DType::float64, a.data(), 3000, 0, 1);
  fill_normal(parts, DType::float64, b.data(), 1501, 0, 1);
  fill_normal(parts, DType::float64, b.data() + 1501, 1499, 0, 1);
  CHECK(a == b);
  CHECK(whole.state() == parts.state());
}

TEST_CASE("the float Box-Muller transform is the double one to float accuracy") {
  CpuGenerator generator(3);
  constexpr int64_t kBlocks = 1000;
  std::vector<float> units(16 * kBlocks), normals;
  fill_uniform(generator, DType::float32, units.data(), 16 * kBlocks, 0, 1);
  units[0] = 0;                // log(1)
  units[1] = 1.0f - 0x1p-24f;  // the smallest argument of log
  units[8] = 0;
  units[9] = 1.0f - 0x1p-24f;
  normals = units;
  box_muller_blocks(normals.data(), kBlocks, 0.5f, 2.0f);
  double worst = 0;
  for (int64_t b = 0; b < kBlocks; ++b) {
    for (int i = 0; i < 8; ++i) {
      const double radius = std::sqrt(-2 * std::log(1.0 - units[16 * b + i]));
      const double angle = 2 * M_PI * units[16 * b + i + 8];
      worst = std::max(worst, std::abs(normals[16 * b + i] - (radius * std::cos(angle) * 2 + 0.5)));
      worst = std::max(worst, std::abs(normals[16 * b + i + 8] - (radius * std::sin(angle) * 2 + 0.5)));
    }
  }
  CHECK(worst < 1e-5);
}

TEST_CASE("every dtype of uniform stays below its open end") {
  CpuGenerator generator(5);
  std::vector<uint16_t> bits(100000);
  fill_uniform(generator, DType::bfloat16, bits.data(), 100000, 0, 1);
  CHECK(std::ranges::none_of(bits, [](uint16_t b) { return float(bfloat16::from_bits(b)) >= 1.0f; }));
  fill_uniform(generator, DType::float16, bits.data(), 100000, 0, 1);
  CHECK(std::ranges::none_of(bits, [](uint16_t b) { return float(float16::from_bits(b)) >= 1.0f; }));
}

TEST_CASE("a permutation has every number once") {
  CpuGenerator generator(5);
  for (int64_t n : {0, 1, 2, 511, 512, 513, 1025, 10000}) {
    std::vector<int64_t> out(n), expected(n);
    fill_permutation(generator, DType::int64, out.data(), n);
    std::iota(expected.begin(), expected.end(), 0);
    if (n > 500) CHECK(out != expected);
    std::ranges::sort(out);
    CHECK(out == expected);
  }
}

TEST_CASE("a probability outside [0, 1] is refused") {
  CpuGenerator generator(5);
  float out[3];
  for (float bad : {-0.1f, 1.5f, std::nanf("")}) {
    const float p[3] = {0.5f, bad, 0.5f};
    CHECK_THROWS_AS(fill_bernoulli(generator, DType::float32, out, 3, DType::float32, p), Error);
  }
}
