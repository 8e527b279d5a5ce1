// Negative log likelihood and cross entropy.
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/nn/nn.h"
#include "ops/pointwise/pointwise.h"
#include "ops/reduce/reduce.h"
#include "ops/tensor_operators.h"
#include "ops/view/view.h"

namespace vt {
namespace {

// Shape inference
// -----------------------------------------------------------------------------------------------------------

void check_classes(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction) {
  VT_CHECK(self.dim() == 1 || self.dim() == 2, Runtime, "input tensor should be 1D or 2D, got ", self.sizes());
  VT_CHECK(target.dim() <= 1, Runtime, "0D or 1D target tensor expected, multi-target not supported, got ",
           target.sizes());
  VT_CHECK(is_floating(self.dtype()), NotImplemented, "not implemented for '", self.dtype(), "'");
  VT_CHECK(target.dtype() == DType::int64 || target.dtype() == DType::uint8, Runtime,
           "expected target of dtype int64, got ", target.dtype());
  if (self.dim() == 2) {
    VT_CHECK(target.dim() == 1 && self.size(0) == target.size(0), Value, "Expected input batch_size (", self.size(0),
             ") to match target batch_size (", target.numel(), "), got input ", self.sizes(), " and target ",
             target.sizes());
  } else {
    VT_CHECK(target.numel() == 1, Runtime, "size mismatch (got input: ", self.sizes(), ", target: ", target.sizes(),
             ")");
  }
  const int64_t classes = self.size(-1);
  VT_CHECK(!weight.defined() || (weight.dim() == 1 && weight.size(0) == classes), Runtime,
           "weight tensor should be defined either for all ", classes,
           " classes or no classes but got weight tensor of shape: ", weight.defined() ? weight.sizes() : IntSpan());
  VT_CHECK(!weight.defined() || weight.dtype() == self.dtype(), Runtime, "expected weight of dtype ", self.dtype(),
           ", got ", weight.defined() ? weight.dtype() : self.dtype());
  VT_CHECK(reduction >= 0 && reduction <= 2, Value, "expected reduction 0, 1 or 2, got ", reduction);
}

std::array<TensorSpec, 2> nll_meta(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t& reduction,
                                   int64_t&) {
  check_classes(self, target, weight, reduction);
  DimVec sizes;
  if (reduction == ops::kNoReduction && self.dim() == 2) sizes.push_back(self.size(0));
  return {TensorSpec{sizes, self.dtype(), self.device(), {}}, TensorSpec{{}, self.dtype(), self.device(), {}}};
}

TensorSpec nll_backward_meta(const Tensor& grad, const Tensor& self, const Tensor& target, const Tensor& weight,
                             int64_t& reduction, int64_t&, const Tensor&) {
  check_classes(self, target, weight, reduction);
  VT_CHECK(grad.dtype() == self.dtype(), Runtime, "expected grad of dtype ", self.dtype(), ", got ", grad.dtype());
  const bool per_row = reduction == ops::kNoReduction && self.dim() == 2;
  VT_CHECK(per_row ? grad.dim() == 1 && grad.size(0) == self.size(0) : grad.numel() == 1, Runtime,
           "Expected a single element grad_output tensor or one per row, but got: ", grad.sizes());
  return {DimVec(self.sizes()), self.dtype(), self.device(), {}};
}

// CPU
// -----------------------------------------------------------------------------------------------------------------------

// Targets as int64, dense; PyTorch also takes uint8.
Tensor indices(const Tensor& target) { return ops::contiguous(ops::to(target, DType::int64)); }

void check_target(int64_t t, int64_t classes) {
  VT_CHECK(t >= 0 && t < classes, Index, "Target ", t, " is out of bounds for ", classes, " classes.");
}

void nll_cpu(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction, int64_t ignore,
             Tensor& out, Tensor& total_weight) {
  const Tensor x = ops::contiguous(self), t = indices(target);
  const Tensor w = weight.defined() ? ops::contiguous(weight) : weight;
  const int64_t classes = x.size(-1), rows = x.dim() == 2 ? x.size(0) : 1;
  visit_dtype<kFloatingSet>(x.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    const T* px = x.data<T>();
    const T* pw = w.defined() ? w.data<T>() : nullptr;
    const int64_t* pt = t.data<int64_t>();
    double loss = 0, total = 0;
    for (int64_t i = 0; i < rows; ++i) {
      const bool ignored = pt[i] == ignore;
      A term = 0;
      if (!ignored) {
        check_target(pt[i], classes);
        const A c = pw ? A(pw[pt[i]]) : A(1);
        term = -c * A(px[i * classes + pt[i]]);
        total += c;
        loss += term;
      }
      if (reduction == ops::kNoReduction) out.data<T>()[i] = T(term);
    }
    if (reduction == ops::kSum) *out.data<T>() = T(A(loss));
    if (reduction == ops::kMean) *out.data<T>() = T(A(loss / total));
    *total_weight.data<T>() = T(A(total));
  });
}

void nll_backward_cpu(const Tensor& grad, const Tensor& self, const Tensor& target, const Tensor& weight,
                      int64_t reduction, int64_t ignore, const Tensor& total_weight, Tensor& out) {
  const Tensor t = indices(target), g = ops::contiguous(grad);
  const Tensor w = weight.defined() ? ops::contiguous(weight) : weight;
  const int64_t classes = self.size(-1), rows = self.dim() == 2 ? self.size(0) : 1;
  ops::zero_(out);
  visit_dtype<kFloatingSet>(self.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    const T* pg = g.data<T>();
    const T* pw = w.defined() ? w.data<T>() : nullptr;
    const A total = A(*total_weight.data<T>());
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t c = t.data<int64_t>()[i];
      if (c == ignore) continue;
      check_target(c, classes);
      A value = -A(pg[reduction == ops::kNoReduction ? i : 0]) * (pw ? A(pw[c]) : A(1));
      if (reduction == ops::kMean) value /= total;
      out.data<T>()[i * classes + c] = T(value);
    }
  });
}

