// From a declaration to a kernel: defaults, meta before memory, derived forms, keys, errors.
#include "dispatch/dispatch.h"

#include <doctest/doctest.h>

#include <optional>

#include "autograd/autograd.h"
#include "core/error.h"
#include "core/live_count.h"
#include "dispatch/registry.h"
#include "ops/factory/factory.h"
#include "ops/tensor_operators.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"

using namespace vt;

namespace {

int kernel_runs = 0;

TensorSpec scale_meta(const Tensor& self, double& by) {
  VT_CHECK(by != 0, Value, "expected a factor other than 0");
  by = by < 0 ? -by : by;  // meta may change what the kernel gets
  return {DimVec(self.sizes()), self.dtype(), self.device(), {}};
}
void scale_cpu(const Tensor& self, double by, Tensor& out) {
  ++kernel_runs;
  const int64_t stride = self.dim() == 1 ? self.stride(0) : 1;
  for (int64_t i = 0; i < self.numel(); ++i) {
    out.data<float>()[i] = self.data<float>()[i * stride] * static_cast<float>(by);
  }
}
void scale_backward(GradContext& ctx) {
  ctx.set(0, call<Tensor>(find_op("test_scale"), ctx.grad(), ctx.arg<double>(1)));
}

Tensor twice(const Tensor& self) { return call<Tensor>(find_op("test_scale"), self); }

std::tuple<Tensor, Tensor> halves(const Tensor& self) {
  const int64_t n = self.size(0) / 2;
  return {ops::narrow(self, 0, 0, n), ops::narrow(self, 0, n, n)};
}

// What arrives of every kind of argument.
std::string seen;
int64_t describe(const Tensor& maybe, TensorSpan list, IntSpan dims, std::string_view mode, bool flag,
                 std::optional<DType> dtype, const Scalar& number) {
  seen = detail::concat(maybe.defined() ? "tensor" : "none", " ", list.size(), " ", dims, " ", mode, " ",
                        flag ? "yes" : "no", " ", dtype ? to_string(*dtype) : "none", " ", number.to_double());
  return static_cast<int64_t>(list.size());
}

TensorSpec wide_meta(const Tensor& self) { return {DimVec{self.numel() + 1}, DType::float64, self.device(), {}}; }
void wide_cpu(const Tensor&, Tensor& out) {
  for (int64_t i = 0; i < out.numel(); ++i) out.data<double>()[i] = 0.5;
}

TensorSpec elsewhere_meta(const Tensor& self) { return {DimVec(self.sizes()), self.dtype(), self.device(), {}}; }
void elsewhere_cuda(const Tensor&, Tensor&) {}

struct Declared {
  Declared() {
    Registry& r = Registry::get();
    r.def("test_scale(Tensor self, float by=2.0) -> Tensor")
        .meta(scale_meta)
        .cpu(scale_cpu)
        .inplace()
        .backward(keep::none, scale_backward);
    r.def("test_twice(Tensor self) -> Tensor").composite(twice).inplace();
    r.def("test_halves(Tensor self) -> (Tensor, Tensor)").composite(halves);
    r.def(
         "test_describe(Tensor? maybe, Tensor[] list, int[] dims=[1, 2], str mode='plain', bool flag=True, *, "
         "ScalarType? dtype=None, Scalar number=3) -> int")
        .cpu(describe)
        .not_differentiable();
    r.def("test_wide(Tensor self) -> Tensor").meta(wide_meta).cpu(wide_cpu).inplace().not_differentiable();
    r.def("test_elsewhere(Tensor self) -> Tensor").meta(elsewhere_meta).cuda(elsewhere_cuda).not_differentiable();
    initialize();
  }
} const declared;

Tensor floats(std::initializer_list<float> values) {
  const Tensor t = empty(DimVec{static_cast<int64_t>(values.size())}, DType::float32, kCPU);
  std::copy(values.begin(), values.end(), t.data<float>());
  return t;
}

Tensor scale(const Tensor& self, double by) {
  static const Op& op = find_op("test_scale");
  return call<Tensor>(op, self, by);
}

template <typename Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error");
  throw;
}

}  // namespace

