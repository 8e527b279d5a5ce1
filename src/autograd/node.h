// The graph: nodes compute the gradients of their inputs from those of their outputs; edges say where each goes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/tensor.h"
#include "cuda/types.h"

namespace vt::autograd {

class Node;

// Where a gradient goes: input number `input` of a node. Null node: nobody wants it.
struct Edge {
  intrusive_ptr<Node> node;
  uint32_t input = 0;
  explicit operator bool() const { return static_cast<bool>(node); }
};

// What the engine knows of a gradient before it comes: the forward result it belongs to.
struct TensorMeta {
  DimVec sizes;
  DType dtype = DType::float32;
  Device device;
  TensorMeta() = default;
  explicit TensorMeta(const Tensor& t) : sizes(t.sizes()), dtype(t.dtype()), device(t.device()) {}
};

using Grads = std::vector<Tensor>;  // entries may be undefined

// User code on the gradient of one tensor. May return an undefined tensor: "unchanged".
class VT_API TensorHook : public RefCounted {
 public:
  virtual Tensor operator()(const Tensor& gradient) = 0;
  // True once whoever registered it took it back; the list that holds it may let it go.
  virtual bool removed() const { return false; }
};
// User code around a node. Before: may replace the incoming gradients. After: may replace the outgoing ones.
class VT_API NodeHook : public RefCounted {
 public:
  virtual bool removed() const { return false; }
  virtual void before(Grads& /*incoming*/) {}
  virtual void after(Grads& /*outgoing*/, const Grads& /*incoming*/) {}
};

// An ordered list of hooks. Removed ones stay, and are passed over, until the next one comes.
template <class H>
class HookList {
 public:
  void add(intrusive_ptr<H> hook) {
    std::erase_if(hooks_, [](const auto& h) { return h->removed(); });
    hooks_.push_back(std::move(hook));
  }
  bool empty() const { return hooks_.empty(); }
  template <class F>
  void for_each(F f) const {
    for (const auto& h : hooks_) f(*h);
  }
  // Those not removed, as a copy: hooks may add and remove hooks while they run.
  std::vector<intrusive_ptr<H>> snapshot() const {
    std::vector<intrusive_ptr<H>> list;
    for (const auto& h : hooks_) {
      if (!h->removed()) list.push_back(h);
    }
    return list;
  }

 private:
  std::vector<intrusive_ptr<H>> hooks_;
};

struct NodeHooks {
  struct OnInput {
    uint32_t input;
    intrusive_ptr<TensorHook> hook;
  };
  std::vector<OnInput> tensor_hooks;  // Tensor.register_hook, in order of registration
  std::vector<OnInput> retain_hooks;  // Tensor.retain_grad, after all of the above
  HookList<NodeHook> node_hooks;
};

// Sequence numbers order ready nodes: later forward calls run first; gradient accumulation before everything.
inline constexpr uint64_t kRunFirst = UINT64_MAX;
VT_API uint64_t next_sequence_number();
// The one that the calling thread's next node will have.
VT_API uint64_t peek_sequence_number() noexcept;

class VT_API Node : public RefCounted {
 public:
  static constexpr bool kLookedUp = true;
  explicit Node(uint64_t sequence = next_sequence_number());

  // Gradients of this node's inputs' side: `incoming` has input_count() entries, the result one per edge.
  virtual Grads apply(Grads&& incoming) = 0;
  virtual std::string name() const = 0;
  // Runs hooks that are not in hooks(), after those and before the gradient is applied or taken out: a leaf's.
  virtual void run_leaf_hooks(Grads& /*incoming*/) {}
  // Whether apply takes a 16-bit gradient of this float32 result as it is: Note [Narrow gradients] in engine.h.
  virtual bool takes_narrow_gradient(uint32_t /*input*/) const { return false; }
  // Frees what is kept for backward; a later apply raises.
  virtual void release_saved() {}

  uint64_t sequence() const { return sequence_; }
  const std::vector<Edge>& edges() const { return edges_; }
  void add_edge(Edge e) { edges_.push_back(std::move(e)); }
  void reserve_edges(size_t count) { edges_.reserve(count); }
  bool has_edge(size_t i) const { return i < edges_.size() && edges_[i].node; }

  uint32_t input_count() const { return static_cast<uint32_t>(inputs_.size()); }
  const TensorMeta& input(uint32_t i) const { return inputs_[i]; }
  // Declares the next result of this node, made on the current stream of its device; returns its number.
  uint32_t add_input(TensorMeta result);
  uint32_t add_input(const Tensor& result) { return add_input(TensorMeta(result)); }
  // Where in the user's program the forward call was made, known in anomaly mode; 0: unknown.
  uint64_t place() const { return place_; }
  // The stream that forward ran on, where backward runs too; means nothing unless an input is on a CUDA device.
  cuda::Stream stream() const { return stream_; }

  NodeHooks& hooks() {
    if (!hooks_) hooks_ = std::make_unique<NodeHooks>();
    return *hooks_;
  }
  const NodeHooks* hooks_if_any() const { return hooks_.get(); }

  static int64_t live_count();

 protected:
  ~Node() override;
  // Chains of nodes are freed from a queue, never by recursion.
  void destroy() noexcept override;

 private:
  uint64_t sequence_;
  uint64_t place_;
  std::vector<Edge> edges_;
  std::vector<TensorMeta> inputs_;
  cuda::Stream stream_;
  std::unique_ptr<NodeHooks> hooks_;
};

}  // namespace vt::autograd
