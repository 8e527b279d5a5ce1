#include "autograd/autograd.h"

#include "autograd/endpoint.h"
#include "core/thread_state.h"
#include "core/transform.h"
#include "ops/nn/ready_gradient.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"

namespace vt::autograd {
namespace {

Tensor ones_like(const Tensor& t) {
  const GradMode off(false);
  if (VT_UNLIKELY(t.impl()->keys().has(Key::Python))) return ops::ones_like(t);  // of a type of its own
  const Tensor ones = ops::fill_(empty(t.sizes(), t.dtype(), t.device()), Scalar(1));
  mark_ones(ones);
  return ones;
}

Tensor ones_of(const TensorMeta& t) {
  const GradMode off(false);
  return ops::fill_(empty(t.sizes, t.dtype, t.device), Scalar(1));
}

std::string described(const Endpoint& e) {
  if (!e.edge) return to_string(e.tensor);
  return detail::concat("the gradient edge ", e.edge.input, " of ", e.edge.node->name());
}

Tensor root_gradient(const Endpoint& output, const Grads& gradients, size_t i) {
  const TensorMeta meta = output.edge ? output.edge.node->input(output.edge.input) : TensorMeta(output.tensor);
  const Tensor given = i < gradients.size() ? gradients[i] : Tensor();
  if (!given.defined()) {
    VT_CHECK(checked_numel(meta.sizes) == 1, Runtime, "grad can be implicitly created only for scalar outputs, got ",
             described(output));
    VT_CHECK(!is_complex(meta.dtype), Runtime, "grad can be implicitly created only for real scalar outputs but got ",
             meta.dtype);
    return output.edge ? ones_of(meta) : ones_like(output.tensor);
  }
  VT_CHECK(same(given.sizes(), meta.sizes), Runtime, "Mismatch in shape: grad_output[", i, "] has a shape of ",
           given.sizes(), " and output[", i, "] has a shape of ", meta.sizes, ".");
  VT_CHECK(is_complex(given.dtype()) == is_complex(meta.dtype), Runtime,
           "For complex Tensors, both grad_output and output are required to have the same dtype; got ", given.dtype(),
           " for an output of ", meta.dtype);
  return given;
}

std::vector<Endpoint> endpoints(const std::vector<Tensor>& tensors) {
  std::vector<Endpoint> result;
  result.reserve(tensors.size());
  for (const Tensor& t : tensors) result.push_back({t, {}});
  return result;
}

}  // namespace

Grads backward(const std::vector<Tensor>& outputs, const Grads& gradients, bool retain_graph, bool create_graph,
               const std::vector<Tensor>& inputs, bool allow_unused, bool accumulate) {
  return backward_between(endpoints(outputs), gradients, retain_graph, create_graph, endpoints(inputs), allow_unused,
                          accumulate);
}

Grads backward_between(const std::vector<Endpoint>& outputs, const Grads& gradients, bool retain_graph,
                       bool create_graph, const std::vector<Endpoint>& inputs, bool allow_unused, bool accumulate) {
  std::vector<Edge> roots;
  Grads root_gradients;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const auto& [tensor, edge] = outputs[i];
    VT_CHECK(edge || tensor.requires_grad(), Runtime, "element ", i,
             " of tensors does not require grad and does not have a grad_fn");
    roots.push_back(edge ? edge : gradient_edge(tensor));
    root_gradients.push_back(root_gradient(outputs[i], gradients, i));
  }
  BackwardOptions options{retain_graph, create_graph, {}, accumulate};
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto& [tensor, edge] = inputs[i];
    VT_CHECK(edge || tensor.requires_grad(), Runtime,
             "One of the differentiated Tensors does not require grad: the one at index ", i, " (",
             described(inputs[i]), ")");
    const bool keeps = edge ? edge.node->sequence() == kRunFirst : is_leaf(tensor) || meta(tensor).retain;
    if (accumulate) VT_CHECK(keeps, Runtime, "expected the inputs of backward() to be leaves");
    options.inputs.push_back(edge ? edge : gradient_edge(tensor));
  }
  Grads out = run_backward(roots, std::move(root_gradients), options);
  if (accumulate) return {};
  for (size_t i = 0; i < out.size(); ++i) {
    VT_CHECK(out[i].defined() || allow_unused, Runtime, "The differentiated Tensor at index ", i, " (",
             described(inputs[i]),
             ") appears to not have been used in the graph. Set allow_unused=True if this is the desired behavior.");
  }
  return out;
}

