#include "autograd/grad_level.h"

#include <algorithm>
#include <unordered_set>

#include "autograd/autograd.h"
#include "core/thread_state.h"
#include "core/transform.h"
#include "ops/batch/batch_call.h"

namespace vt::autograd {
namespace {

class LevelInput final : public Node {
 public:
  LevelInput(const Tensor& stands_for, uint64_t id) : id_(id) {
    add_edge(grad_enabled() ? gradient_edge(stands_for) : Edge{});
  }
  Grads apply(Grads&& incoming) override { return std::move(incoming); }
  std::string name() const override { return "LevelInputBackward0"; }
  uint64_t id() const { return id_; }

 private:
  uint64_t id_;
};

// Whether a gradient could flow on, past the inputs of the level: to a leaf, or to an input of a level outside.
bool ends_outside(const Node& node, uint64_t id) {
  if (const auto* input = dynamic_cast<const LevelInput*>(&node)) {
    return input->id() != id && !input->has_edge(0) && is_running(input->id());
  }
  return dynamic_cast<const AccumulateGrad*>(&node) != nullptr;
}

// Whether tensors depend on something outside the level; what was visited without is remembered.
class OutsideSearch {
 public:
  explicit OutsideSearch(uint64_t id) : id_(id) {}

  bool reaches(const Tensor& t) {
    const Edge edge = gradient_edge(t);
    std::vector<const Node*> stack;
    const auto visit = [&](const Node* node) {
      if (node && inside_.insert(node).second) stack.push_back(node);
    };
    visit(edge.node.get());
    while (!stack.empty()) {
      const Node* node = stack.back();
      stack.pop_back();
      if (ends_outside(*node, id_)) {
        inside_.clear();  // not all of what was visited is inside
        return true;
      }
      for (const Edge& e : node->edges()) visit(e.node.get());
    }
    return false;
  }

 private:
  uint64_t id_;
  std::unordered_set<const Node*> inside_;
};

}  // namespace

std::vector<Tensor> level_inputs(const std::vector<Tensor>& tensors, uint64_t id) {
  std::vector<Tensor> inputs;
  for (const Tensor& t : tensors) {
    VT_CHECK(is_differentiable(t.dtype()), Runtime, "only tensors of floating point and complex dtype can require ",
             "gradients, got ", t.dtype());
    const Tensor below = batch::lifted(t);
    const Tensor input = make_detached(below);
    set_history(input, make_intrusive<LevelInput>(below, id));
    inputs.push_back(input);
  }
  return inputs;
}

Grads level_gradients(const std::vector<Tensor>& outputs, const Grads& gradients, const std::vector<Tensor>& inputs,
                      uint64_t id, bool reaches_below) {
  bool records = false;
  if (grad_enabled()) {
    OutsideSearch search(id);
    const auto is_outside = [&](const Tensor& t) {
      return t.defined() && ((t.requires_grad() && search.reaches(t)) || requires_grad_below(t));
    };
    records = reaches_below || std::ranges::any_of(outputs, is_outside) || std::ranges::any_of(gradients, is_outside);
  }
  std::vector<Tensor> roots;
  Grads of_roots;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].requires_grad()) continue;
    roots.push_back(outputs[i]);
    of_roots.push_back(i < gradients.size() ? gradients[i] : Tensor());
  }
  if (roots.empty()) return Grads(inputs.size());
  return backward(roots, of_roots, /*retain_graph=*/true, /*create_graph=*/records, inputs, /*allow_unused=*/true,
                  /*accumulate=*/false);
}

std::vector<Tensor> leave_level(const std::vector<Tensor>& tensors, uint64_t id, bool recording) {
  OutsideSearch search(id);
  std::vector<Tensor> left;
  for (const Tensor& t : tensors) {
    const bool stays = !t.defined() || !t.requires_grad() || (recording && search.reaches(t));
    left.push_back(stays ? t : make_detached(t));
  }
  return left;
}

}  // namespace vt::autograd
