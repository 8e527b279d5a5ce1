// Note [In-place on views], from the outside: what a write through a view does to every history that it touches.
#include "autograd/view_inplace.h"

#include <doctest/doctest.h>

#include <optional>
#include <vector>

#include "autograd/autograd.h"
#include "core/error.h"
#include "core/thread_state.h"
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

using namespace vt;
using namespace vt::autograd;

namespace {

struct Initialized {
  Initialized() { initialize(); }
} const initialized;

// 0, 1, 2, ...
Tensor range(int64_t count) { return ops::counted(Scalar(0), Scalar(1), count, DType::float64); }
Tensor leaf(int64_t count) {
  const Tensor x = range(count);
  set_requires_grad(x, true);
  return x;
}
Tensor number(double value) { return ops::filled(DimVec{}, Scalar(value), DType::float64); }

using Values = std::vector<double>;
Values values(const Tensor& t) {
  const Tensor c = ops::as_contiguous(ops::detach(t));
  return Values(c.data<double>(), c.data<double>() + c.numel());
}
// The gradient of sum(y * weights) with weights 0, 1, 2, ...
Values gradient(const Tensor& y, const Tensor& x) {
  const Tensor weights = ops::view(range(y.numel()), y.sizes());
  return values(backward({ops::sum(ops::mul(y, weights))}, {}, true, false, {x}, false, false)[0]);
}
std::optional<ErrorKind> refusal(auto call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind();
  }
  return {};
}

}  // namespace

TEST_CASE("a write through a view rewrites the history of its base") {
  const Tensor x = leaf(4);
  const Tensor y = ops::mul(x, number(2));
  const Tensor view = ops::narrow(y, 0, 1, 2);
  ops::mul_(view, wrapped_number(3));
  CHECK(values(y) == Values{0, 6, 12, 6});
  CHECK(grad_fn(y)->name() == "CopySlices");
  CHECK(gradient(y, x) == Values{0, 6, 12, 6});
  CHECK(gradient(view, x) == Values{0, 0, 6, 0});
}

TEST_CASE("a view sees what was written to its base, and to its siblings, before it is read") {
  const Tensor x = leaf(4);
  const Tensor y = ops::mul(x, number(2));
  const Tensor left = ops::narrow(y, 0, 0, 3), right = ops::narrow(y, 0, 1, 3);
  const auto before = grad_fn(right);
  ops::mul_(left, wrapped_number(5));
  CHECK_FALSE(grad_fn(right) == before);
  CHECK(gradient(right, x) == Values{0, 0, 10, 4});
  ops::mul_(y, wrapped_number(2));
  CHECK(gradient(left, x) == Values{0, 20, 40, 0});
  CHECK(values(right) == Values{20, 40, 12});
}

TEST_CASE("a write through a view of a view reaches the base, whatever the geometry") {
  const Tensor x = leaf(6);
  const Tensor y = ops::view(ops::mul(x, number(1)), DimVec{2, 3});
  const Tensor column = ops::select(ops::t(y), 0, 1);
  ops::mul_(column, wrapped_number(4));
  CHECK(values(y) == Values{0, 4, 2, 3, 16, 5});
  CHECK(gradient(y, x) == Values{0, 4, 2, 3, 16, 5});
}

TEST_CASE("what is written in may need a gradient where its base does not") {
  const Tensor w = leaf(2);
  const Tensor base = ops::filled(DimVec{2, 2}, 0, DType::float64);
  const Tensor row = ops::select(base, 0, 1);
  CHECK_FALSE(grad_fn(base));
  ops::copy_(row, w);
  CHECK(grad_fn(base));
  CHECK(gradient(base, w) == Values{2, 3});
  CHECK(gradient(row, w) == Values{0, 1});
  CHECK(gradient(ops::select(base, 0, 1), w) == Values{0, 1});
}

TEST_CASE("the gradient that a write covers is gone") {
  const Tensor x = leaf(4);
  const Tensor y = ops::mul(x, number(2));
  ops::zero_(ops::narrow(y, 0, 0, 2));
  CHECK(gradient(y, x) == Values{0, 0, 4, 6});
}

TEST_CASE("the rewritten history can be differentiated again") {
  const Tensor x = leaf(3);
  const Tensor y = ops::mul(x, x);
  ops::mul_(ops::narrow(y, 0, 0, 2), ops::narrow(x, 0, 1, 2));
  const Grads first = backward({ops::sum(y)}, {}, true, /*create_graph=*/true, {x}, false, false);
  CHECK(values(first[0]) == Values{0, 4, 5});  // y is x0^2 x1, x1^2 x2, x2^2
  CHECK(values(backward({ops::sum(first[0])}, {}, false, false, {x}, false, false)[0]) == Values{2, 6, 4});
}

TEST_CASE("writes that would lose a gradient are refused") {
  const Tensor x = leaf(4);
  CHECK(refusal([&] { ops::mul_(x, wrapped_number(2)); }) == ErrorKind::Runtime);
  CHECK(refusal([&] { ops::mul_(ops::narrow(x, 0, 0, 2), wrapped_number(2)); }) == ErrorKind::Runtime);
  const Tensor y = ops::mul(x, number(1));
  {
    const GradMode off(false);
    ops::mul_(x, wrapped_number(2));  // nobody would want one
  }
  CHECK(values(x) == Values{0, 2, 4, 6});
  Tensor blind;
  {
    const GradMode off(false);
    blind = ops::narrow(y, 0, 0, 2);
  }
  CHECK(refusal([&] { ops::mul_(blind, wrapped_number(2)); }) == ErrorKind::Runtime);
}

TEST_CASE("detached memory is shared, and a write to it is noticed by what was kept") {
  const Tensor x = leaf(3);
  const Tensor y = ops::mul(x, number(2));
  const Tensor z = ops::mul(y, y);
  ops::zero_(detach(y));
  CHECK(values(y) == Values{0, 0, 0});
  CHECK(refusal([&] { gradient(z, x); }) == ErrorKind::Runtime);
}