TEST_CASE("absent trailing arguments take the schema's defaults, and meta's changes reach the kernel") {
  const Tensor x = floats({1, 2, 3});
  CHECK(call<Tensor>(find_op("test_scale"), x).data<float>()[2] == 6);
  CHECK(scale(x, 5).data<float>()[2] == 15);
  CHECK(scale(x, -5).data<float>()[2] == 15);
  const Error error = error_of([] { call<Tensor>(find_op("test_scale")); });
  CHECK(error.kind() == ErrorKind::Internal);
  CHECK(error.message().find("without argument self") != std::string::npos);
}

TEST_CASE("arguments of every kind arrive as the kernel's parameter types") {
  const Op& op = find_op("test_describe");
  const Tensor x = floats({1});
  const std::vector<Tensor> list{x, x, x};
  CHECK(call<int64_t>(op, Tensor(), TensorSpan(list)) == 3);
  CHECK(seen == "none 3 [1, 2] plain yes none 3");
  const DimVec dims{7};
  call<int64_t>(op, x, TensorSpan(), dims, "fast", false, DType::int8, Scalar(0.5));
  CHECK(seen == "tensor 0 [7] fast no int8 0.5");
  const Error error = error_of([&] { call<int64_t>(op, x, 3, dims); });
  CHECK(error.kind() == ErrorKind::Internal);
}

TEST_CASE("several results come in order") {
  const auto [first, second] = call<std::tuple<Tensor, Tensor>>(find_op("test_halves"), floats({1, 2, 3, 4}));
  CHECK(first.data<float>()[0] == 1);
  CHECK(second.data<float>()[0] == 3);
}

TEST_CASE("a call that meta refuses takes no memory and runs no kernel") {
  const Tensor x = floats({1, 2, 3});
  const int64_t storages = live_count(Counted::Storage), tensors = live_count(Counted::Tensor);
  kernel_runs = 0;
  const Error error = error_of([&] { scale(x, 0); });
  CHECK(error.kind() == ErrorKind::Value);
  CHECK(live_count(Counted::Storage) == storages);
  CHECK(live_count(Counted::Tensor) == tensors);
  CHECK(kernel_runs == 0);
}

TEST_CASE("an error names the call that was made and its operands") {
  const Error error = error_of([] { scale(floats({1, 2, 3}), 0); });
  CHECK(error.message() == "test_scale: expected a factor other than 0 (self: float32[3] cpu)");
}

TEST_CASE("an op without a kernel for the operands' device says so") {
  const Error error = error_of([] { call<Tensor>(find_op("test_elsewhere"), floats({1})); });
  CHECK(error.kind() == ErrorKind::NotImplemented);
  CHECK(error.message().find("test_elsewhere") != std::string::npos);
}

TEST_CASE("the in-place form writes over self, hands it back and counts a version") {
  const Op& op = find_op("test_scale_");
  CHECK(op.kind() == OpKind::Inplace);
  CHECK(&op.functional() == &find_op("test_scale"));
  const Tensor x = floats({1, 2, 3});
  const uint32_t version = x.impl()->version();
  CHECK(call<Tensor>(op, x, 3.0).is_same(x));
  CHECK(x.data<float>()[2] == 9);
  CHECK(x.impl()->version() == version + 1);
  const Tensor wide = ops::filled(DimVec{2, 4}, 0, DType::float32);
  const Tensor column = ops::select(wide, 1, 2);  // not contiguous: by way of a copy
  ops::add_(column, ops::filled(DimVec{2}, 1, DType::float32));
  call<Tensor>(op, column, 3.0);
  CHECK(wide.data<float>()[2] == 3);
  CHECK(wide.data<float>()[6] == 3);
  CHECK(wide.data<float>()[3] == 0);
  const Tensor composite = floats({4});
  CHECK(call<Tensor>(find_op("test_twice_"), composite).is_same(composite));
  CHECK(composite.data<float>()[0] == 8);
}

