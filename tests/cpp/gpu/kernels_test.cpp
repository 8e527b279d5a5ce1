// One small program per family of CUDA kernels, forward and backward, beside the same on the CPU.
//
// Kept native and small so that compute-sanitizer can run it whole under each of its tools:
//   tools/compute_sanitizer.sh
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "autograd/autograd.h"
#include "core/generator.h"
#include "cuda/allocator.h"
#include "cuda/device.h"
#include "cuda/event.h"
#include "cuda/gemm.h"
#include "cuda/graph.h"
#include "cuda/stream.h"
#include "dispatch/dispatch.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/typed/copy.h"
#include "ops/typed/view.h"

using namespace vt;

namespace {

const Device kGpu{DeviceType::CUDA, 0};

struct Initialized {
  Initialized() { initialize(); }
} initialized;

template <class... A>
Tensor op(const char* name, const A&... args) {
  return call<Tensor>(find_op(name), args...);
}

// The first of several results.
template <class... A>
Tensor first(const char* name, const A&... args) {
  Value values[kMaxArgs] = {box(args)...};
  Results results;
  call_op(find_op(name), values, sizeof...(A), results);
  return std::move(results.tensors[0]);
}

// All results in one row, as float64.
template <class... A>
Tensor joined(const char* name, const A&... args) {
  Value values[kMaxArgs] = {box(args)...};
  Results results;
  call_op(find_op(name), values, sizeof...(A), results);
  std::vector<Tensor> rows;
  for (int i = 0; i < results.count; ++i) {
    rows.push_back(ops::reshape(op("to.dtype", results.tensors[i], DType::float64), DimVec{-1}));
  }
  return op("cat", rows);
}

Tensor to_cpu(const Tensor& t) { return op("to.device", t, kCPU, DType::float64); }
Tensor to_gpu(const Tensor& t) { return op("to.device", t, kGpu, t.dtype()); }

// A 0-dim operand, which does not promote; it may join operands on the GPU.
Tensor number(double value) { return ops::filled(DimVec{}, Scalar(value), DType::float64); }
Tensor number(int64_t value) { return ops::filled(DimVec{}, Scalar(value), DType::int64); }

// Numbers around zero that differ from each other, the same on every run.
Tensor numbers(const DimVec& sizes, DType dtype = DType::float32, double step = 0.37) {
  const int64_t n = checked_numel(sizes);
  const Tensor line = ops::counted(Scalar(0), Scalar(1), n, DType::float64);
  return ops::as_dtype(ops::view(op("mul.Tensor", op("sin", op("mul.Tensor", line, number(step))), number(1.5)), sizes),
                       dtype);
}
Tensor indices(const DimVec& sizes, int64_t bound) {
  const int64_t n = checked_numel(sizes);
  const Tensor line = ops::counted(Scalar(0), Scalar(7), n, DType::int64);
  return ops::view(op("remainder.Tensor", line, number(bound)), sizes);
}

using Tensors = std::vector<Tensor>;
struct Program {
  const char* name;
  Tensors inputs;
  std::function<Tensor(const Tensors&)> run;
  double tolerance = 1e-5;
};

double distance(const Tensor& a, const Tensor& b) {
  const Tensor difference = op("sub.Tensor", to_cpu(a), to_cpu(b));
  const double off = ops::item(op("sum", op("abs", difference))).to_double();
  const double size = ops::item(op("sum", op("abs", to_cpu(b)))).to_double();
  return off / (size + 1e-12);
}

// The result, then the gradients of the floating-point inputs.
Tensors run(const Program& program, bool on_gpu) {
  Tensors inputs, leaves;
  for (const Tensor& t : program.inputs) {
    inputs.push_back(on_gpu ? to_gpu(t) : op("clone", t));
    if (!is_floating(t.dtype())) continue;
    autograd::set_requires_grad(inputs.back(), true);
    leaves.push_back(inputs.back());
  }
  Tensors results{program.run(inputs)};
  if (!results[0].requires_grad()) return results;
  const Tensor weighted = op("sum", op("mul.Tensor", op("to.dtype", results[0], DType::float32),
                                       op("to.device", numbers(DimVec(results[0].sizes()), DType::float32, 0.11),
                                          results[0].device(), DType::float32)));
  autograd::backward({weighted}, {}, false, false, {}, false, true);
  for (const Tensor& leaf : leaves) {
    if (const Tensor g = autograd::grad(leaf); g.defined()) results.push_back(g);
  }
  return results;
}

std::vector<Program> programs() {
  const DType half = DType::bfloat16;
  const Tensor x = numbers({33, 70}), y = numbers({33, 70}, DType::float32, 0.91), row = numbers({70});
  std::vector<Program> list = {
      {"pointwise",
       {x, y},
       [](const Tensors& t) { return op("add.Tensor", op("mul.Tensor", t[0], t[1]), op("gelu", t[0])); }},
      {"pointwise bfloat16",
       {numbers({33, 70}, half), numbers({33, 70}, half, 0.91)},
       [](const Tensors& t) { return op("mul.Tensor", op("silu", t[0]), op("tanh", t[1])); },
       2e-2},
      {"pointwise of odd layouts",
       {x, row},
       [](const Tensors& t) {
         return op("sub.Tensor", op("exp", ops::t(op("add.Tensor", t[0], t[1]))), ops::t(t[0]));
       }},
      {"where and comparison",
       {x, y},
       [](const Tensors& t) { return op("where.self", op("gt.Tensor", t[0], t[1]), t[0], t[1]); }},
      {"sums",
       {x},
       [](const Tensors& t) {
         return op("add.Tensor", op("sum.dim_IntList", t[0], DimVec{0}, true), op("mean.dim", t[0], DimVec{1}, true));
       }},
      {"norms and extremes",
       {x},
       [](const Tensors& t) {
         return op("add.Tensor", op("amax", t[0], DimVec{1}, true), op("logsumexp", t[0], DimVec{1}, true));
       }},
      {"var", {x}, [](const Tensors& t) { return op("var.dim", t[0], DimVec{0}, true, true); }},
      {"softmax", {x}, [](const Tensors& t) { return op("softmax.int", t[0], int64_t{1}); }},
      {"log_softmax down columns", {x}, [](const Tensors& t) { return op("log_softmax.int", t[0], int64_t{0}); }},
      {"layer_norm",
       {x, row, numbers({70}, DType::float32, 0.2)},
       [](const Tensors& t) { return op("layer_norm", t[0], DimVec{70}, t[1], t[2]); }},
      {"rms_norm", {x, row}, [](const Tensors& t) { return op("rms_norm", t[0], DimVec{70}, t[1]); }},
      {"cross_entropy",
       {x, indices({33}, 70)},
       [](const Tensors& t) { return op("sum", first("_cross_entropy", t[0], t[1])); }},
      {"embedding",
       {numbers({50, 20}), indices({9, 5}, 50)},
       [](const Tensors& t) { return op("embedding", t[0], t[1]); }},
      {"gather and scatter",
       {x, indices({33, 9}, 70)},
       [](const Tensors& t) {
         return op("scatter_add", t[0], int64_t{1}, t[1], op("gather", t[0], int64_t{1}, t[1]));
       }},
      {"index_select and index_add",
       {x, indices({12}, 33)},
       [](const Tensors& t) {
         return op("index_add", t[0], int64_t{0}, t[1], op("index_select", t[0], int64_t{0}, t[1]));
       }},
      {"masked_fill and tril",
       {x},
       [](const Tensors& t) {
         return op("masked_fill.Scalar", op("tril", t[0]), op("gt.Tensor", t[0], number(0.3)), Scalar(2.0));
       }},
      {"cumsum", {x}, [](const Tensors& t) { return op("cumsum", t[0], int64_t{1}); }, 1e-4},
      {"cumsum of long lines",
       {numbers({3, 9000})},
       [](const Tensors& t) { return op("cumsum", t[0], int64_t{1}); },
       1e-3},
      {"cumsum down columns",
       {numbers({400, 70})},
       [](const Tensors& t) { return op("cumsum", t[0], int64_t{0}); },
       1e-3},
      {"topk of long rows", {numbers({3, 5000})}, [](const Tensors& t) { return joined("topk", t[0], int64_t{50}); }},
      {"masked_scatter",
       {x, y},
       [](const Tensors& t) { return op("masked_scatter", t[0], op("gt.Tensor", t[0], number(0.3)), t[1]); }},
      {"sort of long rows",
       {numbers({2, 5000})},
       [](const Tensors& t) { return first("sort", t[0], int64_t{1}, true); }},
      {"sort", {x}, [](const Tensors& t) { return first("sort", t[0], int64_t{1}, true); }},
      {"topk", {x}, [](const Tensors& t) { return first("topk", t[0], int64_t{5}); }},
      {"argmax", {x}, [](const Tensors& t) { return op("argmax", t[0], int64_t{1}); }},
      {"nonzero", {x}, [](const Tensors& t) { return op("nonzero", op("gt.Tensor", t[0], number(0.0))); }},
      {"kthvalue", {x}, [](const Tensors& t) { return joined("kthvalue", t[0], int64_t{7}, int64_t{1}); }},
      {"kthvalue of long rows",
       {numbers({2, 5000})},
       [](const Tensors& t) { return joined("kthvalue", t[0], int64_t{1234}, int64_t{1}); }},
      {"kthvalue and median of very long rows",
       {numbers({2, 70000})},
       [](const Tensors& t) {
         return op("add.Tensor", first("kthvalue", t[0], int64_t{41234}, int64_t{1}),
                   first("median.dim", t[0], int64_t{1}));
       }},
      {"median down columns", {x}, [](const Tensors& t) { return joined("median.dim", t[0], int64_t{0}); }},
      {"nanmedian of float64",
       {numbers({65, 30}, DType::float64)},
       [](const Tensors& t) { return op("nanmedian", t[0]); }},
      {"mode", {indices({33, 70}, 9)}, [](const Tensors& t) { return joined("mode", t[0], int64_t{1}); }},
      {"unique", {indices({3000}, 50)}, [](const Tensors& t) { return joined("_unique2", t[0], true, true, true); }},
      {"unique_dim",
       {indices({60, 3}, 4)},
       [](const Tensors& t) { return joined("unique_dim", t[0], int64_t{0}, true, true, true); }},
      {"unique_dim of wide items",
       {indices({20, 100}, 3)},
       [](const Tensors& t) { return joined("unique_dim", t[0], int64_t{0}, true, true, true); }},
      {"unique_consecutive",
       {op("div.Tensor_mode", indices({900}, 40), number(int64_t{8}), "floor")},
       [](const Tensors& t) { return joined("unique_consecutive", t[0], true, true); }},
      {"bincount", {indices({5000}, 60)}, [](const Tensors& t) { return op("bincount", t[0]); }},
      {"bincount with weights and many bins",
       {indices({5000}, 9001), numbers({5000})},
       [](const Tensors& t) { return op("bincount", t[0], t[1], int64_t{9500}); }},
      {"histc",
       {x},
       [](const Tensors& t) {
         return op("add.Tensor", op("histc", t[0], int64_t{20}), op("histc", t[0], int64_t{20}, Scalar(-1), Scalar(1)));
       }},
      {"searchsorted",
       {x, y},
       [](const Tensors& t) { return op("searchsorted.Tensor", first("sort", t[0], int64_t{1}, false), t[1]); }},
      {"searchsorted with a sorter",
       {x, y},
       [](const Tensors& t) {
         return op("searchsorted.Tensor", t[0], t[1], true, true, std::nullopt, op("argsort", t[0], int64_t{1}));
       }},
      {"bucketize",
       {x, row},
       [](const Tensors& t) { return op("bucketize.Tensor", t[0], first("sort", t[1], int64_t{0}, false)); }},
      {"repeat_interleave",
       {x, indices({33}, 4)},
       [](const Tensors& t) { return op("repeat_interleave.self_Tensor", t[0], t[1], int64_t{0}); }},
      {"one_hot", {indices({40}, 9)}, [](const Tensors& t) { return op("one_hot", t[0], int64_t{9}); }},
      {"cat, permute, flip, roll",
       {x, y},
       [](const Tensors& t) {
         return op(
             "flip",
             op("roll", op("cat", std::vector<Tensor>{ops::t(t[0]), ops::t(t[1])}, int64_t{1}), DimVec{3}, DimVec{0}),
             DimVec{0});
       }},
      {"matmul", {x, numbers({70, 41})}, [](const Tensors& t) { return op("matmul", t[0], t[1]); }},
      {"linear bfloat16",
       {numbers({31, 70}, half), numbers({45, 70}, half, 0.2), numbers({45}, half)},
       [](const Tensors& t) { return op("linear", t[0], t[1], t[2]); },
       3e-2},
      {"batched matmul",
       {numbers({4, 17, 8}), numbers({4, 8, 9}, DType::float32, 0.2)},
       [](const Tensors& t) { return op("bmm", t[0], t[1]); }},
      {"attention",
       {numbers({2, 3, 16, 8}), numbers({2, 3, 16, 8}, DType::float32, 0.2),
        numbers({2, 3, 16, 8}, DType::float32, 0.7)},
       [](const Tensors& t) { return op("scaled_dot_product_attention", t[0], t[1], t[2], std::nullopt, 0.0, true); },
       1e-4},
      {"float64",
       {numbers({65, 30}, DType::float64)},
       [](const Tensors& t) { return op("softmax.int", op("log1p", op("abs", t[0])), int64_t{1}); }},
      {"integers",
       {indices({100, 30}, 50)},
       [](const Tensors& t) { return op("sum.dim_IntList", op("mul.Tensor", t[0], t[0]), DimVec{1}); }},
      {"casts",
       {x},
       [](const Tensors& t) { return op("to.dtype", op("to.dtype", t[0], DType::float16), DType::float32); }},
  };
  return list;
}

bool has_gpu() { return cuda::is_available(); }

}  // namespace

