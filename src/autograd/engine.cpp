#include "autograd/engine.h"

#include <algorithm>
#include <atomic>

#include "autograd/anomaly.h"
#include "autograd/meta.h"
#include "autograd/nan_watch.h"
#include "autograd/node_observer.h"
#include "autograd/node_states.h"
#include "autograd/op_node.h"
#include "autograd/python_key.h"
#include "autograd/stream_order.h"
#include "core/thread_state.h"
#include "core/transform.h"
#include "cuda/branch.h"
#include "cuda/waiting_work.h"
#include "dispatch/kept_memory.h"
#include "ops/copy/copy.h"
#include "ops/nn/ready_gradient.h"
#include "ops/pointwise/relu_mask.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt::autograd {
namespace {

bool is_narrow(const Tensor& g, const TensorMeta& m) {
  return m.dtype == DType::float32 && is_reduced_floating(g.dtype()) && g.device() == m.device;
}

// A gradient that is known to be 1 stays known (Note [Ready gradients] in ops/nn/ready_gradient.h).
Tensor in_dtype(const Tensor& g, DType dtype) {
  Tensor converted = ops::as_dtype(g, dtype);
  if (g.numel() == 1 && is_marked_ones(g)) mark_ones(converted);
  return converted;
}

// The gradient as the receiving tensor's: summed over broadcast dims, in its dtype (or, if that may wait, narrower), on
// its device.
Tensor conform(Tensor g, const TensorMeta& m, const Node& from, bool may_stay_narrow) {
  if (!same(g.sizes(), m.sizes)) {
    VT_CHECK(is_expandable_to(m.sizes, g.sizes()), Runtime, "Function ", from.name(),
             " returned an invalid gradient: got ", g.sizes(), " but expected shape compatible with ",
             IntSpan(m.sizes));
    g = ops::sum_to_size(g, m.sizes);
  }
  if (g.dtype() != m.dtype && !(may_stay_narrow && is_narrow(g, m))) {
    if (is_complex(g.dtype()) && !is_complex(m.dtype)) {
      g = ops::real(g);
    }
    if (g.dtype() != m.dtype) {
      g = in_dtype(g, m.dtype);
    }
  }
  if (g.device() != m.device) {
    VT_CHECK(g.dim() == 0, Runtime, "Function ", from.name(), " returned an invalid gradient: expected device ",
             m.device, " but got ", g.device());
    g = ops::to(g, m.device, m.dtype);
  }
  return g;
}

// The engine alone has it: nobody could see a write to it.
bool is_ours_alone(const Tensor& g) {
  const TensorImpl& t = *g.impl();
  if (t.has_memory()) cuda::join_branches_of(*t.storage());
  return t.use_count() == 1 && !t.frontend_object() && !t.view_base() && t.is_contiguous() && t.has_memory() &&
         t.storage()->use_count() == 1 + cuda::waiting_writers(*t.storage()) && !t.storage()->read_only();
}

class Task;
thread_local Task* t_task = nullptr;

class Task {
 public:
  Task(const std::vector<Edge>& roots, const BackwardOptions& options) : options_(options) {
    count_edges(roots);
    if (!options.inputs.empty()) mark_wanted();
    captured_.resize(options.inputs.size());
  }

  Grads run(const std::vector<Edge>& roots, Grads gradients) {
    const GradMode mode(options_.create_graph);
    const NanWatchPause unwatched;  // what a node calls is part of it
    const StateGuard<Task*> running(t_task, this);
    const BackwardPass pass(!options_.retain_graph && !options_.create_graph);
    for (size_t i = 0; i < roots.size(); ++i) {
      if (roots[i])
        deliver(roots[i],
                conform(std::move(gradients[i]), roots[i].node->input(roots[i].input), *roots[i].node, false));
    }
    while (!ready_.empty()) step(take_latest());
    streams_.join(captured_);
    return std::move(captured_);
  }

  uint64_t number() const { return number_; }

  bool reaches(const Node& node) const {
    const NodeState* state = states_.find(&node);
    return state && state->wanted;
  }

  bool wants(const Edge& e) const {
    const NodeState* state = states_.find(e.node.get());
    return !state || state->wanted;
  }

  Tensor take_waiting(const Edge& e) {
    if (is_observed_ || top_vmap() > 0) return {};  // inside vmap the parts may not be of one shape
    NodeState* state = states_.find(e.node.get());
    if (!state || state->incoming.empty()) return {};
    Tensor& slot = state->incoming[e.input];
    if (!slot.defined() || slot.dtype() != e.node->input(e.input).dtype || !is_ours_alone(slot)) return {};
    const Device device = slot.device();
    if (device.is_cuda() && streams_.of(*e.node, device) != cuda::current_stream(device.index)) return {};
    return std::exchange(slot, Tensor());
  }

