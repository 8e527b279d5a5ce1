// What autograd knows of a tensor: its gradient, the node that made it, its hooks.
#pragma once

#include <mutex>

#include "autograd/node.h"

namespace vt::autograd {

class AccumulateGrad;

// Keeps the incoming gradient of a non-leaf in its .grad (Tensor.retain_grad). Lives on the tensor's grad_fn, which
// must not keep the tensor alive: the tensor's meta says when it goes.
class VT_API RetainGrad final : public TensorHook {
 public:
  explicit RetainGrad(TensorImpl* tensor) : tensor_(tensor) {}
  Tensor operator()(const Tensor& gradient) override;
  void forget() { tensor_ = nullptr; }

 private:
  TensorImpl* tensor_;
};

struct VT_API AutogradMeta final : AutogradMetaBase {
  ~AutogradMeta() override;
  void set_grad_fn(intrusive_ptr<Node> node) {
    shown_grad_fn = nullptr;
    grad_fn = std::move(node);
  }

  Tensor grad;
  intrusive_ptr<Node> grad_fn;              // changed by set_grad_fn only
  intrusive_ptr<RefCounted> shown_grad_fn;  // what keeps a frontend's object of grad_fn while it is that
  uint32_t output_number = 0;
  bool requires_grad = false;  // asked for by the user; a tensor with grad_fn requires grad anyway
  intrusive_ptr<RetainGrad> retain;
  // Version of the shared data that grad_fn describes; for views, see grad_fn().
  uint32_t view_version = 0;
  AccumulateGrad* accumulator = nullptr;  // not owned: the node owns the tensor
  std::mutex mutex;                       // guards accumulator
  HookList<TensorHook> hooks;             // of a leaf; a non-leaf's hang on its node
  HookList<TensorHook> post_accumulate_hooks;
};

// The meta of a tensor, or null / made if absent.
VT_API AutogradMeta* meta_if_any(const Tensor& t);
VT_API AutogradMeta& meta(const Tensor& t);

// The node that made the tensor, null for a leaf. For a view whose base was written to since, a new node is made first
// (Note [In-place on views]).
VT_API intrusive_ptr<Node> grad_fn(const Tensor& t);
VT_API bool is_leaf(const Tensor& t);
// Where gradients for this tensor go: its grad_fn, or its accumulator if it is a leaf that requires grad.
VT_API Edge gradient_edge(const Tensor& t);
VT_API intrusive_ptr<Node> grad_accumulator(const Tensor& t);

// Records that `node` made the tensor, as its next result.
VT_API void set_history(const Tensor& t, const intrusive_ptr<Node>& node);
// The same after an in-place write: for a view the base's history is rewritten too.
VT_API void rebase_history(const Tensor& t, const intrusive_ptr<Node>& node);
// Raises where PyTorch does: leaf that requires grad, view of one, view from no_grad or of several.
VT_API void check_inplace(const Tensor& t);

// Adds gradients of a leaf to its .grad.
class VT_API AccumulateGrad final : public Node {
 public:
  explicit AccumulateGrad(const Tensor& leaf);
  Grads apply(Grads&& incoming) override;
  void run_leaf_hooks(Grads& incoming) override;
  // Where it is added to a .grad and no hook sees it before.
  bool takes_narrow_gradient(uint32_t input) const override;
  std::string name() const override { return "AccumulateGrad"; }
  const Tensor& variable() const { return variable_; }

 private:
  ~AccumulateGrad() override;
  Tensor variable_;
};

}  // namespace vt::autograd
