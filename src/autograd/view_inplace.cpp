#include "autograd/view_inplace.h"

#include "autograd/meta.h"
#include "autograd/saved_tensor.h"
#include "core/transform.h"
#include "ops/batch/batch_call.h"
#include "ops/typed/copy.h"
#include "ops/typed/view.h"
#include "ops/view/strided_gradient.h"

namespace vt::autograd {
namespace {

Tensor as_strided(const Tensor& t, const ViewGeometry& g, int64_t offset) {
  return ops::as_strided(t, g.sizes, g.strides, offset);
}

// Memory that a gradient like `like` may be written to, also one that is an example's own inside vmap.
Tensor room_for(const ViewGeometry& g, const Tensor& like) {
  const auto make = VT_UNLIKELY(top_vmap() > 0) ? batch::empty_per_example : empty_strided;
  return make(g.sizes, g.strides, like.dtype(), like.device());
}

}  // namespace

void refresh_view_history(const Tensor& view) {
  const Tensor base(view.impl()->view_base());
  if (!base.requires_grad()) return;
  AutogradMeta* m = meta_if_any(view);
  const uint32_t now = view.impl()->version();
  if (!m || (!m->grad_fn && view.impl()->view_origin() == ViewOrigin::Default && !m->requires_grad)) {
    // A view made before its base required grad.
    if (is_leaf(base) || view.impl()->view_origin() != ViewOrigin::Default) return;
    m = &meta(view);
  } else if (m->view_version == now) {
    return;
  }
  VT_CHECK(
      view.impl()->view_origin() == ViewOrigin::Default || view.impl()->view_origin() == ViewOrigin::MultiOutput,
      Runtime,
      "A view was created in no_grad mode and its base or another view of its base has been modified inplace with grad "
      "mode enabled. Given that this use case is ambiguous and error-prone, it is forbidden");
  if (is_leaf(base)) {  // written to without a record: under no_grad
    m->view_version = now;
    return;
  }
  auto node = make_intrusive<AsStridedOfBase>(base, view);
  m->set_grad_fn(node);
  m->output_number = 0;
  m->view_version = now;
}

void rebase_history(const Tensor& t, const intrusive_ptr<Node>& node) {
  if (!t.impl()->view_base()) {
    set_history(t, node);
    return;
  }
  const Tensor base(t.impl()->view_base());
  node->add_input(t);
  auto copy = make_intrusive<CopySlices>(base, t, node);
  set_history(base, copy);
  // The view's own history is made anew from the base's when somebody asks.
  follow_base(t);
}

void follow_base(const Tensor& view) {
  AutogradMeta& m = meta(view);
  m.set_grad_fn(make_intrusive<AsStridedOfBase>(Tensor(view.impl()->view_base()), view));
  m.output_number = 0;
  m.view_version = view.impl()->version();
}

CopySlices::CopySlices(const Tensor& base, const Tensor& view, intrusive_ptr<Node> fn)
    : base_(base), view_(view), fn_(std::move(fn)) {
  // Edge 0 is the base's former history; the others are those of the op's node.
  add_edge(gradient_edge(base));
  for (size_t i = 1; i < fn_->edges().size(); ++i) add_edge(fn_->edges()[i]);
}

Grads CopySlices::apply(Grads&& incoming) {
  const Tensor& g = incoming[0];
  Grads out(edges().size());
  if (!g.defined()) return out;
  if (!fn_) throw_freed();
  Tensor rest = room_for(base_, g);
  ops::copy_(rest, g);
  const Tensor written = as_strided(rest, view_, view_.offset - base_.offset);
  Grads through;
  through.push_back(ops::clone(written));
  Grads results = fn_->apply(std::move(through));
  for (size_t i = 1; i < results.size() && i < out.size(); ++i) out[i] = std::move(results[i]);
  if (!results.empty() && results[0].defined()) {
    ops::copy_(written, results[0]);
  } else {
    ops::zero_(written);
  }
  out[0] = std::move(rest);
  return out;
}

AsStridedOfBase::AsStridedOfBase(const Tensor& base, const Tensor& view) : base_(base), view_(view) {
  add_edge(gradient_edge(base));
  add_input(view);
}

Grads AsStridedOfBase::apply(Grads&& incoming) {
  Grads out(1);
  const Tensor& g = incoming[0];
  if (!g.defined()) return out;
  if (!ops::has_distinct_elements(view_.sizes, view_.strides)) {
    out[0] = ops::as_strided_gradient(g, {view_.sizes, view_.strides, view_.offset},
                                      {base_.sizes, base_.strides, base_.offset});
    return out;
  }
  out[0] = ops::zero_(room_for(base_, g));
  // Differentiable: as_strided and copy_ are recorded when the graph of the gradient is being built.
  ops::copy_(as_strided(out[0], view_, view_.offset - base_.offset), g);
  return out;
}

}  // namespace vt::autograd