  std::optional<DType> narrowed_by(const Edge& e) const {
    if (is_observed_) return {};
    const NodeState* state = states_.find(e.node.get());
    if (!state || !state->runs || state->missing != 1) return {};
    const TensorMeta& given = e.node->input(e.input);
    if (given.dtype != DType::float32) return {};
    for (const Edge& next : e.node->edges()) {
      if (!next) continue;
      const TensorMeta& wanted = next.node->input(next.input);
      const bool is_like = same(wanted.sizes, given.sizes) && wanted.device == given.device;
      if (is_like && is_reduced_floating(wanted.dtype)) return wanted.dtype;
    }
    return {};
  }

 private:
  // Every root counts as one edge into its node. States come in the order in which nodes are met, and a node's edges
  // are followed when its turn comes.
  void count_edges(const std::vector<Edge>& roots) {
    for (const Edge& e : roots) count(e);
    for (size_t i = 0; i < states_.size(); ++i) {
      for (const Edge& e : states_[i].node->edges()) count(e);
    }
  }
  void count(const Edge& e) {
    if (e) ++states_.find_or_add(*e.node).missing;
  }

  // Only nodes on a path to one of options.inputs run; at those, the gradient is taken out.
  void mark_wanted() {
    for (size_t i = 0; i < states_.size(); ++i) states_[i].wanted = states_[i].runs = false;
    for (size_t i = 0; i < options_.inputs.size(); ++i) {
      NodeState* state = states_.find(options_.inputs[i].node.get());
      if (!state) continue;
      state->wanted = true;
      if (options_.accumulate) {
        state->runs = true;
      } else {
        state->captures.push_back({options_.inputs[i].input, i});
      }
    }
    // A node is wanted if any of its edges is: an explicit post-order from the ends of the graph keeps this linear.
    std::vector<size_t> next_edge(states_.size());
    std::vector<bool> met(states_.size());
    std::vector<size_t> stack;
    for (size_t root = 0; root < states_.size(); ++root) {
      if (met[root]) continue;
      met[root] = true;
      stack.push_back(root);
      while (!stack.empty()) {
        const size_t at = stack.back();
        NodeState& state = states_[at];
        const std::vector<Edge>& edges = state.node->edges();
        bool descended = false;
        while (next_edge[at] < edges.size() && !descended) {
          const Node* child = edges[next_edge[at]++].node.get();
          const size_t of_child = child ? states_.find(child)->index : at;
          if (met[of_child]) continue;
          met[of_child] = descended = true;
          stack.push_back(of_child);
        }
        if (descended) continue;
        stack.pop_back();
        for (const Edge& e : edges) {
          if (e && states_.find(e.node.get())->wanted) state.wanted = state.runs = true;
        }
      }
    }
  }

  // Of the nodes whose gradients are complete the one whose forward call came last.
  NodeState& take_latest() {
    std::pop_heap(ready_.begin(), ready_.end(), is_earlier);
    NodeState& state = *ready_.back();
    ready_.pop_back();
    return state;
  }
  static bool is_earlier(const NodeState* a, const NodeState* b) { return a->node->sequence() < b->node->sequence(); }

  void deliver(const Edge& e, Tensor g) {
    NodeState& state = *states_.find(e.node.get());
    if (state.wanted) {
      if (state.incoming.empty()) state.incoming.resize(e.node->input_count());
      if (g.defined()) accumulate(state.incoming[e.input], std::move(g), *e.node, e.input);
    }
    if (--state.missing == 0 && state.wanted) {
      ready_.push_back(&state);
      std::push_heap(ready_.begin(), ready_.end(), is_earlier);
    }
  }

  // Adds to a gradient of `node` on the stream where the node will run.
  void accumulate(Tensor& slot, Tensor g, const Node& node, uint32_t input) {
    std::optional<cuda::StreamGuard> stream;
    if (g.is_cuda()) {
      streams_.hand_over(g, node);
      if (slot.defined()) enter(stream, streams_.of(node, g.device()));
    }
    if (!slot.defined()) {
      slot = std::move(g);
      return;
    }
    if (is_reduced_floating(slot.dtype()) && is_reduced_floating(g.dtype())) widen(slot, node.input(input));
    Tensor sum;
    if (g.is_cuda() && !options_.create_graph) {
      if (const auto* of = dynamic_cast<const OpNode*>(&node)) sum = pointwise::sum_that_waits(of->op(), slot, g);
    }
    slot = sum.defined() ? std::move(sum) : ops::add(slot, g);
  }

  static void widen(Tensor& g, const TensorMeta& m) {
    if (g.defined() && is_narrow(g, m)) g = in_dtype(g, m.dtype);
  }

  void enter(std::optional<cuda::StreamGuard>& guard, cuda::Stream stream) {
    if (stream == cuda::current_stream(stream.device)) return;
    streams_.use(stream);
    guard.emplace(stream);
  }

