// Negative log likelihood of class numbers.
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/nn/loss.h"
#include "ops/typed/copy.h"
#include "ops/typed/nn.h"
#include "ops/typed/view.h"

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
           "expected target dtype to be Long or Byte (int64 or uint8), but got ", target.dtype());
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
Tensor indices(const Tensor& target) { return ops::as_contiguous(ops::as_dtype(target, DType::int64)); }

void check_target(int64_t t, int64_t classes) {
  VT_CHECK(t >= 0 && t < classes, Index, "Target ", t, " is out of bounds for ", classes, " classes.");
}

void nll_cpu(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction, int64_t ignore,
             Tensor& out, Tensor& total_weight) {
  const Tensor x = ops::as_contiguous(self), t = indices(target);
  const Tensor w = weight.defined() ? ops::as_contiguous(weight) : weight;
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
  const Tensor t = indices(target), g = ops::as_contiguous(grad);
  const Tensor w = weight.defined() ? ops::as_contiguous(weight) : weight;
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
  ctx.set(0, ops::nll_loss_backward(ctx.grad(0), ctx.saved(0), ctx.saved(1), ctx.saved(2), ctx.arg<int64_t>(3),
                                    ctx.arg<int64_t>(4), ctx.saved_result(1)));
}

// Linear in grad_output: its gradient is the forward op of what comes in.
void nll_backward_backward(GradContext& ctx) {
  if (!ctx.needs(0)) return;
  const auto [out, total] =
      ops::nll_loss_forward(ctx.grad(), ctx.saved(2), ctx.saved(3), ctx.arg<int64_t>(4), ctx.arg<int64_t>(5));
  ctx.set(0, out);
}

// Composites
// ----------------------------------------------------------------------------------------------------------------

// (N, C, d1, ...) as rows of classes, with targets (N, d1, ...).
Tensor nll_loss(const Tensor& self, const Tensor& target, const Tensor& weight, int64_t reduction,
                int64_t ignore_index) {
  if (self.dim() <= 2) return std::get<0>(ops::nll_loss_forward(self, target, weight, reduction, ignore_index));
  VT_CHECK(target.dim() > 0 && self.size(0) == target.size(0), Value, "Expected input batch_size (", self.size(0),
           ") to match target batch_size, got a target of size ", target.sizes());
  DimVec expected(self.sizes());
  expected.erase(1);
  VT_CHECK(same(target.sizes(), expected), Runtime, "Expected target size ", expected, ", got ", target.sizes());
  const Tensor rows = ops::reshape(ops::movedim(self, 1, -1), DimVec{target.numel(), self.size(1)});
  const Tensor out = std::get<0>(
      ops::nll_loss_forward(rows, ops::reshape(target, DimVec{target.numel()}), weight, reduction, ignore_index));
  return reduction == ops::kNoReduction ? ops::reshape(out, expected) : out;
}

}  // namespace

void register_loss_nll(Registry& r) {
  r.def(
       "nll_loss_forward(Tensor self, Tensor target, Tensor? weight, int reduction, int ignore_index) -> (Tensor, Tensor)")
      .meta(nll_meta)
      .cpu(nll_cpu)
      .backward(keep::args(0, 1, 2) | Keep::result(1), nll_forward_backward)
      .internal();
  r.def(
       "nll_loss_backward(Tensor grad_output, Tensor self, Tensor target, Tensor? weight, int reduction, int ignore_index, Tensor total_weight) -> Tensor")
      .meta(nll_backward_meta)
      .cpu(nll_backward_cpu)
      .backward(keep::args(2, 3), nll_backward_backward)
      .internal();
  r.def("nll_loss(Tensor self, Tensor target, Tensor? weight=None, int reduction=1, int ignore_index=-100) -> Tensor")
      .composite(nll_loss)
      .autocast(AutocastPolicy::Float32)
      .surface(kFunctional);
}

}  // namespace vt