// Derivatives
// ---------------------------------------------------------------------------------------------------------------

void nll_forward_backward(GradContext& ctx) {
  if (!ctx.grad(0).defined()) return;
  static const Op& op = find_op("nll_loss_backward");
  ctx.set(0, call<Tensor>(op, ctx.grad(0), ctx.saved(0), ctx.saved(1), ctx.saved(2), ctx.arg<int64_t>(3),
                          ctx.arg<int64_t>(4), ctx.saved_result(1)));
}

// Linear in grad_output: its gradient is the forward op of what comes in.
void nll_backward_backward(GradContext& ctx) {
  if (!ctx.needs(0)) return;
  static const Op& op = find_op("nll_loss_forward");
  const auto [out, total] = call<std::tuple<Tensor, Tensor>>(op, ctx.grad(), ctx.saved(2), ctx.saved(3),
                                                             ctx.arg<int64_t>(4), ctx.arg<int64_t>(5));
  ctx.set(0, out);
}

// Composites
// ----------------------------------------------------------------------------------------------------------------

Tensor nll_loss(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction,
                int64_t ignore_index) {
  static const Op& op = find_op("nll_loss_forward");
  using Two = std::tuple<Tensor, Tensor>;
  if (self.dim() <= 2) return std::get<0>(call<Two>(op, self, target, weight, reduction, ignore_index));
  // (N, C, d1, ...) as rows of classes.
  VT_CHECK(target.dim() == self.dim() - 1, Runtime, "size mismatch (got input: ", self.sizes(),
           ", target: ", target.sizes(), ")");
  for (int64_t d = 0; d < target.dim(); ++d) {
    VT_CHECK(target.size(d) == self.size(d == 0 ? 0 : d + 1), Runtime, "size mismatch (got input: ", self.sizes(),
             ", target: ", target.sizes(), ")");
  }
  const Tensor rows = ops::reshape(ops::movedim(self, 1, -1), DimVec{target.numel(), self.size(1)});
  const Tensor out =
      std::get<0>(call<Two>(op, rows, ops::reshape(target, DimVec{target.numel()}), weight, reduction, ignore_index));
  return reduction == ops::kNoReduction ? ops::reshape(out, DimVec(target.sizes())) : out;
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
      const Tensor safe = ops::masked_fill(target, ignored, Scalar(int64_t{0}));
      static const Op& gather = find_op("index_select");
      const Tensor picked = ops::reshape(
          call<Tensor>(gather, weight, int64_t{0}, ops::reshape(safe, DimVec{safe.numel()})), DimVec(target.sizes()));
      count = ops::sum(ops::masked_fill(picked, ignored, Scalar(0.0)));
    } else {
      count = ops::sum(ops::to(valid, log_p.dtype()));
    }
    smooth = ops::sum(smooth) / count;
  } else if (reduction == ops::kSum) {
    smooth = ops::sum(smooth);
  }
  return nll * Scalar(1 - smoothing) + smooth * Scalar(smoothing / classes);
}

