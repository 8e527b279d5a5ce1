#include "autograd/saved_tensor.h"

#include "autograd/anomaly.h"
#include "autograd/meta.h"
#include "core/thread_state.h"

namespace vt::autograd {

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
  return s;
}

SavedTensor SavedTensor::of_result(const Tensor& t, uint32_t output_number) {
  SavedTensor s;
  s.tensor_ = make_detached(t);
  s.version_ = t.impl()->version();
  s.output_number_ = output_number;
  s.is_result_ = true;
  s.result_requires_grad_ = is_differentiable(t.dtype());
  return s;
}

Tensor SavedTensor::unpack(const Node& owner) const {
  if (released_) throw_freed();
  if (!tensor_.defined()) return {};
  const uint32_t now = tensor_.impl()->version();
  VT_CHECK(now == version_, Runtime,
           "one of the variables needed for gradient computation has been modified by an inplace operation: [",
           to_string(tensor_), "], which is ",
           is_result_ ? "output " + std::to_string(output_number_) : std::string("an input"), " of ", owner.name(),
           ", is at version ", now, "; expected version ", version_, " instead. ", anomaly_hint());
  if (!is_result_ || !result_requires_grad_) return tensor_;
  Tensor t = make_detached(tensor_);
  AutogradMeta& m = meta(t);
  m.set_grad_fn(intrusive_ptr<Node>(const_cast<Node*>(&owner)));
  m.output_number = output_number_;
  m.view_version = now;
  t.impl()->set_key(Key::Autograd, true);
  return t;
}

}  // namespace vt::autograd
