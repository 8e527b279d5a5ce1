// Losses of the distance to a target: mse, l1, smooth l1 and huber. Each is a pointwise row, then the reduction.
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/nn/loss.h"
#include "ops/tensor_operators.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using ops::reduced;

void check_weight(const Tensor& self, const Tensor& weight) {
  VT_CHECK(same(self.sizes(), weight.sizes()), Value, "Weights and input must have the same size, got ", weight.sizes(),
           " and ", self.sizes());
}

// A number is spread out first, so that it counts as a tensor where dtypes are promoted, as PyTorch does it.
Tensor beside(const Tensor& t, const Tensor& other) {
  return t.dim() == 0 && other.dim() > 0 && t.dtype() != other.dtype() ? ops::expand(t, other.sizes()) : t;
}

// The mean is over what the weights add up to.
Tensor weighted(const Tensor& loss, const Tensor& self, const Tensor& weight, int64_t reduction) {
  if (!weight.defined()) return reduced(loss, reduction);
  check_weight(self, weight);
  if (reduction == ops::kMean) return ops::sum(loss * weight) / ops::sum(weight);
  return reduced(loss * weight, reduction);
}

Tensor mse_loss(const Tensor& self, const Tensor& target, int64_t reduction, const Tensor& weight) {
  return weighted(ops::_squared_difference(beside(self, target), beside(target, self)), self, weight, reduction);
}

Tensor l1_loss(const Tensor& self, const Tensor& target, int64_t reduction, const Tensor& weight) {
  return weighted(ops::abs(beside(self, target) - beside(target, self)), self, weight, reduction);
}

Tensor smooth_l1_loss(const Tensor& self, const Tensor& target, int64_t reduction, double beta) {
  VT_CHECK(beta >= 0, Runtime, "smooth_l1_loss does not support negative values for beta.");
  return reduced(beta == 0 ? ops::abs(beside(self, target) - beside(target, self))
                           : ops::_smooth_l1(beside(self, target), beside(target, self), beta),
                 reduction);
}

Tensor huber_loss(const Tensor& self, const Tensor& target, int64_t reduction, double delta, const Tensor& weight) {
  VT_CHECK(delta > 0, Runtime, "huber_loss does not support non-positive values for delta.");
  const Tensor loss = ops::as_dtype(ops::_huber(self, target, delta), self.dtype());  // PyTorch's is the input's
  if (!weight.defined()) return reduced(loss, reduction);
  check_weight(self, weight);
  return reduced(loss * weight, reduction);  // the mean is over the elements: PyTorch's
}

}  // namespace

void register_loss_regression(Registry& r) {
  r.def("mse_loss(Tensor self, Tensor target, int reduction=1, *, Tensor? weight=None) -> Tensor")
      .composite(mse_loss)
      .autocast(AutocastPolicy::Float32)
      .surface(kFunctional)
      .doc(
          "(self - target)^2 of the broadcast shape; weight (of self's shape) multiplies it and its mean is weighted.");
  r.def("l1_loss(Tensor self, Tensor target, int reduction=1, *, Tensor? weight=None) -> Tensor")
      .composite(l1_loss)
      .autocast(AutocastPolicy::Float32)
      .surface(kFunctional)
      .doc("|self - target| of the broadcast shape; weight (of self's shape) multiplies it and its mean is weighted.");
  r.def("smooth_l1_loss(Tensor self, Tensor target, int reduction=1, float beta=1.0) -> Tensor")
      .composite(smooth_l1_loss)
      .autocast(AutocastPolicy::Float32)
      .surface(kFunctional)
      .doc("d^2 / (2 beta) where d = |self - target| < beta, d - beta / 2 elsewhere.");
  r.def("huber_loss(Tensor self, Tensor target, int reduction=1, float delta=1.0, *, Tensor? weight=None) -> Tensor")
      .composite(huber_loss)
      .autocast(AutocastPolicy::Float32)
      .surface(kFunctional)
      .doc("d^2 / 2 where d = |self - target| < delta, delta * (d - delta / 2) elsewhere; weight multiplies it.");
}

}  // namespace vt
