// Forward derivatives: which of the two ways answers, and what a declaration may say.
#include <doctest/doctest.h>

#include "autograd/autograd.h"
#include "autograd/jvp.h"
#include "dispatch/registry.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"

using namespace vt;

namespace {

struct Initialized {
  Initialized() { initialize(); }
} initialized;

// x^2, with a jvp of its own for float32 alone; it says 10 x t, so that a test sees which way was taken.
TensorSpec square_meta(const Tensor& self) { return {DimVec(self.sizes()), self.dtype(), self.device()}; }
void square_cpu(const Tensor& self, Tensor& out) { out = ops::copy_(out, ops::mul(self, self)); }
void square_backward(GradContext& ctx) { ctx.set(0, ops::mul(ctx.grad(), ops::add(ctx.saved(0), ctx.saved(0)))); }
bool square_jvp(JvpContext& ctx) {
  const Tensor x = ctx.arg<Tensor>(0);
  if (x.dtype() != DType::float32) return false;
  Tensor tangent = ops::mul(x, ctx.tangent(0));
  for (int i = 0; i < 9; ++i) tangent = ops::add(tangent, ops::mul(x, ctx.tangent(0)));
  ctx.set(0, tangent);
  return true;
}

Tensor filled(double value, DType dtype = DType::float32) { return ops::fill_(empty(DimVec{2}, dtype), Scalar(value)); }
double only(const Tensor& t) { return t.dtype() == DType::float32 ? t.data<float>()[0] : t.data<double>()[0]; }

template <class... A>
autograd::ForwardDerivative jvp(const Op& op, std::vector<Tensor> tangents, const A&... args) {
  Value values[] = {box(args)...};
  return autograd::jvp(op, values, tangents);
}

}  // namespace

TEST_CASE("an op's own jvp answers, and leaves a call that it does not know to the second derivative") {
  const Op& op = Registry::get().add_late("late_square(Tensor self) -> Tensor", [](OpBuilder& b) {
    b.meta(square_meta).cpu(square_cpu).backward(keep::self, square_backward).jvp(square_jvp);
  });
  const auto own = jvp(op, {filled(2)}, filled(3));
  CHECK(only(own.results.tensors[0]) == 9);
  CHECK(only(own.tangents[0]) == 60);
  CHECK(!own.results.tensors[0].requires_grad());
  const auto derived = jvp(op, {filled(2, DType::float64)}, filled(3, DType::float64));
  CHECK(only(derived.results.tensors[0]) == 9);
  CHECK(only(derived.tangents[0]) == 12);
  CHECK(!derived.results.tensors[0].requires_grad());
}

TEST_CASE("a jvp stands beside a derivative") {
  Registry& registry = Registry::get();
  CHECK_THROWS_AS(registry.add_late("late_no_derivative(Tensor self) -> Tensor",
                                    [](OpBuilder& b) { b.meta(square_meta).cpu(square_cpu).jvp(square_jvp); }),
                  Error);
  CHECK(registry.find("late_no_derivative") == nullptr);
}

TEST_CASE("tangents go to the tensors of lists and of single arguments in order") {
  const Op& cat = find_op("cat");
  const Tensor x = filled(1), y = filled(2);
  const std::vector<Tensor> list{x, y};
  const auto both = jvp(cat, {filled(5), filled(7)}, list, 0);
  CHECK(both.tangents[0].data<float>()[1] == 5);
  CHECK(both.tangents[0].data<float>()[2] == 7);
  const auto second = jvp(cat, {Tensor(), filled(7)}, list, 0);
  CHECK(second.tangents[0].data<float>()[1] == 0);
  CHECK(second.tangents[0].data<float>()[2] == 7);

  const Op& mul = find_op("mul.Tensor");
  CHECK(only(jvp(mul, {filled(3), filled(4)}, x, y).tangents[0]) == 10);
  CHECK(only(jvp(mul, {Tensor(), filled(4)}, x, y).tangents[0]) == 4);
  CHECK(!jvp(mul, {Tensor(), Tensor()}, x, y).tangents[0].defined());
  CHECK_THROWS_AS(jvp(mul, {filled(3)}, x, y), Error);
}
