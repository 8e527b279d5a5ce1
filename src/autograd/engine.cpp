#include "autograd/engine.h"

#include <unordered_map>

#include "autograd/anomaly.h"
#include "autograd/meta.h"
#include "autograd/node_observer.h"
#include "autograd/ready_queue.h"
#include "autograd/stream_order.h"
#include "core/thread_state.h"
#include "core/transform.h"
#include "ops/copy/copy.h"
#include "ops/nn/ready_gradient.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt::autograd {
namespace {

struct NodeState {
  int32_t missing = 0;  // gradients still to come, counted per edge
  bool wanted = true;   // its gradient is needed (always, when accumulating into all leaves)
  bool runs = true;     // it is to be applied, not only captured at
  Grads incoming;       // summed so far
  std::vector<std::pair<uint32_t, size_t>> captures;  // input number -> which of options.inputs
};

using States = std::unordered_map<const Node*, NodeState>;

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
  return t.use_count() == 1 && !t.frontend_object() && !t.view_base() && t.is_contiguous() && t.has_memory() &&
         t.storage()->use_count() == 1 && !t.storage()->read_only();
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
    const ExcludeKeys unwatched(Key::Python);  // what a node calls is part of it: see nan_watch.h
    const StateGuard<Task*> running(t_task, this);
    for (size_t i = 0; i < roots.size(); ++i) {
      if (roots[i])
        deliver(roots[i],
                conform(std::move(gradients[i]), roots[i].node->input(roots[i].input), *roots[i].node, false));
    }
    while (!ready_.empty()) step(ready_.pop());
    streams_.join(captured_);
    return std::move(captured_);
  }

  bool wants(const Edge& e) const {
    const auto it = states_.find(e.node.get());
    return it == states_.end() || it->second.wanted;
  }

  Tensor take_waiting(const Edge& e) {
    if (is_observed_ || top_vmap() > 0) return {};  // inside vmap the parts may not be of one shape
    const auto it = states_.find(e.node.get());
    if (it == states_.end() || it->second.incoming.empty()) return {};
    Tensor& slot = it->second.incoming[e.input];
    if (!slot.defined() || slot.dtype() != e.node->input(e.input).dtype || !is_ours_alone(slot)) return {};
    const Device device = slot.device();
    if (device.is_cuda() && streams_.of(*e.node, device) != cuda::current_stream(device.index)) return {};
    return std::exchange(slot, Tensor());
  }

  std::optional<DType> narrowed_by(const Edge& e) const {
    if (is_observed_) return {};
    const auto it = states_.find(e.node.get());
    if (it == states_.end() || !it->second.runs || it->second.missing != 1) return {};
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
  // Every root counts as one edge into its node.
  void count_edges(const std::vector<Edge>& roots) {
    std::vector<Node*> stack;
    auto visit = [&](const Edge& e) {
      if (!e) return;
      const auto [it, fresh] = states_.try_emplace(e.node.get());
      ++it->second.missing;
      if (fresh) stack.push_back(e.node.get());
    };
    for (const Edge& e : roots) visit(e);
    while (!stack.empty()) {
      Node* node = stack.back();
      stack.pop_back();
      order_.push_back(node);
      for (const Edge& e : node->edges()) visit(e);
    }
  }

  // Only nodes on a path to one of options.inputs run; at those, the gradient is taken out.
  void mark_wanted() {
    for (auto& [node, state] : states_) state.wanted = state.runs = false;
    for (size_t i = 0; i < options_.inputs.size(); ++i) {
      const auto it = states_.find(options_.inputs[i].node.get());
      if (it == states_.end()) continue;
      it->second.wanted = true;
      if (options_.accumulate) {
        it->second.runs = true;
      } else {
        it->second.captures.push_back({options_.inputs[i].input, i});
      }
    }
    // A node is wanted if any of its edges is: edges lead to nodes made earlier, so relax until nothing changes,
    // walking the graph from its ends. An explicit post-order keeps this linear.
    std::unordered_map<const Node*, size_t> next_edge;
    std::vector<Node*> stack;
    for (Node* root : order_) {
      if (next_edge.contains(root)) continue;
      stack.push_back(root);
      next_edge[root] = 0;
      while (!stack.empty()) {
        Node* node = stack.back();
        size_t& at = next_edge[node];
        bool descended = false;
        while (at < node->edges().size()) {
          Node* child = node->edges()[at++].node.get();
          if (child && !next_edge.contains(child)) {
            next_edge[child] = 0;
            stack.push_back(child);
            descended = true;
            break;
          }
        }
        if (descended) continue;
        stack.pop_back();
        NodeState& state = states_[node];
        for (const Edge& e : node->edges()) {
          if (e && states_[e.node.get()].wanted) state.wanted = state.runs = true;
        }
      }
    }
  }

  void deliver(const Edge& e, Tensor g) {
    NodeState& state = states_[e.node.get()];
    if (state.wanted) {
      if (state.incoming.empty()) state.incoming.resize(e.node->input_count());
      if (g.defined()) accumulate(state.incoming[e.input], std::move(g), *e.node, e.input);
    }
    if (--state.missing == 0 && state.wanted) {
      if (state.incoming.empty()) state.incoming.resize(e.node->input_count());
      ready_.push({e.node, std::move(state.incoming)});
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
    slot = ops::add(slot, g);
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

  void step(ReadyQueue::Entry entry) {
    Node& node = *entry.node;
    const ObservedNode observed_node(node, NodeStage::Evaluate);
    const Device device = node.input_count() ? node.input(0).device : kCPU;
    const DeviceGuard guard(device);
    std::optional<cuda::StreamGuard> stream;
    if (device.is_cuda()) enter(stream, streams_.of(node, device));
    const NodeHooks* hooks = node.hooks_if_any();
    NodeState& state = states_[&node];
    const StateGuard<bool> observed(is_observed_,
                                    hooks || options_.create_graph || (anomaly_enabled() && anomaly_checks_nan()));
    const bool is_shown = hooks || !state.captures.empty();
    for (uint32_t i = 0; i < entry.incoming.size(); ++i) {
      Tensor& g = entry.incoming[i];
      if (!g.defined() || !is_reduced_floating(g.dtype())) continue;
      if (is_shown || !node.takes_narrow_gradient(i)) widen(g, node.input(i));
    }
    if (hooks) {
      run_tensor_hooks(hooks->tensor_hooks, entry.incoming);
      run_tensor_hooks(hooks->retain_hooks, entry.incoming);
    }
    node.run_leaf_hooks(entry.incoming);
    for (const auto& [input, index] : state.captures) captured_[index] = entry.incoming[input];
    if (!state.runs) {
      entry.incoming.clear();
      return pass_on(node, Grads(node.edges().size()));
    }
    if (!hooks || hooks->node_hooks.empty()) {
      Grads out = apply_watched(node, std::move(entry.incoming));
      if (!options_.retain_graph) node.release_saved();
      return pass_on(node, std::move(out));
    }
    const auto list = hooks->node_hooks.snapshot();
    for (const auto& hook : list) hook->before(entry.incoming);
    const Grads incoming = entry.incoming;
    Grads out = apply_watched(node, std::move(entry.incoming));
    if (!options_.retain_graph) node.release_saved();
    check_count(node, out);
    for (size_t i = 0; i < node.edges().size(); ++i) out[i] = conformed(node, i, std::move(out[i]), false);
    for (const auto& hook : list) hook->after(out, incoming);
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

  const BackwardOptions& options_;
  States states_;
  std::vector<Node*> order_;
  ReadyQueue ready_;
  StreamOrder streams_;
  Grads captured_;
  bool is_observed_ = false;  // somebody sees the gradients that the running node makes, one by one
};

}  // namespace

bool edge_wanted(const Edge& e) { return !t_task || t_task->wants(e); }
Tensor take_waiting_gradient(const Edge& e) { return t_task ? t_task->take_waiting(e) : Tensor(); }
std::optional<DType> narrowed_by_receiver(const Edge& e) { return t_task ? t_task->narrowed_by(e) : std::nullopt; }

Grads run_backward(const std::vector<Edge>& roots, Grads gradients, const BackwardOptions& options) {
  return Task(roots, options).run(roots, std::move(gradients));
}

}  // namespace vt::autograd