TEST_CASE("what cannot be written over self is refused before anything is written") {
  const Error shape = error_of([] { call<Tensor>(find_op("test_wide_"), ops::filled(DimVec{3}, 0, DType::float64)); });
  CHECK(shape.kind() == ErrorKind::Runtime);
  CHECK(shape.message().find("shape") != std::string::npos);
  const Tensor integers = ops::filled(DimVec{0}, 0, DType::int64);
  CHECK(error_of([&] { call<Tensor>(find_op("test_wide.out"), floats({1}), integers); }).kind() == ErrorKind::Runtime);
  CHECK(integers.numel() == 0);
  const Tensor overlapping = ops::expand(floats({1}), DimVec{4});
  CHECK(error_of([&] { call<Tensor>(find_op("test_scale.out"), floats({1, 2, 3, 4}), 2.0, overlapping); }).kind() ==
        ErrorKind::Runtime);
}

TEST_CASE("the out= form resizes, casts and hands back what it was given") {
  const Op& op = find_op("test_scale.out");
  CHECK(op.kind() == OpKind::Out);
  CHECK(op.input_count() == 2);
  const Tensor x = floats({1, 2, 3});
  const Tensor out = ops::filled(DimVec{0}, 0, DType::float32);
  CHECK(call<Tensor>(op, x, 2.0, out).is_same(out));
  CHECK(out.size(0) == 3);
  CHECK(out.data<float>()[1] == 4);
  const Tensor wide = ops::filled(DimVec{3}, 0, DType::float64);
  call<Tensor>(op, x, 2.0, wide);
  CHECK(wide.data<double>()[1] == 4);
  const Tensor shifted = floats({1, 2, 3, 4});  // over its own input, one place on
  call<Tensor>(op, ops::narrow(shifted, 0, 0, 3), 2.0, ops::narrow(shifted, 0, 1, 3));
  CHECK(shifted.data<float>()[1] == 2);
  CHECK(shifted.data<float>()[2] == 4);
  CHECK(shifted.data<float>()[3] == 6);
}

TEST_CASE("a call is recorded if a tensor requires grad and the thread's mode lets it") {
  const Tensor x = floats({1, 2, 3});
  CHECK(autograd::is_leaf(scale(x, 2)));
  autograd::set_requires_grad(x, true);
  const Tensor y = scale(x, 2);
  REQUIRE(autograd::grad_fn(y));
  CHECK(autograd::grad_fn(y)->edges().size() == 1);
  {
    const GradMode off(false);
    CHECK_FALSE(autograd::grad_fn(scale(x, 2)));
  }
  {
    const ExcludeKeys below(Key::Autograd);
    CHECK_FALSE(autograd::grad_fn(scale(x, 2)));
  }
  CHECK_FALSE(autograd::grad_fn(call<Tensor>(find_op("test_wide"), x)));  // not differentiable
  CHECK(autograd::grad_fn(call<Tensor>(find_op("test_twice"), x)));       // by the op inside
  const auto grads = autograd::backward({y}, {floats({1, 1, 1})}, false, false, {x}, false, false);
  CHECK(grads[0].data<float>()[0] == 2);
}

TEST_CASE("the registry finds ops by full name, lists overloads and refuses a second declaration") {
  Registry& r = Registry::get();
  CHECK(r.find("test_scale") != nullptr);
  CHECK(r.find("test_scale_") != nullptr);
  CHECK(r.find("test_scale.out") != nullptr);
  CHECK(r.find("test_halves.out") == nullptr);
  CHECK(r.find("test_nothing") == nullptr);
  CHECK(r.overloads("test_scale").size() == 2);
  CHECK(r.overloads("test_nothing").empty());
  CHECK(error_of([] { find_op("test_nothing"); }).kind() == ErrorKind::Internal);
  CHECK(error_of([&] { r.at("test_nothing"); }).kind() == ErrorKind::Internal);
  CHECK(error_of([&] { r.def("test_scale(Tensor self) -> Tensor"); }).kind() == ErrorKind::Internal);
}
