// Sums of products of captured work, and what moves them: how many kernels are left of it.
#include "ops/copy/waiting_terms.h"

#include <functional>

#include "ops/factory/factory.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/join.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"
#include "simulated/graph_work.h"

using namespace vt;
using namespace vt::simulated;
using autograd::Grads;

namespace {

constexpr int64_t kBatch = 2, kHeads = 3, kTokens = 4, kHalf = 8;

Tensor values(IntSpan sizes) { return empty(sizes, DType::float32, kCuda); }

Tensor half_of(const Tensor& x, bool second) { return ops::narrow(x, -1, second ? kHalf : 0, kHalf); }

// By an angle per position and pair of halves.
Tensor rotated(const Tensor& x, const Tensor& cos, const Tensor& sin) {
  const Tensor a = half_of(x, false), b = half_of(x, true);
  const Tensor parts[] = {a * cos - b * sin, b * cos + a * sin};
  return ops::cat(parts, -1);
}

size_t kernels_of(const std::function<std::vector<Tensor>()>& work) {
  cuda::Graph graph;
  std::vector<Tensor> results;
  capture(graph, [&] { results = work(); });
  return graph.node_count();
}

}  // namespace

TEST_CASE("rotary embeddings of queries and keys are one pass, and the gradients of queries, keys and values too") {
  SimulatedMachine machine;
  const Tensor cos = values(DimVec{kTokens, kHalf}), sin = values(DimVec{kTokens, kHalf});
  const Tensor rows = values(DimVec{kBatch, kTokens, 3 * kHeads * 2 * kHalf});
  autograd::set_requires_grad(rows, true);
  const Grads given{values(DimVec{kBatch, kHeads, kTokens, 2 * kHalf}),
                    values(DimVec{kBatch, kHeads, kTokens, 2 * kHalf}),
                    values(DimVec{kBatch, kHeads, kTokens, 2 * kHalf})};
  std::vector<Tensor> outputs;
  const auto forward = [&] {
    const Tensor split = ops::view(rows, DimVec{kBatch, kTokens, 3, kHeads, 2 * kHalf});
    const std::vector<Tensor> parts = ops::unbind(ops::permute(split, DimVec{2, 0, 3, 1, 4}), 0);
    return std::vector<Tensor>{rotated(parts[0], cos, sin), rotated(parts[1], cos, sin), parts[2]};
  };
  CHECK(kernels_of(forward) == 1);
  CHECK(kernels_of([&] { return autograd::backward(forward(), given, false, false, {rows}, false, false); }) == 1);
}

TEST_CASE("what moves a sum that waits is part of its pass, what others read is written") {
  SimulatedMachine machine;
  const DimVec sizes{6, 8};
  const Tensor a = values(sizes), b = values(sizes), c = values(sizes), d = values(sizes);
  const auto sum = [&] { return a * b + c * d; };
  SUBCASE("cat") {
    CHECK(kernels_of([&] { return std::vector{ops::cat(std::vector{sum(), a, b * c}, 0)}; }) == 1);
  }
  SUBCASE("stack") {
    CHECK(kernels_of([&] { return std::vector{ops::stack(std::vector{sum(), sum()}, 1)}; }) == 1);
  }
  SUBCASE("cat of what is kept too") {
    CHECK(kernels_of([&] {
            const Tensor kept = sum();
            return std::vector{ops::cat(std::vector{kept, a}, 0), kept};
          }) == 1);
  }
  SUBCASE("cat of a part of it") {
    CHECK(kernels_of([&] { return std::vector{ops::cat(std::vector{ops::narrow(sum(), 0, 1, 3), a}, 0)}; }) == 2);
  }
  SUBCASE("a copy in another order of dims") {
    CHECK(kernels_of([&] {
            const Tensor joined = ops::stack(std::vector{sum(), sum()}, 0);  // (2, 6, 8)
            return std::vector{ops::clone(ops::permute(joined, DimVec{1, 0, 2}), MemoryFormat::Contiguous)};
          }) == 1);
    // A transposing copy reads tiles.
    CHECK(kernels_of([&] { return std::vector{ops::clone(ops::t(sum()), MemoryFormat::Contiguous)}; }) == 2);
  }
  SUBCASE("more places than a pass has") {
    CHECK(kernels_of([&] { return std::vector{ops::cat(std::vector<Tensor>(waiting::kMostPlaces, sum()), 0)}; }) == 1);
    CHECK(kernels_of([&] { return std::vector{ops::cat(std::vector<Tensor>(waiting::kMostPlaces + 1, sum()), 0)}; }) >
          1);
  }
}

TEST_CASE("gradients of slices share a pass with zeros around them") {
  SimulatedMachine machine;
  const Tensor x = values(DimVec{6, 8}), y = values(DimVec{6, 2}), given = values(DimVec{6, 2});
  autograd::set_requires_grad(x, true);
  const auto gradient = [&](const std::vector<int64_t>& starts) {
    return kernels_of([&] {
      std::vector<Tensor> outputs;
      for (const int64_t start : starts) outputs.push_back(ops::narrow(x, 1, start, 2) * y);
      return autograd::backward(outputs, Grads(outputs.size(), given), false, false, {x}, false, false);
    });
  };
  CHECK(gradient({0, 2, 4, 6}) == 1);
  CHECK(gradient({0, 6}) == 2);     // zeros between
  CHECK(gradient({0, 1, 6}) >= 3);  // two that overlap
}
