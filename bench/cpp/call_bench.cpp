// What a small call costs on the host beside the driver: dispatch, iterator, memory, launch, and with autograd the
// node. Rows run on the CPU and on a device that does nothing.
#include <benchmark/benchmark.h>

#include "autograd/autograd.h"
#include "cuda/allocator.h"
#include "dispatch/dispatch.h"
#include "idle_device.h"

namespace vt {
namespace {

constexpr size_t kMemory = size_t{1} << 30;

struct Operands {
  Tensor x, y, leaf, matrix;  // (16), (16), (16) that requires grad, (4, 4)
};

template <class... A>
Tensor named(const Op& op, const A&... args) {
  return call<Tensor>(op, args...);
}

Operands operands(Device device) {
  const auto ones = [&](const DimVec& sizes) {
    return named(find_op("fill_.Scalar"), empty(sizes, DType::float32, device), Scalar(1.0));
  };
  Operands made{ones({16}), ones({16}), ones({16}), ones({4, 4})};
  autograd::set_requires_grad(made.leaf, true);
  return made;
}

using Once = Tensor (*)(const Op&, const Operands&);

// One op called with the same operands again and again.
void row(benchmark::State& state, DeviceType type, const char* op_name, Once once) {
  initialize();
  cuda::IdleDevice device(kMemory);
  {
    const Operands in = operands(Device{type, 0});
    const Op& op = find_op(op_name);
    for (auto _ : state) benchmark::DoNotOptimize(once(op, in));
  }
  cuda::allocator().empty_cache();
}

const struct {
  const char *name, *op;
  Once once;
} kRows[] = {
    {"add", "add.Tensor", [](const Op& op, const Operands& in) { return named(op, in.x, in.y); }},
    {"add_", "add_.Tensor", [](const Op& op, const Operands& in) { return named(op, in.x, in.y, Scalar(0.0)); }},
    {"relu", "relu", [](const Op& op, const Operands& in) { return named(op, in.x); }},
    {"sum", "sum", [](const Op& op, const Operands& in) { return named(op, in.x); }},
    {"add with autograd", "add.Tensor", [](const Op& op, const Operands& in) { return named(op, in.leaf, in.y); }},
    {"view", "view", [](const Op& op, const Operands& in) { return named(op, in.matrix, DimVec{16}); }},
    {"transpose", "t", [](const Op& op, const Operands& in) { return named(op, in.matrix); }},
    {"x[0]", "select.int", [](const Op& op, const Operands& in) { return named(op, in.matrix, 0, 0); }},
    {"x[:, 1:3]", "slice.Tensor", [](const Op& op, const Operands& in) { return named(op, in.matrix, 1, 1, 3); }},
};

// What an allocation alone takes.
void new_tensor(benchmark::State& state, DeviceType type) {
  initialize();
  cuda::IdleDevice device(kMemory);
  for (auto _ : state) benchmark::DoNotOptimize(empty(DimVec{16}, DType::float32, Device{type, 0}));
  cuda::allocator().empty_cache();
}

}  // namespace
}  // namespace vt

int main(int count, char** arguments) {
  for (const auto& [prefix, type] : {std::pair{"cpu/", vt::DeviceType::CPU}, {"cuda/", vt::DeviceType::CUDA}}) {
    for (const auto& row : vt::kRows)
      benchmark::RegisterBenchmark((std::string(prefix) + row.name).c_str(), vt::row, type, row.op, row.once);
    benchmark::RegisterBenchmark((std::string(prefix) + "empty").c_str(), vt::new_tensor, type);
  }
  benchmark::Initialize(&count, arguments);
  benchmark::RunSpecifiedBenchmarks();
}