TEST_CASE("every program gives a result and the gradients of its inputs on the CPU") {
  for (const Program& program : programs()) {
    CAPTURE(program.name);
    const Tensors got = run(program, false);
    CHECK(ops::item(op("isfinite", op("sum", to_cpu(got[0])))).to_bool());
    size_t leaves = 0;
    for (const Tensor& t : program.inputs) leaves += is_floating(t.dtype());
    CHECK((got.size() == 1 || got.size() == 1 + leaves));
  }
}

TEST_CASE("kernels give the CPU's numbers, forward and backward" * doctest::skip(!has_gpu())) {
  for (const Program& program : programs()) {
    CAPTURE(program.name);
    const Tensors expected = run(program, false), got = run(program, true);
    REQUIRE(got.size() == expected.size());
    for (size_t i = 0; i < got.size(); ++i) {
      CAPTURE(i);
      CHECK(distance(got[i], expected[i]) <= program.tolerance);
    }
  }
  cuda::synchronize_device(0);
}

TEST_CASE("float32 products in bfloat16 parts give the CPU's numbers" * doctest::skip(!has_gpu())) {
  cuda::set_float32_products(cuda::Float32Products::Split);
  const Program products[] = {
      {"linear",
       {numbers({150, 140}), numbers({131, 140}, DType::float32, 0.91), numbers({131})},
       [](const Tensors& t) { return op("linear", t[0], t[1], t[2]); }},
      {"a long sum, in sections",
       {numbers({70, 5000}), numbers({5000, 30}, DType::float32, 0.91)},
       [](const Tensors& t) { return op("mm", t[0], t[1]); }},
      {"values that have no parts",
       {numbers({40, 30}), numbers({30, 35}, DType::float32, 0.91)},
       [](const Tensors& t) {
         return op("mul.Tensor", op("mm", op("mul.Tensor", t[0], number(1e-38)), t[1]), number(1e38));
       }},
  };
  for (const Program& program : products) {
    CAPTURE(program.name);
    const Tensors expected = run(program, false), got = run(program, true);
    for (size_t i = 0; i < got.size(); ++i) CHECK(distance(got[i], expected[i]) <= program.tolerance);
  }
  cuda::set_float32_products(cuda::Float32Products::Float32);
}

