// The engine: what runs, in which order, with what, and what is left afterwards.
#include "autograd/engine.h"

#include <doctest/doctest.h>

#include <functional>
#include <optional>

#include "autograd/autograd.h"
#include "core/error.h"
#include "core/live_count.h"
#include "ops/factory/factory.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"

using namespace vt;
using namespace vt::autograd;

namespace {

struct Initialized {
  Initialized() { initialize(); }
} const initialized;

Tensor number(double value) { return ops::filled(DimVec{}, Scalar(value), DType::float64); }
Tensor leaf(double value) {
  const Tensor x = number(value);
  set_requires_grad(x, true);
  return x;
}
double value_of(const Tensor& t) { return ops::item(t).to_double(); }

Grads backward_of(const Tensor& y, const std::vector<Tensor>& inputs, bool retain = false) {
  return backward({y}, {}, retain, false, inputs, /*allow_unused=*/true, /*accumulate=*/false);
}

std::optional<ErrorKind> refusal(auto call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind();
  }
  return {};
}

// Passes its gradient on to every edge and writes down when it ran.
class Recorder final : public Node {
 public:
  Recorder(std::vector<int>& order, int number, std::vector<Edge> edges) : order_(order), number_(number) {
    add_input(vt::ops::filled(DimVec{}, 1, DType::float64));
    for (Edge& e : edges) add_edge(std::move(e));
  }
  Grads apply(Grads&& incoming) override {
    order_.push_back(number_);
    return Grads(edges().size(), incoming[0]);
  }
  std::string name() const override { return "Recorder"; }

 private:
  std::vector<int>& order_;
  int number_;
};

class Hook final : public TensorHook {
 public:
  explicit Hook(std::function<Tensor(const Tensor&)> call) : call_(std::move(call)) {}
  Tensor operator()(const Tensor& gradient) override { return call_(gradient); }
  bool removed() const override { return removed_; }
  void remove() { removed_ = true; }

 private:
  std::function<Tensor(const Tensor&)> call_;
  bool removed_ = false;
};

class Around final : public NodeHook {
 public:
  Around(std::vector<std::string>& seen, double factor) : seen_(seen), factor_(factor) {}
  void before(Grads& incoming) override {
    seen_.push_back("before");
    incoming[0] = ops::mul(incoming[0], number(factor_));
  }
  void after(Grads& outgoing, const Grads& incoming) override {
    seen_.push_back("after");
    CHECK(incoming.size() == 1);
    outgoing[0] = ops::mul(outgoing[0], number(factor_));
  }

 private:
  std::vector<std::string>& seen_;
  double factor_;
};

}  // namespace

TEST_CASE("a node runs once, when every gradient has come, the latest forward call first") {
  std::vector<int> order;
  const Tensor x = leaf(1);
  const auto first = make_intrusive<Recorder>(order, 1, std::vector<Edge>{gradient_edge(x)});
  const auto left = make_intrusive<Recorder>(order, 2, std::vector<Edge>{{first, 0}});
  const auto right = make_intrusive<Recorder>(order, 3, std::vector<Edge>{{first, 0}, {left, 0}});
  const auto last = make_intrusive<Recorder>(order, 4, std::vector<Edge>{{left, 0}, {right, 0}, {}});
  run_backward({{last, 0}}, {number(1)}, {});
  CHECK(order == std::vector{4, 3, 2, 1});
  CHECK(value_of(grad(x)) == 3);  // by three ways
}

TEST_CASE("what no input needs does not run") {
  std::vector<int> order;
  const Tensor x = leaf(1), y = leaf(1);
  const auto to_x = make_intrusive<Recorder>(order, 1, std::vector<Edge>{gradient_edge(x)});
  const auto to_y = make_intrusive<Recorder>(order, 2, std::vector<Edge>{gradient_edge(y)});
  const auto root = make_intrusive<Recorder>(order, 3, std::vector<Edge>{{to_x, 0}, {to_y, 0}});
  BackwardOptions options;
  options.inputs = {gradient_edge(x)};
  const Grads grads = run_backward({{root, 0}}, {number(1)}, options);
  CHECK(order == std::vector{3, 1});
  REQUIRE(grads.size() == 1);
  CHECK(value_of(grads[0]) == 1);
  CHECK_FALSE(grad(x).defined());
  CHECK_FALSE(grad(y).defined());
}

TEST_CASE("gradients of leaves add up, and are memory of their own") {
  const Tensor x = leaf(3), y = leaf(4);
  for (int i = 1; i <= 2; ++i) {
    backward({ops::mul(x, y)}, {}, false, false, {}, false, true);
    CHECK(value_of(grad(x)) == 4 * i);
    CHECK(value_of(grad(y)) == 3 * i);
  }
  set_grad(x, Tensor());
  set_grad(y, Tensor());
  backward({ops::add(x, y)}, {}, false, false, {}, false, true);
  ops::zero_(grad(x));
  CHECK(value_of(grad(y)) == 1);
}

