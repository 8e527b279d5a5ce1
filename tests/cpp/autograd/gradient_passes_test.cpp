// Passes over memory that backward leaves out: 16-bit gradients that are not widened, sums made where the second part
// is. Each has a case for everybody who could tell.
#include <doctest/doctest.h>

#include <functional>
#include <optional>

#include "autograd/anomaly.h"
#include "autograd/autograd.h"
#include "autograd/engine.h"
#include "core/error.h"
#include "ops/factory/factory.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"

using namespace vt;
using namespace vt::autograd;

namespace {

struct Initialized {
  Initialized() { initialize(); }
} const initialized;

const DimVec kSizes{2, 3};

Tensor filled(double value, DType dtype = DType::float32) { return ops::filled(kSizes, Scalar(value), dtype); }
double value_of(const Tensor& t) { return ops::item(ops::select(ops::select(t, 0, 1), 0, 2)).to_double(); }

// A node whose result was a float32 tensor; what it does in backward is the test's.
class Step final : public Node {
 public:
  using Apply = std::function<Grads(Step&, Grads&&)>;
  Step(std::vector<Edge> edges, Apply apply, bool takes_narrow = false)
      : apply_(std::move(apply)), takes_narrow_(takes_narrow) {
    add_input(filled(0));
    for (Edge& e : edges) add_edge(std::move(e));
  }
  Grads apply(Grads&& incoming) override { return apply_(*this, std::move(incoming)); }
  std::string name() const override { return "Step"; }
  bool takes_narrow_gradient(uint32_t) const override { return takes_narrow_; }

 private:
  Apply apply_;
  bool takes_narrow_;
};
intrusive_ptr<Step> step(std::vector<Edge> edges, Step::Apply apply, bool takes_narrow = false) {
  return make_intrusive<Step>(std::move(edges), std::move(apply), takes_narrow);
}

// The end of a graph, which remembers what came.
struct Sink {
  explicit Sink(bool takes_narrow)
      : node(step(
            {},
            [this](Step&, Grads&& g) {
              got = g[0];
              return Grads();
            },
            takes_narrow)) {}
  Tensor got;
  intrusive_ptr<Step> node;
};

// Gives this gradient to each of its edges.
Step::Apply gives(Tensor g) {
  return [g = std::move(g)](Step& self, Grads&&) { return Grads(self.edges().size(), ops::clone(g)); };
}

void run(const intrusive_ptr<Step>& root, BackwardOptions options = {}) {
  run_backward({{root, 0}}, {filled(1)}, options);
}

class Watch final : public TensorHook {
 public:
  Tensor operator()(const Tensor& g) override {
    seen.push_back(g.dtype());
    return {};
  }
  std::vector<DType> seen;
};

class WatchNode final : public NodeHook {
 public:
  void after(Grads& outgoing, const Grads&) override { seen.push_back(outgoing[0].dtype()); }
  std::vector<DType> seen;
};

// Adds 3 to what waits for its edge, or gives 3.
struct Adder {
  explicit Adder(const intrusive_ptr<Step>& to)
      : node(step({{to, 0}}, [this](Step& self, Grads&&) {
          Tensor sum = take_waiting_gradient(self.edges()[0]);
          found = sum.defined();
          if (!found) return Grads{filled(3)};
          memory = sum.data();
          ops::add_(sum, filled(3));
          return Grads{sum};
        })) {}
  intrusive_ptr<Step> node;
  bool found = false;
  const void* memory = nullptr;
};

// Runs `adder`, made first, after a node that gives `first` to `sink`.
void run_after(Adder& adder, const Sink& sink, Step::Apply first, BackwardOptions options = {}) {
  const auto early = step({{sink.node, 0}}, std::move(first));
  run(step({{adder.node, 0}, {early, 0}}, gives(filled(1))), options);
}

}  // namespace

TEST_CASE("a 16-bit gradient comes as it is to a node that takes it, and widened to one that does not") {
  for (const DType dtype : {DType::bfloat16, DType::float16}) {
    Sink taking(true), plain(false);
    run(step({{taking.node, 0}, {plain.node, 0}}, gives(filled(2, dtype))));
    CHECK(taking.got.dtype() == dtype);
    CHECK(plain.got.dtype() == DType::float32);
    CHECK(value_of(taking.got) == 2);
    CHECK(value_of(plain.got) == 2);
  }
}

TEST_CASE("gradients of other dtypes are cast as always") {
  Sink sink(true);
  run(step({{sink.node, 0}}, gives(filled(2, DType::float64))));
  CHECK(sink.got.dtype() == DType::float32);
}

TEST_CASE("whoever looks at a 16-bit gradient sees the dtype of the tensor it belongs to") {
  Sink sink(true);
  const auto source = step({{sink.node, 0}}, gives(filled(2, DType::bfloat16)));
  SUBCASE("a hook on the tensor") {
    const auto watch = make_intrusive<Watch>();
    sink.node->hooks().tensor_hooks.push_back({0, watch});
    run(source);
    CHECK(watch->seen == std::vector{DType::float32});
    CHECK(sink.got.dtype() == DType::float32);
  }
  SUBCASE("a hook after the node that made it") {
    const auto watch = make_intrusive<WatchNode>();
    source->hooks().node_hooks.add(watch);
    run(source);
    CHECK(watch->seen == std::vector{DType::float32});
  }
  SUBCASE("who takes it out") {
    BackwardOptions options;
    options.inputs = {{sink.node, 0}};
    const Grads grads = run_backward({{source, 0}}, {filled(1)}, options);
    CHECK(grads[0].dtype() == DType::float32);
    CHECK(value_of(grads[0]) == 2);
  }
  SUBCASE("the graph of the gradient") {
    BackwardOptions options;
    options.create_graph = true;
    run(source, options);
    CHECK(sink.got.dtype() == DType::float32);
  }
}

