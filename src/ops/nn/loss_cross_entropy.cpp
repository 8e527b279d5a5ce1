// Cross entropy of logits with class numbers or class probabilities. The mean over rows of logits takes one pass:
// log-softmax and the target's term at once, so that neither probabilities nor a wider copy of the logits is written.
#include <algorithm>
#include <numeric>

#include "core/autocast.h"
#include "cpu/kernels/cross_entropy.h"
#include "dispatch/kept_memory.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/nn/loss.h"
#include "ops/nn/ready_gradient.h"
#include "ops/tensor_operators.h"
#include "ops/typed/index.h"
#include "ops/typed/nn.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {

// Not exp(logits - lse): beside logits of 1e16 and more, lse has lost the log of the sum.
Tensor ops::softmax_of(const Tensor& logits) {
  return ops::softmax(ops::as_dtype(logits, opmath_dtype(logits.dtype())), -1);
}

namespace {

void check_rows(const Tensor& logits, const Tensor& target) {
  VT_CHECK(logits.dim() == 2, Runtime, "expected logits of shape (rows, classes), got ", logits.sizes());
  VT_CHECK(is_floating(logits.dtype()), NotImplemented, "not implemented for '", logits.dtype(), "'");
  VT_CHECK(target.dim() == 1 && target.size(0) == logits.size(0), Runtime, "expected one target per row, got logits ",
           logits.sizes(), " and target ", target.sizes());
  VT_CHECK(target.dtype() == DType::int64, Runtime, "expected target of dtype int64, got ", target.dtype());
}

// Results: the mean over rows that count, the log of each row's sum of exponentials in double
// (cpu/kernels/cross_entropy.h says why), how many rows count, and the loss of each, 0 where it does not.
std::array<TensorSpec, 4> cross_entropy_meta(const Tensor& logits, const Tensor& target, int64_t&) {
  check_rows(logits, target);
  const DType d = opmath_dtype(logits.dtype());
  return {TensorSpec{{}, d, logits.device(), {}}, TensorSpec{{logits.size(0)}, DType::float64, logits.device(), {}},
          TensorSpec{{}, d, logits.device(), {}}, TensorSpec{{logits.size(0)}, d, logits.device(), {}}};
}

TensorSpec cross_entropy_backward_meta(const Tensor& logits, const Tensor& grad, const Tensor& target,
                                       const Tensor& lse, const Tensor& count, int64_t&) {
  check_rows(logits, target);
  const DType d = opmath_dtype(logits.dtype());
  VT_CHECK(grad.numel() == 1 && grad.dtype() == d && count.numel() == 1 && count.dtype() == d, Runtime,
           "expected grad and count to be one ", d, " each, got ", to_string(grad), " and ", to_string(count));
  VT_CHECK(same(lse.sizes(), target.sizes()) && lse.dtype() == DType::float64, Runtime,
           "expected one float64 in lse per row, got ", to_string(lse));
  return {DimVec(logits.sizes()), logits.dtype(), logits.device(), {}};
}

// CPU -----------------------------------------------------------------------------------------------------------------

void cross_entropy_cpu(const Tensor& logits, const Tensor& target, int64_t ignore, Tensor& loss, Tensor& lse,
                       Tensor& count, Tensor& losses) {
  const Tensor x = contiguous_data(logits), t = contiguous_data(target);
  const int64_t rows = x.size(0), classes = x.size(1);
  const int64_t* at = t.data<int64_t>();
  visit_dtype<kFloatingSet>(x.dtype(), [&]<class T>(TypeTag<T>) {
    using Math = opmath_t<T>;
    Math* terms = losses.data<Math>();
    const int64_t bad = cpu::cross_entropy(x.data<T>(), at, ignore, lse.data<double>(), terms, rows, classes);
    VT_CHECK(bad < 0, Index, "Target ", at[std::max<int64_t>(bad, 0)], " is out of bounds for ", classes, " classes.");
    const auto counted = static_cast<double>(rows - std::count(at, at + rows, ignore));
    *loss.data<Math>() = static_cast<Math>(std::accumulate(terms, terms + rows, 0.0) / counted);
    *count.data<Math>() = static_cast<Math>(counted);
  });
}

void cross_entropy_backward_cpu(const Tensor& logits, const Tensor& grad, const Tensor& target, const Tensor& lse,
                                const Tensor& count, int64_t ignore, Tensor& out) {
  const Tensor x = contiguous_data(logits), t = contiguous_data(target), sums = contiguous_data(lse);
  const int64_t* at = t.data<int64_t>();
  // The forward pass has checked them, but memory shared with NumPy and hooks of saved tensors can change them since.
  for (int64_t r = 0; r < x.size(0); ++r) {
    VT_CHECK(at[r] == ignore || (at[r] >= 0 && at[r] < x.size(1)), Index, "Target ", at[r], " is out of bounds for ",
             x.size(1), " classes.");
  }
  visit_dtype<kFloatingSet>(x.dtype(), [&]<class T>(TypeTag<T>) {
    using Math = opmath_t<T>;
    const Math scale = *grad.data<Math>() / *count.data<Math>();
    cpu::cross_entropy_backward(x.data<T>(), at, ignore, sums.data<double>(), scale, out.data<T>(), x.size(0),
                                x.size(1));
  });
}

// Derivatives ---------------------------------------------------------------------------------------------------------

void cross_entropy_derivative(GradContext& ctx) {
  if (!ctx.grad(0).defined()) return;
  if (!grad_enabled()) {
    const Tensor ready = take_ready_gradient(ctx.saved_result(1), ctx.grad(0));
    if (ready.defined()) {
      ctx.saved(0);  // refuses logits that were written to, as the op below does
      return ctx.set(0, ready);
    }
  }
  const auto gradient = [&](const auto& op, const Tensor& logits) {
    return op(logits, ctx.grad(0), ctx.saved(1), ctx.saved_result(1), ctx.saved_result(2), ctx.arg<int64_t>(2));
  };
  const Tensor logits = ctx.saved(0);
  ctx.set(0, may_overwrite(logits) ? gradient(ops::_cross_entropy_backward_, make_detached(logits))
                                   : gradient(ops::_cross_entropy_backward, logits));
}

// Of out = g / count * (p - onehot) on rows that count, p the softmax of the logits.
void cross_entropy_backward_derivative(GradContext& ctx) {
  const Tensor x = ctx.saved(0), g = ctx.saved(1), target = ctx.saved(2), count = ctx.saved(4);
  const int64_t ignore = ctx.arg<int64_t>(5);
  const Tensor counts = ops::unsqueeze(target != Scalar(ignore), 1);
  const Tensor incoming = ops::masked_fill(ops::as_dtype(ctx.grad(), count.dtype()), ~counts, Scalar(0.0));
  // No gradient comes back through the sums that were kept: where this is differentiated they are made anew.
  const Tensor p = ops::softmax_of(x);
  const Tensor mean = ops::sum(incoming * p, DimVec{1}, true);
  if (ctx.needs(1)) {
    const Tensor safe = ops::unsqueeze(ops::masked_fill(target, target == Scalar(ignore), Scalar(0)), 1);
    const Tensor picked = ops::gather(incoming, 1, safe);
    ctx.set(1, ops::reshape(ops::sum(mean - picked) / count, ctx.sizes(1)));
  }
  if (ctx.needs(0)) ctx.set(0, ops::as_dtype(g / count * p * (incoming - mean), x.dtype()));
}

// Composite -----------------------------------------------------------------------------------------------------------

Tensor nll_loss(const Tensor& log_p, const Tensor& target, const Tensor& weight, int64_t reduction,
                int64_t ignore_index) {
  return ops::nll_loss(log_p, target, weight, reduction, ignore_index);
}

// Targets given as class probabilities.
Tensor probability_loss(const Tensor& log_p, const Tensor& target, const Tensor& weight, int64_t reduction,
                        double smoothing, int64_t class_dim) {
  VT_CHECK(same(log_p.sizes(), target.sizes()), Runtime,
           "Expected floating point target with class probabilities to have the same shape as input, got ",
           target.sizes(), " and ", log_p.sizes());
  VT_CHECK(is_floating(target.dtype()), Runtime,
           "Expected floating point type for target with class probabilities, got ", target.dtype());
  const double classes = static_cast<double>(log_p.size(class_dim));
  Tensor p = target;
  if (smoothing > 0) p = p * Scalar(1 - smoothing) + Scalar(smoothing / classes);
  Tensor terms = log_p * p;
  if (weight.defined()) {
    DimVec shape(static_cast<size_t>(log_p.dim()), 1);
    shape[class_dim] = log_p.size(class_dim);
    terms = terms * ops::reshape(weight, shape);
  }
  if (reduction == ops::kMean) {
    const double rows = static_cast<double>(log_p.numel()) / classes;
    return -ops::sum(terms) / Scalar(rows);
  }
  return -(reduction == ops::kSum ? ops::sum(terms) : ops::sum(terms, DimVec{class_dim}));
}

// loss = (1 - s) * nll + s / C * sum over classes of -log p (weighted), rows with ignore_index left out.
Tensor smoothed_loss(const Tensor& log_p, const Tensor& target, const Tensor& weight, int64_t reduction,
                     int64_t ignore_index, double smoothing, int64_t class_dim) {
  const double classes = static_cast<double>(log_p.size(class_dim));
  const Tensor nll = nll_loss(log_p, target, weight, reduction, ignore_index);
  Tensor terms = log_p;
  if (weight.defined()) {
    DimVec shape(static_cast<size_t>(log_p.dim()), 1);
    shape[class_dim] = log_p.size(class_dim);
    terms = terms * ops::reshape(weight, shape);
  }
  Tensor smooth = -ops::sum(terms, DimVec{class_dim});
  const Tensor ignored = ops::eq(target, wrapped_number(ignore_index));
  smooth = ops::masked_fill(smooth, ignored, Scalar(0.0));
  if (reduction == ops::kMean) {
    const Tensor valid = ops::logical_not(ignored);
    Tensor count;
    if (weight.defined()) {
      const Tensor safe = ops::masked_fill(target, ignored, Scalar(0));
      const Tensor picked =
          ops::reshape(ops::index_select(weight, 0, ops::reshape(safe, DimVec{safe.numel()})), DimVec(target.sizes()));
      count = ops::sum(ops::masked_fill(picked, ignored, Scalar(0.0)));
    } else {
      count = ops::sum(ops::as_dtype(valid, log_p.dtype()));
    }
    smooth = ops::sum(smooth) / count;
  } else if (reduction == ops::kSum) {
    smooth = ops::sum(smooth);
  }
  return nll * Scalar(1 - smoothing) + smooth * Scalar(smoothing / classes);
}

// Whether one pass does it.
bool takes_one_pass(const Tensor& self, const Tensor& target, int64_t reduction) {
  return self.dim() == 2 && is_floating(self.dtype()) && target.dim() == 1 && target.device() == self.device() &&
         target.dtype() == DType::int64 && target.size(0) == self.size(0) && reduction == ops::kMean;
}

Tensor cross_entropy_loss(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction,
                          int64_t ignore_index, double label_smoothing) {
  VT_CHECK(self.dim() >= 1, Runtime, "expected input with at least 1 dimension, got ", self.sizes());
  VT_CHECK(label_smoothing >= 0 && label_smoothing <= 1, Runtime,
           "label_smoothing must be between 0.0 and 1.0. Got: ", label_smoothing);
  const int64_t class_dim = self.dim() == 1 ? 0 : 1;
  if (label_smoothing == 0 && !weight.defined() && takes_one_pass(self, target, reduction)) {
    const Tensor loss = std::get<0>(ops::_cross_entropy(self, target, ignore_index));
    // Under autocast losses are float32, as the separate ops would make them.
    return under_autocast(self) ? loss : ops::as_dtype(loss, self.dtype());
  }
  const bool probabilities = same(self.sizes(), target.sizes()) && is_floating(target.dtype());
  // Under autocast the separate ops work in float32; the one pass above reads the short dtype as it is.
  if (is_reduced_floating(self.dtype()) && under_autocast(self)) {
    auto widened = [](const Tensor& t) {
      return t.defined() && is_reduced_floating(t.dtype()) ? ops::as_dtype(t, DType::float32) : t;
    };
    return cross_entropy_loss(widened(self), widened(target), widened(weight), reduction, ignore_index,
                              label_smoothing);
  }
  const Tensor log_p = ops::log_softmax(self, class_dim);
  VT_CHECK(!probabilities || ignore_index < 0, Runtime, "ignore_index is not supported for floating point target");
  if (probabilities) return probability_loss(log_p, target, weight, reduction, label_smoothing, class_dim);
  if (label_smoothing > 0) {
    return smoothed_loss(log_p, target, weight, reduction, ignore_index, label_smoothing, class_dim);
  }
  return nll_loss(log_p, target, weight, reduction, ignore_index);
}

}  // namespace

void register_loss_cross_entropy(Registry& r) {
  r.def("_cross_entropy(Tensor logits, Tensor target, int ignore_index=-100) -> (Tensor, Tensor, Tensor, Tensor)")
      .meta(cross_entropy_meta)
      .cpu(cross_entropy_cpu)
      .backward(keep::args(0, 1) | keep::results(1, 2), cross_entropy_derivative)
      .out(false)
      .internal();
  r.def(
       "_cross_entropy_backward(Tensor self, Tensor grad_output, Tensor target, Tensor lse, Tensor count, int ignore_index) -> Tensor")
      .meta(cross_entropy_backward_meta)
      .cpu(cross_entropy_backward_cpu)
      .inplace(true)
      .backward(keep::args(0, 1, 2, 3, 4), cross_entropy_backward_derivative)
      .out(false)
      .internal();
  r.def(
       "cross_entropy_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, int ignore_index=-100, float label_smoothing=0.0) -> Tensor")
      .composite(cross_entropy_loss)
      .surface(kNode)
      .doc("-log softmax(self) at target: class numbers (N, *), or probabilities of self's shape (N, C, *) or (C,).");
}

}  // namespace vt
