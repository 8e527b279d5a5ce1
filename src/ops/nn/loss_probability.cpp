// Losses between probabilities: binary cross entropy and the Kullback-Leibler divergence.
#include <cmath>

#include "core/backend_table.h"
#include "core/thread_state.h"
#include "core/waiting_memory.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/copy/value_range.h"
#include "ops/nn/loss.h"
#include "ops/nn/loss_probability_cuda.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/index.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using ops::reduced;

Tensor weighted(const Tensor& loss, const Tensor& weight) { return weight.defined() ? loss * weight : loss; }

void check_probabilities(const Tensor& t, const char* name) {
  const auto [least, most] = value_range(t);
  VT_CHECK(least.to_double() >= 0 && most.to_double() <= 1, Runtime, "all elements of ", name,
           " should be between 0 and 1");
}
// The loss is NaN where either is not a probability, and only there: `loss` is one of its elements, their sum or their
// mean. On the CPU the operand is named at once; CUDA finds out when the loss is there.
constinit BackendTable<void(const Tensor& loss, const Tensor& self, const Tensor& target)> explain_nan{
    "binary_cross_entropy"};

void explain_nan_cpu(const Tensor& loss, const Tensor& self, const Tensor& target) {
  if (!std::isnan(read_scalar(loss).to_double())) return;
  check_probabilities(self, "input");
  check_probabilities(target, "target");
}
void explain_nan_cuda(const Tensor& loss, const Tensor&, const Tensor&) { report_nan_loss(loss); }

Tensor binary_cross_entropy(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction) {
  VT_CHECK(same(self.sizes(), target.sizes()), Value, "Using a target size (", target.sizes(),
           ") that is different to the input size (", self.sizes(),
           ") is deprecated. Please ensure they have the same size.");
  VT_CHECK(is_floating(self.dtype()), NotImplemented, "not implemented for '", self.dtype(), "'");
  VT_CHECK(is_floating(target.dtype()), Runtime, "Found dtype ", target.dtype(), " but expected ", self.dtype());
  VT_CHECK(!weight.defined() || is_expandable_to(weight.sizes(), self.sizes()), Runtime, "weight of shape ",
           weight.sizes(), " does not broadcast to the input's ", self.sizes());
  const Tensor loss = ops::_binary_cross_entropy(self, target);
  const Tensor result = reduced(weighted(loss, weight), reduction);
  if (loss.numel() > 0 && has_values(loss) && explain_nan.has(self.device())) {
    const GradMode off(false);
    const Tensor& unweighted = weight.defined() ? loss : result;
    explain_nan(self.device(), unweighted.numel() == 1 ? unweighted : ops::sum(unweighted), self, target);
  }
  return result;
}

Tensor binary_cross_entropy_with_logits(const Tensor& self, const Tensor& target, const Tensor& weight,
                                        const Tensor& pos_weight, int64_t reduction) {
  VT_CHECK(same(self.sizes(), target.sizes()), Value, "Target size (", target.sizes(),
           ") must be the same as input size (", self.sizes(), ")");
  Tensor loss = ops::_binary_cross_entropy_with_logits(self, target);
  if (pos_weight.defined()) loss = loss - (pos_weight - 1) * target * ops::log_sigmoid(self);
  return reduced(weighted(loss, weight), reduction);
}

void check_real_floating(const Tensor& t) {
  VT_CHECK(!is_complex(t.dtype()), Runtime, "kl_div: Complex inputs not supported.");
  VT_CHECK(is_floating(t.dtype()), Runtime, "kl_div: Integral inputs not supported.");
}

constexpr int64_t kBatchMean = 3;  // which ATen has no number for: the sum, over the size of the batch

Tensor kl_div(const Tensor& self, const Tensor& target, int64_t reduction, bool log_target) {
  if (reduction == kBatchMean) {
    const Tensor total = kl_div(self, target, ops::kSum, log_target);
    return self.dim() > 0 ? total / Scalar(self.size(0)) : total;
  }
  check_real_floating(self);
  check_real_floating(target);
  if (log_target) return reduced(ops::exp(target) * (target - self), reduction);
  // t log t is 0 at t = 0, where the infinite slope of log must stay out of target's gradient.
  const Tensor log_t = ops::log(ops::where(target == 0, wrapped_number(1.0), target));
  return reduced(target * log_t - target * self, reduction);
}

constexpr double kTwoPi = 6.283185307179586;