TEST_CASE("sums with 16-bit gradients are made in float32") {
  Sink sink(true);
  const Tensor large = filled(256, DType::bfloat16), small = filled(1, DType::bfloat16), wide = filled(0.5);
  SUBCASE("of two") {
    const auto first = step({{sink.node, 0}}, gives(large)), second = step({{sink.node, 0}}, gives(small));
    run(step({{first, 0}, {second, 0}}, gives(filled(1))));
    CHECK(value_of(sink.got) == 257);  // 256 in bfloat16
  }
  SUBCASE("of a wide one and two others") {
    const auto a = step({{sink.node, 0}}, gives(large)), b = step({{sink.node, 0}}, gives(wide)),
               c = step({{sink.node, 0}}, gives(small));
    run(step({{a, 0}, {b, 0}, {c, 0}}, gives(filled(1))));
    CHECK(value_of(sink.got) == 257.5);
  }
  CHECK(sink.got.dtype() == DType::float32);
}

TEST_CASE("a leaf's gradient is float32, and 16-bit ones are added to it") {
  const Tensor x = filled(1);
  set_requires_grad(x, true);
  const auto source = step({gradient_edge(x)}, gives(filled(256, DType::bfloat16)));
  run(source);
  CHECK(grad(x).dtype() == DType::float32);
  const Tensor before = grad(x);
  run(step({gradient_edge(x)}, gives(filled(1, DType::bfloat16))));
  CHECK(value_of(grad(x)) == 257);
  CHECK(grad(x).is_same(before));
  const auto watch = make_intrusive<Watch>();
  add_tensor_hook(x, watch);
  run(source);
  CHECK(watch->seen == std::vector{DType::float32});
  CHECK(value_of(grad(x)) == 513);
}

TEST_CASE("a node may add to the gradient that waits") {
  Sink sink(false);
  Adder adder(sink.node);
  run_after(adder, sink, gives(filled(2)));
  CHECK(adder.found);
  CHECK(value_of(sink.got) == 5);
  CHECK(sink.got.data() == adder.memory);
}

TEST_CASE("nothing waits for the first part") {
  Sink sink(false);
  const auto other = step({{sink.node, 0}}, gives(filled(2)));  // made before the adder, so it runs after
  Adder adder(sink.node);
  run(step({{adder.node, 0}, {other, 0}}, gives(filled(1))));
  CHECK_FALSE(adder.found);
  CHECK(value_of(sink.got) == 5);
}

TEST_CASE("a waiting gradient is not given to be written where somebody could tell") {
  Sink sink(false);
  Adder adder(sink.node);
  Tensor kept = filled(2);
  SUBCASE("who gave it holds it") {
    run_after(adder, sink, [&](Step&, Grads&&) { return Grads{kept}; });
  }
  SUBCASE("somebody holds a view of it") {
    Tensor view;
    run_after(adder, sink, [&](Step&, Grads&&) {
      const Tensor fresh = filled(2);
      view = make_detached(fresh);
      return Grads{fresh};
    });
    CHECK(value_of(view) == 2);
  }
  SUBCASE("its elements share memory") {
    run_after(adder, sink,
              [&](Step&, Grads&&) { return Grads{ops::expand(ops::filled({}, 2, DType::float32), kSizes)}; });
  }
  SUBCASE("it is narrow") { run_after(adder, sink, gives(filled(2, DType::bfloat16))); }
  SUBCASE("it will be differentiated") {
    BackwardOptions options;
    options.create_graph = true;
    run_after(adder, sink, gives(filled(2)), options);
  }
  SUBCASE("a hook sees each part") {
    const auto watch = make_intrusive<WatchNode>();
    adder.node->hooks().node_hooks.add(watch);
    run_after(adder, sink, gives(filled(2)));
    CHECK(watch->seen.size() == 1);
  }
  SUBCASE("each part is searched for NaN") {
    set_anomaly(true, /*check_nan=*/true);
    run_after(adder, sink, gives(filled(2)));
    set_anomaly(false, false);
  }
  CHECK_FALSE(adder.found);
  CHECK(value_of(sink.got) == 5);
  CHECK(value_of(kept) == 2);
}

TEST_CASE("a gradient's receiver is asked whether it narrows it") {
  std::optional<DType> told;
  const Tensor wide = filled(1), narrow = filled(1, DType::bfloat16);
  for (const Tensor& t : {wide, narrow}) set_requires_grad(t, true);
  const auto ask = [&](const intrusive_ptr<Step>& receiver) {
    return step({{receiver, 0}}, [&](Step& self, Grads&&) {
      told = narrowed_by_receiver(self.edges()[0]);
      return Grads{filled(2)};
    });
  };
  const auto hand_on = [](Step& self, Grads&& g) { return Grads(self.edges().size(), g[0]); };
  SUBCASE("one of its edges is narrow") {
    run(ask(step({gradient_edge(wide), gradient_edge(narrow)}, hand_on)));
    CHECK(told == DType::bfloat16);
    CHECK(grad(narrow).dtype() == DType::bfloat16);
    CHECK(value_of(grad(wide)) == 2);
  }
  SUBCASE("none is") {
    run(ask(step({gradient_edge(wide)}, hand_on)));
    CHECK(told == std::nullopt);
  }
  SUBCASE("another part is to come") {
    const auto receiver = step({gradient_edge(narrow)}, hand_on);
    const auto later = step({{receiver, 0}}, gives(filled(1)));
    const auto asking = ask(receiver);
    run(step({{later, 0}, {asking, 0}}, gives(filled(1))));
    CHECK(told == std::nullopt);
    CHECK(value_of(grad(narrow)) == 3);
  }
}
