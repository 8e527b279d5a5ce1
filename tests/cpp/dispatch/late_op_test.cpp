// Ops that come in after start-up.
#include <doctest/doctest.h>

#include <thread>

#include "autograd/autograd.h"
#include "dispatch/registry.h"

using namespace vt;

namespace {

struct Initialized {
  Initialized() { initialize(); }
} initialized;

TensorSpec plus_meta(const Tensor& self, Scalar&) { return {DimVec(self.sizes()), self.dtype(), self.device()}; }
void plus_cpu(const Tensor& self, Scalar value, Tensor& out) {
  for (int64_t i = 0; i < self.numel(); ++i) out.data<float>()[i] = self.data<float>()[i] + value.to<float>();
}
void declare_plus(OpBuilder& op) { op.meta(plus_meta).cpu(plus_cpu).inplace().not_differentiable(); }

Tensor two_ones() {
  const Tensor t = empty(DimVec{2}, DType::float32);
  t.data<float>()[0] = t.data<float>()[1] = 1;
  return t;
}

}  // namespace

TEST_CASE("an op that comes in late can be called in every form and is told to listeners") {
  Registry& registry = Registry::get();
  static std::vector<std::string> heard;  // the listener stays
  registry.on_late_op([](const Op& op) { heard.push_back(op.name()); });
  const Op& op = registry.add_late("late_plus(Tensor self, Scalar value) -> Tensor", declare_plus);
  CHECK(heard == std::vector<std::string>{"late_plus", "late_plus_", "late_plus.out"});
  CHECK(&op == registry.find("late_plus"));
  CHECK(registry.overloads("late_plus").size() == 2);

  const Tensor x = two_ones();
  CHECK(call<Tensor>(op, x, Scalar(2)).data<float>()[1] == 3);
  CHECK(call<Tensor>(find_op("late_plus_"), x, Scalar(3)).is_same(x));
  CHECK(x.data<float>()[0] == 4);
  const Tensor shape_only = empty(DimVec{2, 3}, DType::float32, Device{DeviceType::Meta, -1});
  CHECK(call<Tensor>(op, shape_only, Scalar(1)).sizes()[1] == 3);
}

TEST_CASE("a late op that is refused leaves nothing behind") {
  Registry& registry = Registry::get();
  const size_t before = registry.ops().size();
  CHECK_THROWS_AS(registry.add_late("add.Tensor(Tensor self, Tensor other) -> Tensor", declare_plus), Error);
  CHECK_THROWS_AS(registry.add_late("late_without_kernels(Tensor self) -> Tensor", [](OpBuilder&) {}), Error);
  CHECK_THROWS_AS(
      registry.add_late("late_throws(Tensor self) -> Tensor", [](OpBuilder&) { VT_THROW(Runtime, "not today"); }),
      Error);
  CHECK(registry.ops().size() == before);
  CHECK(registry.find("late_throws") == nullptr);
}

TEST_CASE("a declaration's places go with its schema") {
  Registry& registry = Registry::get();
  const auto declare = [&](const char* schema, uint8_t where) {
    return &registry.add_late(schema, [&](OpBuilder& op) { declare_plus(op), op.surface(where); });
  };
  CHECK_THROWS_AS(declare("late_method(Tensor input, Scalar value) -> Tensor", kMethod), Error);
  CHECK_THROWS_AS(declare("late_norm(Tensor self, Scalar value) -> Tensor", kLinalg), Error);
  CHECK_THROWS_AS(declare("late_entr(Tensor self, Scalar value) -> Tensor", kSpecial), Error);
  CHECK(declare("linalg_late(Tensor self, Scalar value) -> Tensor", kLinalg)->parts.surface == kLinalg);
  // Of the forms made from it, in place is a function too where self is the only tensor; a module has no methods.
  CHECK(registry.find("linalg_late_")->parts.surface == kInternal);
  CHECK(registry.find("linalg_late.out")->parts.surface == kLinalg);
  CHECK(registry.find("exp_")->parts.surface == (kFunction | kMethod));
  CHECK(registry.find("exp.out")->parts.surface == kFunction);
  CHECK(registry.find("add_.Tensor")->parts.surface == kMethod);
}

TEST_CASE("calls and look-ups go on while ops come in") {
  Registry& registry = Registry::get();
  const Op& op = registry.add_late("late_busy(Tensor self, Scalar value) -> Tensor", declare_plus);
  std::thread caller([&] {
    for (int i = 0; i < 2000; ++i) {
      if (call<Tensor>(op, two_ones(), Scalar(1)).data<float>()[0] != 2) throw std::logic_error("wrong sum");
      if (!registry.find("late_busy_")) throw std::logic_error("lost");
    }
  });
  for (int i = 0; i < 50; ++i) {
    registry.add_late("late_op" + std::to_string(i) + "(Tensor self, Scalar value) -> Tensor", declare_plus);
  }
  caller.join();
  CHECK(registry.find("late_op49.out") != nullptr);
}
