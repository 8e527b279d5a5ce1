// The host side of CUDA loops and reductions: what they would walk, checked without a GPU.
#include <doctest/doctest.h>

#include <vector>

#include "core/tensor.h"
#include "cpu/backend.h"
#include "iter/cuda_divide.cuh"
#include "iter/cuda_loop.h"
#include "iter/cuda_reduce.h"

using namespace vt;
using namespace vt::cuda;

namespace {

// Marks every element that the loop's operand `which` touches, by byte offset from `base`.
void mark(const Loop& loop, int which, const char* base, std::vector<int>& hits) {
  const LoopOperand& o = loop.operands[which];
  const int64_t n = loop.numel();
  for (int64_t i = 0; i < n; ++i) {
    int64_t rest = i, offset = o.data - base;
    for (int d = 0; d < loop.ndim; ++d) {
      offset += rest % loop.sizes[d] * o.strides[d];
      rest /= loop.sizes[d];
    }
    hits[static_cast<size_t>(offset)]++;
  }
}

void split_and_mark(Loop loop, const char* base, std::vector<int>& hits, int64_t most) {
  if (loop.numel() <= most) return mark(loop, 0, base, hits);
  const Loop second = split_loop(loop);
  split_and_mark(loop, base, hits, most);
  split_and_mark(second, base, hits, most);
}

}  // namespace

TEST_CASE("fast division is division") {
  const uint32_t numbers[] = {
      0, 1, 2, 3, 5, 31, 32, 33, 255, 1000, 65535, 65536, 1u << 20, (1u << 31) - 2, (1u << 31) - 1};
  for (uint32_t divisor : numbers) {
    if (divisor == 0) continue;
    const FastDivider fast(divisor);
    for (uint32_t n : numbers) {
      uint32_t quotient, remainder;
      fast.split(n, quotient, remainder);
      CAPTURE(n);
      CAPTURE(divisor);
      CHECK(quotient == n / divisor);
      CHECK(remainder == n % divisor);
    }
    uint32_t n = 12345;
    for (int i = 0; i < 2000; ++i) {
      n = (n * 1664525u + 1013904223u) & 0x7fffffffu;
      REQUIRE(fast.divide(n) == n / divisor);
    }
  }
}

TEST_CASE("a split loop touches every element once") {
  std::vector<char> memory(4096);
  Loop loop;
  loop.ndim = 3;
  loop.operand_count = 1;
  loop.operands[0].data = memory.data();
  const int64_t sizes[] = {7, 33, 5}, strides[] = {1, 8, 280};
  for (int d = 0; d < 3; ++d) {
    loop.sizes[d] = sizes[d];
    loop.operands[0].strides[d] = strides[d];
  }
  std::vector<int> whole(memory.size()), parts(memory.size());
  mark(loop, 0, memory.data(), whole);
  split_and_mark(loop, memory.data(), parts, 40);
  CHECK(whole == parts);
}

TEST_CASE("offsets beyond 31 bits are seen") {
  Loop loop;
  loop.ndim = 1;
  loop.operand_count = 2;
  loop.sizes[0] = 1 << 20;
  loop.operands[0].strides[0] = 4;
  loop.operands[1].strides[0] = 1024;
  CHECK(fits_32_bit(loop));
  loop.operands[1].strides[0] = 4096;
  CHECK_FALSE(fits_32_bit(loop));
  const Loop second = split_loop(loop);
  CHECK(loop.sizes[0] + second.sizes[0] == 1 << 20);
  CHECK(fits_32_bit(loop));
}

TEST_CASE("a reduction's dims are merged, and sorted only where order does not matter") {
  cpu::register_cpu_backend();
  const Tensor t = empty(DimVec{4, 5, 6, 7}, DType::float32);
  {
    const DimVec dims{2, 3};
    const ReduceShape s = make_reduce_shape(t, dims, false);
    CHECK(s.reduced.ndim == 1);
    CHECK(s.reduced.count == 42);
    CHECK(s.reduced.strides[0] == 1);
    CHECK(s.kept.ndim == 1);
    CHECK(s.kept.count == 20);
    CHECK(s.kept.strides[0] == 42);
  }
  {
    const DimVec dims{0, 2};
    const ReduceShape s = make_reduce_shape(t, dims, false);
    CHECK(s.reduced.ndim == 2);
    CHECK(s.reduced.count == 24);
    CHECK(s.kept.count == 35);
    CHECK(s.kept.strides[0] == 1);
  }
  const Tensor transposed = make_view(t, DimVec{7, 6, 5, 4}, DimVec{1, 7, 42, 210}, 0);
  CHECK(make_reduce_shape(transposed, {}, false).reduced.ndim == 1);
  const ReduceShape ordered = make_reduce_shape(transposed, {}, true);
  CHECK(ordered.reduced.ndim == 4);
  CHECK(ordered.reduced.strides[0] == 210);
  CHECK(ordered.kept.count == 1);
}
