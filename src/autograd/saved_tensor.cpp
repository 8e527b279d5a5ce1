#include "autograd/saved_tensor.h"

#include <atomic>

#include "autograd/anomaly.h"
#include "autograd/meta.h"
#include "core/thread_state.h"

namespace vt::autograd {
namespace {

std::atomic<int> entered_hooks{0};
std::atomic<PackHook> pack_hook{nullptr};

// t as the output of a node.
Tensor with_history(const Tensor& t, intrusive_ptr<Node> node, uint32_t output_number) {
  Tensor result = make_detached(t);
  AutogradMeta& m = meta(result);
  m.set_grad_fn(std::move(node));
  m.output_number = output_number;
  m.view_version = result.impl()->version();
  result.impl()->set_key(Key::Autograd, true);
  return result;
}

}  // namespace

void set_pack_hook(PackHook hook) { pack_hook = hook; }
void count_entered_hooks(int change) { entered_hooks += change; }

void throw_freed() {
  VT_THROW(
      Runtime,
      "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
      "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
      "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
      "saved tensors after calling backward.");
}

SavedTensor SavedTensor::of_argument(const Tensor& t) {
  SavedTensor s;
  if (!t.defined()) return s;
  VT_CHECK(
      !t.impl()->is_inference(), Runtime,
      "Inference tensors cannot be saved for backward. To work around you can make a clone to get a normal tensor and "
      "use it in autograd.");
  s.tensor_ = t;
  s.version_ = t.impl()->version();
  s.pack(t);
  return s;
}

SavedTensor SavedTensor::of_result(const Tensor& t, uint32_t output_number) {
  SavedTensor s;
  s.tensor_ = make_detached(t);
  s.version_ = t.impl()->version();
  s.output_number_ = output_number;
  s.is_result_ = true;
  s.result_requires_grad_ = is_differentiable(t.dtype());
  s.pack(t);
  return s;
}

void SavedTensor::pack(const Tensor& original) {
  if (VT_LIKELY(entered_hooks.load(std::memory_order_relaxed) == 0) || original.impl()->is_wrapped_number()) return;
  const GradMode off(false);
  intrusive_ptr<PackedTensor> packed = pack_hook.load()(tensor_);
  if (!packed) return;
  VT_CHECK(
      original.impl()->version() == version_, Runtime,
      "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook can not be "
      "modified by in-place operations as this can lead to unexpected side-effects. "
      "Clone it first.");
  if (!is_result_) packed->history = gradient_edge(original);
  packed_ = std::move(packed);
  tensor_ = Tensor();
}

Tensor SavedTensor::unpack_hooked(const Node& owner) const {
  const Tensor t = packed_->unpack();
  if (is_result_) {
    if (!result_requires_grad_) return make_detached(t);
    return with_history(t, intrusive_ptr<Node>(const_cast<Node*>(&owner)), output_number_);
  }
  const Edge& edge = packed_->history;
  return edge.node ? with_history(t, edge.node, edge.input) : make_detached(t);
}

Tensor SavedTensor::unpack(const Node& owner) const {
  if (released_) throw_freed();
  if (VT_UNLIKELY(packed_)) return unpack_hooked(owner);
  if (!tensor_.defined()) return {};
  const uint32_t now = tensor_.impl()->version();
  VT_CHECK(now == version_, Runtime,
           "one of the variables needed for gradient computation has been modified by an inplace operation: [",
           to_string(tensor_), "], which is ",
           is_result_ ? "output " + std::to_string(output_number_) : std::string("an input"), " of ", owner.name(),
           ", is at version ", now, "; expected version ", version_, " instead. ", anomaly_hint());
  if (!is_result_ || !result_requires_grad_) return tensor_;
  return with_history(tensor_, intrusive_ptr<Node>(const_cast<Node*>(&owner)), output_number_);
}

}  // namespace vt::autograd