  void run_tensor_hooks(const std::vector<NodeHooks::OnInput>& hooks, Grads& incoming) {
    std::vector<NodeHooks::OnInput> now;  // a copy: they may add and remove hooks while they run
    for (const auto& h : hooks) {
      if (!h.hook->removed()) now.push_back(h);
    }
    for (const auto& h : now) {
      Tensor& g = incoming[h.input];
      if (!g.defined()) continue;
      if (Tensor replaced = (*h.hook)(g); replaced.defined()) g = std::move(replaced);
    }
  }

  void step(NodeState& state) {
    Node& node = *state.node;
    Grads incoming = std::move(state.incoming);
    const ObservedNode observed_node(node, NodeStage::Evaluate);
    const Device device = node.input_count() ? node.input(0).device : kCPU;
    const DeviceGuard guard(device);
    std::optional<cuda::StreamGuard> stream;
    if (device.is_cuda()) enter(stream, streams_.of(node, device));
    const NodeHooks* hooks = node.hooks_if_any();
    const StateGuard<bool> observed(is_observed_,
                                    hooks || options_.create_graph || (anomaly_enabled() && anomaly_checks_nan()));
    const bool is_shown = hooks || !state.captures.empty();
    for (uint32_t i = 0; i < incoming.size(); ++i) {
      Tensor& g = incoming[i];
      if (!g.defined() || !is_reduced_floating(g.dtype())) continue;
      if (is_shown || !node.takes_narrow_gradient(i)) widen(g, node.input(i));
    }
    if (hooks) {
      run_tensor_hooks(hooks->tensor_hooks, incoming);
      run_tensor_hooks(hooks->retain_hooks, incoming);
    }
    node.run_leaf_hooks(incoming);
    for (const auto& [input, index] : state.captures) captured_[index] = incoming[input];
    if (!state.runs) {
      incoming.clear();
      return pass_on(node, Grads(node.edges().size()));
    }
    if (!hooks || hooks->node_hooks.empty()) {
      Grads out = apply_watched(node, std::move(incoming));
      if (!options_.retain_graph) node.release_saved();
      return pass_on(node, std::move(out));
    }
    const auto list = hooks->node_hooks.snapshot();
    for (const auto& hook : list) hook->before(incoming);
    const Grads seen = incoming;
    Grads out = apply_watched(node, std::move(incoming));
    if (!options_.retain_graph) node.release_saved();
    check_count(node, out);
    for (size_t i = 0; i < node.edges().size(); ++i) out[i] = conformed(node, i, std::move(out[i]), false);
    for (const auto& hook : list) hook->after(out, seen);
    pass_on(node, std::move(out));
  }

  static void check_count(const Node& node, const Grads& out) {
    const size_t edges = node.edges().size();
    VT_CHECK(out.size() >= edges || edges == 0, Runtime, "Function ", node.name(),
             " returned an incorrect number of gradients (expected ", edges, ", got ", out.size(), ")");
  }

  static Tensor conformed(const Node& node, size_t i, Tensor g, bool may_stay_narrow) {
    const Edge& e = node.edges()[i];
    return e && g.defined() ? conform(std::move(g), e.node->input(e.input), node, may_stay_narrow) : std::move(g);
  }

  void pass_on(Node& node, Grads out) {
    check_count(node, out);
    for (size_t i = 0; i < node.edges().size(); ++i) {
      if (node.edges()[i]) deliver(node.edges()[i], conformed(node, i, std::move(out[i]), !options_.create_graph));
    }
  }

  static uint64_t next_number() {
    static std::atomic<uint64_t> last{0};
    return ++last;
  }

  const BackwardOptions& options_;
  const uint64_t number_ = next_number();
  NodeStates states_;
  std::vector<NodeState*> ready_;  // a heap, the latest forward call first
  StreamOrder streams_;
  Grads captured_;
  bool is_observed_ = false;  // somebody sees the gradients that the running node makes, one by one
};

}  // namespace

bool edge_wanted(const Edge& e) { return !t_task || t_task->wants(e); }
uint64_t running_pass() noexcept { return t_task ? t_task->number() : 0; }
bool is_reached(const Node& node) { return t_task && t_task->reaches(node); }
Tensor take_waiting_gradient(const Edge& e) { return t_task ? t_task->take_waiting(e) : Tensor(); }
std::optional<DType> narrowed_by_receiver(const Edge& e) { return t_task ? t_task->narrowed_by(e) : std::nullopt; }

Grads run_backward(const std::vector<Edge>& roots, Grads gradients, const BackwardOptions& options) {
  const Deferral& defer = deferral();
  if (VT_LIKELY(!defer.enter_pass || !defer.enter_pass())) {
    return Task(roots, options).run(roots, std::move(gradients));
  }
  Grads made;
  try {
    made = Task(roots, options).run(roots, std::move(gradients));
  } catch (...) {
    try {
      defer.leave_pass();
    } catch (const std::exception&) {  // the first error is the one to tell
    }
    throw;
  }
  defer.leave_pass();
  return made;
}

}  // namespace vt::autograd