// Whether the op of cross_entropy.cpp applies. On the CPU the separate ops give PyTorch's bits.
bool takes_one_pass(const Tensor& self, const Tensor& target, int64_t reduction) {
  return self.is_cuda() && self.dim() == 2 && is_floating(self.dtype()) && target.dim() == 1 && target.is_cuda() &&
         target.dtype() == DType::int64 && target.size(0) == self.size(0) && reduction == ops::kMean;
}

Tensor cross_entropy_loss(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction,
                          int64_t ignore_index, double label_smoothing) {
  VT_CHECK(self.dim() >= 1, Runtime, "expected input with at least 1 dimension, got ", self.sizes());
  VT_CHECK(label_smoothing >= 0 && label_smoothing <= 1, Runtime,
           "label_smoothing must be between 0.0 and 1.0. Got: ", label_smoothing);
  const int64_t class_dim = self.dim() == 1 ? 0 : 1;
  if (label_smoothing == 0 && !weight.defined() && takes_one_pass(self, target, reduction)) {
    static const Op& op = find_op("_cross_entropy");
    using Three = std::tuple<Tensor, Tensor, Tensor>;
    const Tensor loss = std::get<0>(call<Three>(op, self, target, ignore_index));
    // Under autocast losses are float32, as the separate ops would make them.
    return thread_state().autocast_enabled[static_cast<int>(DeviceType::CUDA)] ? loss : ops::to(loss, self.dtype());
  }
  const bool probabilities = same(self.sizes(), target.sizes()) && is_floating(target.dtype());
  // Under autocast the separate ops work in float32; the one pass above reads the short dtype as it is.
  if (is_reduced_floating(self.dtype()) && thread_state().autocast_enabled[static_cast<int>(self.device().type)]) {
    auto wide = [](const Tensor& t) {
      return t.defined() && is_reduced_floating(t.dtype()) ? ops::to(t, DType::float32) : t;
    };
    return cross_entropy_loss(wide(self), wide(target), wide(weight), reduction, ignore_index, label_smoothing);
  }
  const Tensor log_p = ops::log_softmax(self, class_dim);
  if (probabilities) return probability_loss(log_p, target, weight, reduction, label_smoothing, class_dim);
  if (label_smoothing > 0) {
    return smoothed_loss(log_p, target, weight, reduction, ignore_index, label_smoothing, class_dim);
  }
  return nll_loss(log_p, target, weight, reduction, ignore_index);
}

}  // namespace

void register_loss(Registry& r) {
  r.def(
       "nll_loss_forward(Tensor self, Tensor target, Tensor? weight, int reduction, int ignore_index) -> (Tensor, "
       "Tensor)")
      .meta(nll_meta)
      .cpu(nll_cpu)
      .backward(keep::args(0, 1, 2) | Keep::result(1), nll_forward_backward)
      .internal();
  r.def(
       "nll_loss_backward(Tensor grad_output, Tensor self, Tensor target, Tensor? weight, int reduction, int "
       "ignore_index, Tensor "
       "total_weight) -> Tensor")
      .meta(nll_backward_meta)
      .cpu(nll_backward_cpu)
      .backward(keep::args(2, 3), nll_backward_backward)
      .internal();
  r.def("nll_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, int ignore_index=-100) -> Tensor")
      .composite(nll_loss)
      .autocast(AutocastPolicy::Float32)
      .internal();
  r.def(
       "cross_entropy_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, int ignore_index=-100, "
       "float "
       "label_smoothing=0.0) -> Tensor")
      .composite(cross_entropy_loss)
      .internal();
}

}  // namespace vt
