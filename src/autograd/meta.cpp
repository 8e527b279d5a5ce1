#include "autograd/meta.h"

#include "autograd/view_inplace.h"
#include "core/sparse.h"
#include "core/thread_state.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"

namespace vt::autograd {

AutogradMeta::~AutogradMeta() {
  if (retain) retain->forget();
  // A gradient may have a gradient, and so on: those that nobody else has go one after the other, not one inside the
  // other.
  Tensor last = std::move(grad);
  while (last.defined() && last.impl()->use_count() == 1) {
    AutogradMeta* m = meta_if_any(last);
    last = m ? std::move(m->grad) : Tensor();
  }
}

Tensor RetainGrad::operator()(const Tensor& gradient) {
  if (!tensor_ || !tensor_->try_retain()) return {};
  const Tensor t(intrusive_ptr<TensorImpl>::adopt(tensor_));
  AutogradMeta& m = meta(t);
  if (m.grad.defined()) {
    m.grad = ops::add(m.grad, gradient);
  } else {
    m.grad = grad_enabled() ? gradient : make_detached(gradient);
  }
  return {};
}

AutogradMeta* meta_if_any(const Tensor& t) { return static_cast<AutogradMeta*>(t.impl()->autograd_meta()); }

AutogradMeta& meta(const Tensor& t) {
  if (AutogradMeta* m = meta_if_any(t)) return *m;
  auto fresh = std::make_unique<AutogradMeta>();
  AutogradMeta& m = *fresh;
  t.impl()->set_autograd_meta(std::move(fresh));
  return m;
}

intrusive_ptr<Node> grad_fn(const Tensor& t) {
  if (VT_UNLIKELY(static_cast<bool>(t.impl()->view_base()))) refresh_view_history(t);
  const AutogradMeta* m = meta_if_any(t);
  return m ? m->grad_fn : nullptr;
}

bool is_leaf(const Tensor& t) { return !t.requires_grad() || !grad_fn(t); }

intrusive_ptr<Node> grad_accumulator(const Tensor& t) {
  if (!t.requires_grad()) return nullptr;
  AutogradMeta& m = meta(t);
  const std::scoped_lock lock(m.mutex);
  if (m.accumulator && m.accumulator->try_retain()) return intrusive_ptr<Node>::adopt(m.accumulator);
  auto node = make_intrusive<AccumulateGrad>(t);
  m.accumulator = node.get();
  return node;
}

Edge gradient_edge(const Tensor& t) {
  if (!t.requires_grad()) return {};
  AutogradMeta* m = meta_if_any(t);
  if (auto fn = grad_fn(t)) return {std::move(fn), meta_if_any(t)->output_number};
  // A view that is older than its base's wish for a gradient has none of its own.
  if (t.impl()->view_base() && !(m && m->requires_grad)) return {};
  return {grad_accumulator(t), 0};
}

namespace {
// After an in-place write the tensor's gradient is the one of its new value.
void move_retain_hook(AutogradMeta& m, Node& to, uint32_t number) {
  auto& old = m.grad_fn->hooks().retain_hooks;
  std::erase_if(old, [&](const auto& h) { return h.hook.get() == m.retain.get(); });
  to.hooks().retain_hooks.push_back({number, m.retain});
}
}  // namespace

void set_history(const Tensor& t, const intrusive_ptr<Node>& node) {
  const uint32_t number = node->add_input(t);
  if (!is_differentiable(t.dtype())) return;
  AutogradMeta& m = meta(t);
  if (VT_UNLIKELY(static_cast<bool>(m.retain)) && m.grad_fn) move_retain_hook(m, *node, number);
  m.set_grad_fn(node);
  m.output_number = number;
  m.view_version = t.impl()->version();
  t.impl()->set_key(Key::Autograd, true);
}

void check_inplace(const Tensor& t) {
  if (!grad_enabled() || !t.requires_grad()) return;
  TensorImpl* impl = t.impl();
  if (const auto& base = impl->view_base()) {
    switch (impl->view_origin()) {
      case ViewOrigin::MultiOutput:
        VT_THROW(
            Runtime,
            "Output of a function that returns multiple views is being modified inplace. Such functions do not allow "
            "the output views to be modified inplace. You should replace the inplace operation by an out-of-place one");
      case ViewOrigin::NoGradMode:
        VT_THROW(
            Runtime,
            "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that this "
            "use case is ambiguous and error-prone, it is forbidden");
      case ViewOrigin::InferenceMode:
        VT_THROW(
            Runtime,
            "A view was created in inference mode and is being modified inplace in normal mode; this is not allowed");
      case ViewOrigin::Default: break;
    }
    // The base of a leaf that is itself a view need not require grad.
    VT_CHECK(!is_leaf(Tensor(base)), Runtime,
             "a view of a leaf Variable that requires grad is being used in an in-place operation.");
  }
  VT_CHECK(!is_leaf(t), Runtime, "a leaf Variable that requires grad is being used in an in-place operation.");
}

AccumulateGrad::AccumulateGrad(const Tensor& leaf) : Node(kRunFirst), variable_(leaf) { add_input(leaf); }

AccumulateGrad::~AccumulateGrad() {
  AutogradMeta& m = meta(variable_);
  const std::scoped_lock lock(m.mutex);
  if (m.accumulator == this) m.accumulator = nullptr;
}

namespace {

// The gradient may become .grad as it is: nobody else holds it, and it is not part of a graph that is being built.
bool may_take(const Tensor& g) {
  const bool is_compact = g.is_contiguous() || is_sparse(g);
  return !grad_enabled() && g.impl()->use_count() == 1 && g.storage()->use_count() == 1 && is_compact &&
         !g.impl()->view_base();
}

}  // namespace

void AccumulateGrad::run_leaf_hooks(Grads& incoming) {
  Tensor& g = incoming[0];
  if (!g.defined()) return;
  for (const auto& hook : meta(variable_).hooks.snapshot()) {
    if (Tensor replaced = (*hook)(g); replaced.defined()) g = std::move(replaced);
  }
}

bool AccumulateGrad::takes_narrow_gradient(uint32_t) const {
  const AutogradMeta& m = meta(variable_);
  return m.hooks.empty() && m.grad.defined() && m.grad.dtype() == variable_.dtype();
}

Grads AccumulateGrad::apply(Grads&& incoming) {
  Tensor& g = incoming[0];
  if (!g.defined()) return {};
  AutogradMeta& m = meta(variable_);
  if (!variable_.requires_grad()) return {};
  if (!m.grad.defined()) {
    if (may_take(g)) {
      m.grad = std::move(g);
    } else if (grad_enabled()) {
      m.grad = ops::clone(g);
    } else {
      m.grad = ops::clone(make_detached(g));
    }
  } else if (grad_enabled() || (is_sparse(m.grad) && !is_sparse(g))) {
    m.grad = ops::add(m.grad, g);  // of a sparse and a dense one: dense
  } else {
    ops::add_(m.grad, g);
  }
  for (const auto& hook : m.post_accumulate_hooks.snapshot()) (*hook)(variable_);
  return {};
}

}  // namespace vt::autograd