Tensor poisson_nll_loss(const Tensor& input, const Tensor& target, bool log_input, bool full, double eps,
                        int64_t reduction) {
  Tensor loss = log_input ? ops::exp(input) - target * input : input - target * ops::log(input + Scalar(eps));
  if (full) {  // Stirling's approximation of log(target!)
    const Tensor size = ops::where(target > Scalar(1), target, wrapped_number(1.0));
    const Tensor stirling = target * ops::log(size) - target + Scalar(0.5) * ops::log(Scalar(kTwoPi) * size);
    loss = loss + ops::where(target <= Scalar(1), wrapped_number(0.0), stirling);
  }
  return reduced(loss, reduction);
}

// The variance is held up to eps without a record, so that its gradient flows as if it were not.
Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var, bool full, double eps,
                         int64_t reduction) {
  Tensor spread = var;
  if (!same(var.sizes(), input.sizes())) {
    const bool is_batch = input.dim() > 0 && same(var.sizes(), input.sizes().first(input.sizes().size() - 1));
    int64_t differing = 0;  // one dim of size 1 may broadcast
    for (int64_t d = 0; d < std::min(input.dim(), var.dim()); ++d) {
      if (input.sizes()[d] != var.sizes()[d]) differing += var.sizes()[d];
    }
    const bool broadcasts = input.dim() == var.dim() && differing == 1;
    VT_CHECK(is_batch || broadcasts, Value, "var is of incorrect size");
    if (is_batch) spread = ops::unsqueeze(var, -1);
  }
  VT_CHECK(!has_values(var) || !ops::item(ops::any(var < Scalar(0))).to_bool(), Value,
           "var has negative entry/entries");
  spread = ops::clone(spread);
  {
    const GradMode off(false);
    ops::clamp_min_(spread, Scalar(eps));
  }
  const Tensor difference = input - target;
  Tensor loss = Scalar(0.5) * (ops::log(spread) + difference * difference / spread);
  if (full) loss = loss + Scalar(0.5 * std::log(kTwoPi));
  return reduced(loss, reduction);
}

Tensor multilabel_soft_margin_loss(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction) {
  VT_CHECK(self.dim() > 0, Runtime, "expected input of at least one dimension, got ", self);
  const Tensor each = -(target * ops::log_sigmoid(self) + (Scalar(1) - target) * ops::log_sigmoid(-self));
  const Tensor loss = ops::sum(weighted(each, weight), DimVec{-1}) / Scalar(self.size(-1));
  return reduced(loss, reduction);
}

}  // namespace

void register_loss_probability(Registry& r) {
  explain_nan.cpu(explain_nan_cpu).cuda(explain_nan_cuda).nothing_to_do(Key::Meta);
  r.def("poisson_nll_loss(Tensor input, Tensor target, bool log_input, bool full, float eps, int reduction) -> Tensor")
      .composite(poisson_nll_loss)
      .autocast(AutocastPolicy::Float32)
      .function_only()
      .doc(
          "exp(input) - target * input, or input - target * log(input + eps) unless log_input; full adds Stirling's "
          "approximation of log(target!).");
  r.def(
       "gaussian_nll_loss(Tensor input, Tensor target, Tensor var, bool full=False, float eps=1e-06, int reduction=1) -> Tensor")
      .composite(gaussian_nll_loss)
      .value_dependent()
      .surface(kNode)
      .doc("(log var + (input - target)^2 / var) / 2, var being at least eps; full adds the constant log(2 pi) / 2.");
  r.def("multilabel_soft_margin_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1) -> Tensor")
      .composite(multilabel_soft_margin_loss)
      .surface(kNode)
      .doc("The mean over the last dim of the binary cross entropies of sigmoid(self) and target.");
  r.def("binary_cross_entropy(Tensor self, Tensor target, Tensor? weight=None, int reduction=1) -> Tensor")
      .composite(binary_cross_entropy)
      .autocast({.cpu = AutocastPolicy::Float32, .cuda = AutocastPolicy::Refuse})
      .surface(kFunctional)
      .doc("Cross entropy of probabilities self in [0, 1] and target, which has self's shape; weight multiplies it.");
  r.def(
       "binary_cross_entropy_with_logits(Tensor self, Tensor target, Tensor? weight=None, Tensor? pos_weight=None, int reduction=1) -> Tensor")
      .composite(binary_cross_entropy_with_logits)
      .autocast(AutocastPolicy::Float32)
      .function_only()
      .doc("binary_cross_entropy of sigmoid(self), without its overflow; pos_weight multiplies the positive part.");
  r.def("kl_div(Tensor self, Tensor target, int reduction=1, *, bool log_target=False) -> Tensor")
      .composite(kl_div)
      .autocast(AutocastPolicy::Float32)
      .function_only()
      .doc(
          "target * (log target - self) of log-probabilities self; log_target: target is given as its logarithm. "
          "reduction 3 divides the sum by the size of the batch.");
}

}  // namespace vt