TEST_CASE("random numbers lie where they should" * doctest::skip(!has_gpu())) {
  const Tensor x = to_gpu(numbers({4096}));
  (void)op("uniform_", x, 2.0, 3.0);
  const double mean = ops::item(op("mean", to_cpu(x))).to_double();
  CHECK(mean > 2.4);
  CHECK(mean < 2.6);
  (void)op("normal_", x, 0.0, 1.0);
  CHECK(std::abs(ops::item(op("mean", to_cpu(x))).to_double()) < 0.1);
  const Tensor kept = op("dropout", to_gpu(op("ones_like", numbers({4096}))), 0.25, true);
  CHECK(std::abs(ops::item(op("mean", to_cpu(kept))).to_double() - 1.0) < 0.1);
}

TEST_CASE("streams, events and memory that several streams use" * doctest::skip(!has_gpu())) {
  const cuda::Stream side = cuda::pool_stream(0);
  Tensor x = to_gpu(numbers({100000}));
  Tensor y;
  for (int i = 0; i < 5; ++i) {
    cuda::wait_stream(side, cuda::current_stream(0));
    {
      const cuda::StreamGuard guard(side);
      y = op("mul.Tensor", x, number(1.5));
    }
    cuda::wait_stream(cuda::current_stream(0), side);
    x = op("add.Tensor", x, y);
  }
  cuda::synchronize_device(0);
  CHECK(distance(x, op("mul.Tensor", numbers({100000}), number(97.65625))) < 1e-5);
}

TEST_CASE("a graph replays its work on new values" * doctest::skip(!has_gpu())) {
  if (std::string(cuda::allocator().name()) == "passthrough") return;  // it has no pools, which graphs need

  const cuda::Stream side = cuda::pool_stream(0);
  const Tensor x = to_gpu(numbers({64, 64}));
  cuda::synchronize_device(0);
  Tensor y;
  cuda::Graph graph;
  {
    const cuda::StreamGuard guard(side);
    y = op("matmul", x, x);  // what a first call sets up
    graph.capture_begin();
    y = op("add.Tensor", op("matmul", x, x), op("relu", x));
    graph.capture_end();
  }
  for (const double scale : {1.0, 0.5}) {
    (void)op("copy_", x, to_gpu(op("mul.Tensor", numbers({64, 64}), number(scale))));
    cuda::synchronize_device(0);
    graph.replay();
    cuda::synchronize_device(0);
    const Tensor expected = op("mul.Tensor", numbers({64, 64}), number(scale));
    CHECK(distance(y, op("add.Tensor", op("matmul", expected, expected), op("relu", expected))) < 1e-4);
  }
}