void set_requires_grad(const Tensor& t, bool value) {
  VT_CHECK(!value || is_differentiable(t.dtype()), Runtime,
           "only Tensors of floating point and complex dtype can require gradients, got ", t.dtype());
  VT_CHECK(!value || !t.impl()->is_inference() || thread_state().inference_mode, Runtime,
           "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed.");
  if (!is_leaf(t)) {
    VT_CHECK(value, Runtime,
             "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a "
             "subgraph "
             "that doesn't require differentiation use var_no_grad = var.detach().");
    return;
  }
  if (!value && !t.impl()->autograd_meta()) return;
  meta(t).requires_grad = value;
  t.impl()->set_key(Key::Autograd, value);
}

Tensor grad(const Tensor& t) {
  const AutogradMeta* m = meta_if_any(t);
  return m ? m->grad : Tensor();
}

void set_grad(const Tensor& t, const Tensor& g) {
  if (!g.defined()) {
    if (AutogradMeta* m = meta_if_any(t)) m->grad = Tensor();
    return;
  }
  VT_CHECK(!g.is_same(t), Runtime, "can't assign Variable as its own grad");
  VT_CHECK(same(g.sizes(), t.sizes()), Runtime, "assigned grad has data of a different size: expected ", t.sizes(),
           ", got ", g.sizes());
  VT_CHECK(g.dtype() == t.dtype(), Runtime, "assigned grad has data of a different type: expected ", t.dtype(),
           ", got ", g.dtype());
  VT_CHECK(g.device() == t.device(), Runtime, "assigned grad has data located on a different device: expected ",
           t.device(), ", got ", g.device());
  meta(t).grad = g;
}

void retain_grad(const Tensor& t) {
  VT_CHECK(t.requires_grad(), Runtime, "can't retain_grad on Tensor that has requires_grad=False");
  if (is_leaf(t)) return;
  AutogradMeta& m = meta(t);
  if (m.retain) return;
  m.retain = make_intrusive<RetainGrad>(t.impl());
  NodeHooks& hooks = m.grad_fn->hooks();
  hooks.retain_hooks.push_back({m.output_number, m.retain});
}

Tensor detach(const Tensor& t) { return make_detached(t); }

void detach_inplace(const Tensor& t) {
  VT_CHECK(!is_wrapped(t) || !requires_grad_below(t), NotImplemented,
           "detach_() inside vmap of a tensor that is differentiated outside of it is not there; use detach()");
  // A base that nobody else holds is an op's own, which shaped its result last.
  const auto& base = t.impl()->view_base();
  if (base && base->use_count() == 1) t.impl()->set_view_of(nullptr, ViewOrigin::Default);
  VT_CHECK(!t.impl()->view_base(), Runtime, "Can't detach views in-place. Use detach() instead.");
  if (AutogradMeta* m = meta_if_any(t)) {
    m->set_grad_fn(nullptr);
    m->output_number = 0;
    m->requires_grad = false;
  }
  t.impl()->set_key(Key::Autograd, false);
}

void set_data(const Tensor& t, const Tensor& other) {
  VT_CHECK(!t.requires_grad() || is_differentiable(other.dtype()), Runtime,
           "data set to a tensor that requires gradients must be floating point or complex dtype, got ", other.dtype());
  // A recorded accumulator describes the old shape and device.
  if (AutogradMeta* m = meta_if_any(t)) {
    const std::scoped_lock lock(m->mutex);
    m->accumulator = nullptr;
  }
  TensorImpl* impl = t.impl();
  // The counter is the tensor's, not the new memory's: keep counting from where it is.
  auto version = impl->own_version_counter();
  if (!version) {
    version = make_intrusive<VersionCounter>();
    version->set(impl->version());
  }
  impl->reset_geometry(other.storage(), other.dtype(), other.sizes(), other.strides(), other.storage_offset());
  impl->set_version_counter(std::move(version));
}

void add_tensor_hook(const Tensor& t, intrusive_ptr<TensorHook> hook) {
  VT_CHECK(t.requires_grad(), Runtime, "cannot register a hook on a tensor that doesn't require gradient");
  if (is_leaf(t)) return meta(t).hooks.add(std::move(hook));
  const auto fn = grad_fn(t);
  AutogradMeta& m = meta(t);
  auto& hooks = fn->hooks().tensor_hooks;
  std::erase_if(hooks, [](const auto& h) { return h.hook->removed(); });
  hooks.push_back({m.output_number, std::move(hook)});
}

}  // namespace vt::autograd