TEST_CASE("an unreachable input is an error, or no gradient where that is allowed") {
  const Tensor x = leaf(3), other = leaf(4);
  const Tensor y = ops::mul(x, x);
  CHECK(refusal([&] { backward({y}, {}, true, false, {x, other}, false, false); }) == ErrorKind::Runtime);
  const Grads grads = backward_of(y, {x, other});
  CHECK(value_of(grads[0]) == 6);
  CHECK_FALSE(grads[1].defined());
}

TEST_CASE("what is kept for backward goes with it, unless the graph is retained") {
  const Tensor x = leaf(3);
  const Tensor y = ops::mul(x, x);
  CHECK(value_of(backward_of(y, {x}, /*retain=*/true)[0]) == 6);
  CHECK(value_of(backward_of(y, {x})[0]) == 6);
  CHECK(refusal([&] { backward_of(y, {x}); }) == ErrorKind::Runtime);
}

TEST_CASE("a kept tensor that was written to since is noticed") {
  const Tensor x = leaf(3);
  const Tensor y = ops::mul(x, number(2));
  const Tensor z = ops::mul(y, y);
  ops::add_(y, number(1));
  CHECK(refusal([&] { backward_of(z, {x}); }) == ErrorKind::Runtime);
}

TEST_CASE("the second derivative is that of the recorded first") {
  const Tensor x = leaf(3);
  const Tensor y = ops::mul(ops::mul(x, x), x);
  const Grads first = backward({y}, {}, true, /*create_graph=*/true, {x}, false, false);
  CHECK(value_of(first[0]) == 27);
  CHECK(value_of(backward_of(first[0], {x})[0]) == 18);
}

TEST_CASE("an output that is no number needs a gradient, of its shape") {
  const Tensor x = ops::filled(DimVec{3}, 1, DType::float64);
  set_requires_grad(x, true);
  const Tensor y = ops::mul(x, number(2));
  CHECK(refusal([&] { backward_of(y, {x}, true); }) == ErrorKind::Runtime);
  CHECK(refusal([&] { backward({y}, {ops::filled(DimVec{4}, 1, DType::float64)}, true, false, {x}, false, false); }) ==
        ErrorKind::Runtime);
  const Grads grads = backward({y}, {ops::filled(DimVec{3}, 1, DType::float64)}, false, false, {x}, false, false);
  CHECK(value_of(ops::sum(grads[0])) == 6);
}

TEST_CASE("hooks on a tensor run in order, may replace its gradient, and end when they are removed") {
  const Tensor x = leaf(3);
  const Tensor y = ops::mul(x, number(2));
  std::vector<double> seen;
  const auto hook = [&](double factor) {
    return make_intrusive<Hook>([&seen, factor](const Tensor& g) {
      seen.push_back(value_of(g));
      return factor == 0 ? Tensor() : ops::mul(g, number(factor));
    });
  };
  const auto once = hook(10);
  add_tensor_hook(y, once);
  add_tensor_hook(y, hook(0));  // changes nothing
  add_tensor_hook(y, hook(5));
  add_tensor_hook(x, hook(0));
  retain_grad(y);
  CHECK(value_of(backward_of(y, {x}, true)[0]) == 100);
  CHECK(seen == std::vector<double>{1, 10, 10, 100});
  once->remove();
  seen.clear();
  backward({y}, {}, false, false, {}, false, true);
  CHECK(seen == std::vector<double>{1, 1, 10});
  CHECK(value_of(grad(x)) == 10);
  CHECK(value_of(grad(y)) == 50 + 5);  // of both, after its hooks
}

TEST_CASE("hooks around a node see both sides and may replace them") {
  const Tensor x = leaf(3);
  const Tensor y = ops::mul(x, number(2));
  std::vector<std::string> seen;
  grad_fn(y)->hooks().node_hooks.add(make_intrusive<Around>(seen, 3.0));
  CHECK(value_of(backward_of(y, {x})[0]) == 18);
  CHECK(seen == std::vector<std::string>{"before", "after"});
}

TEST_CASE("an error in a node or hook comes out, and the next backward works") {
  const Tensor x = leaf(3);
  const Tensor y = ops::mul(x, x);
  const auto hook = make_intrusive<Hook>([](const Tensor&) -> Tensor { VT_THROW(Value, "of the hook"); });
  add_tensor_hook(x, hook);
  CHECK(refusal([&] { backward_of(y, {x}, true); }) == ErrorKind::Value);
  hook->remove();
  CHECK(value_of(backward_of(y, {x})[0]) == 6);
}

TEST_CASE("a chain of a million nodes neither overflows the stack in backward nor when it is dropped") {
  const int64_t nodes = live_count(Counted::Node), tensors = live_count(Counted::Tensor);
  {
    const Tensor x = leaf(1);
    const Tensor zero = number(0);
    Tensor y = x;
    for (int i = 0; i < 1'000'000; ++i) y = ops::add(y, zero);
    CHECK(live_count(Counted::Node) >= nodes + 1'000'000);
    CHECK(value_of(backward_of(y, {x}, /*retain=*/true)[0]) == 1);
  }
  CHECK(live_count(Counted::Node) == nodes);
  CHECK(live_count(Counted::Tensor) == tensors);
}
