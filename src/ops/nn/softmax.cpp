// softmax and log_softmax over one dim.
#include "cpu/kernels/softmax.h"

#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/nn.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

// Shape inference
// -----------------------------------------------------------------------------------------------------------

TensorSpec softmax_meta(const Tensor& self, int64_t& dim, bool& half_to_float) {
  VT_CHECK(is_floating(self.dtype()), NotImplemented, "not implemented for '", self.dtype(), "'");
  VT_CHECK(!half_to_float || is_reduced_floating(self.dtype()), Runtime,
           "conversion is supported for float16 and bfloat16 only, got ", self.dtype());
  dim = wrap_dim(dim, self.dim());
  return {DimVec(self.sizes()), half_to_float ? DType::float32 : self.dtype(), self.device(), {}};
}

TensorSpec softmax_backward_meta(const Tensor& grad, const Tensor& output, int64_t& dim, DType& input_dtype) {
  VT_CHECK(same(grad.sizes(), output.sizes()), Runtime, "expected grad of shape ", output.sizes(), ", got ",
           grad.sizes());
  VT_CHECK(grad.dtype() == output.dtype(), Runtime, "expected grad of dtype ", output.dtype(), ", got ", grad.dtype());
  VT_CHECK(is_floating(grad.dtype()), NotImplemented, "not implemented for '", grad.dtype(), "'");
  dim = wrap_dim(dim, grad.dim());
  return {DimVec(grad.sizes()), input_dtype, grad.device(), {}};
}

TensorSpec causal_softmax_meta(const Tensor& scores, double& /*scale*/) {
  VT_CHECK(scores.dim() == 3, Runtime, "expected scores of shape (batch, queries, keys), got ", scores.sizes());
  VT_CHECK(is_floating(scores.dtype()), NotImplemented, "not implemented for '", scores.dtype(), "'");
  return {DimVec(scores.sizes()), scores.dtype(), scores.device(), {}};
}

// CPU
// -----------------------------------------------------------------------------------------------------------------------

// Tensor with `dim` moved last, dense: what row kernels take.
Tensor rows_last(const Tensor& t, int64_t dim) {
  return ops::as_contiguous(t.dim() == 0 ? t : ops::transpose(t, dim, -1));
}

int64_t row_length(const Tensor& t) { return t.dim() == 0 ? 1 : t.size(-1); }

// Runs `kernel(inputs with dim last..., out with dim last)` and puts the result where it belongs.
template <class F>
void over_rows(const Tensor& out, int64_t dim, const F& kernel) {
  if (out.numel() == 0) return;
  const bool last = out.dim() == 0 || dim == out.dim() - 1;
  Tensor rows = last ? out : empty_like(ops::transpose(out, dim, -1));
  kernel(rows);
  if (!last) ops::copy_(ops::transpose(out, dim, -1), rows);
}

template <bool log>
void softmax_cpu(const Tensor& self, int64_t dim, bool half_to_float, Tensor& out) {
  over_rows(out, dim, [&](const Tensor& to) {
    const Tensor from = rows_last(half_to_float ? ops::as_dtype(self, DType::float32) : self, dim);
    const int64_t columns = row_length(from);
    visit_dtype<kFloatingSet>(from.dtype(), [&]<class T>(TypeTag<T>) {
      cpu::softmax_rows<T>(from.data<T>(), to.data<T>(), from.numel() / columns, columns, log);
    });
  });
}

template <bool log>
void softmax_backward_cpu(const Tensor& grad, const Tensor& output, int64_t dim, DType input_dtype, Tensor& out) {
  const Tensor g = rows_last(ops::as_dtype(grad, input_dtype), dim),
               y = rows_last(ops::as_dtype(output, input_dtype), dim);
  over_rows(out, dim, [&](const Tensor& to) {
    const int64_t columns = row_length(g);
    visit_dtype<kFloatingSet>(input_dtype, [&]<class T>(TypeTag<T>) {
      cpu::softmax_rows_backward<T>(g.data<T>(), y.data<T>(), to.data<T>(), g.numel() / columns, columns, log);
    });
  });
}

void causal_softmax_cpu(const Tensor& scores, double scale, Tensor& out) {
  const Tensor from = ops::as_contiguous(scores);
  if (out.numel() == 0) return;
  visit_dtype<kFloatingSet>(from.dtype(), [&]<class T>(TypeTag<T>) {
    cpu::softmax_causal<T>(from.data<T>(), out.data<T>(), from.size(0), from.size(1), from.size(2), scale);
  });
}

// Derivatives
// ---------------------------------------------------------------------------------------------------------------

void softmax_backward(GradContext& ctx) {
  ctx.set(0, ops::_softmax_backward_data(ctx.grad(), ctx.saved_result(), ctx.arg<int64_t>(1), ctx.dtype(0)));
}

void log_softmax_backward(GradContext& ctx) {
  ctx.set(0, ops::_log_softmax_backward_data(ctx.grad(), ctx.saved_result(), ctx.arg<int64_t>(1), ctx.dtype(0)));
}

// d/dgrad and d/doutput of y * (g - sum(g * y)).
void softmax_backward_backward(GradContext& ctx) {
  const Tensor gg = ctx.grad(), g = ctx.saved(0), y = ctx.saved(1);
  const int64_t dim = ctx.arg<int64_t>(2);
  auto total = [&](const Tensor& t) { return ops::sum(t, DimVec{dim}, true); };
  if (ctx.needs(0)) ctx.set(0, ops::_softmax_backward_data(gg, y, dim, gg.dtype()));
  if (ctx.needs(1)) ctx.set(1, gg * (g - total(g * y)) - g * total(gg * y));
}

// The same of g - exp(y) * sum(g).
void log_softmax_backward_backward(GradContext& ctx) {
  const Tensor gg = ctx.grad(), g = ctx.saved(0), p = ops::exp(ctx.saved(1));
  const int64_t dim = ctx.arg<int64_t>(2);
  auto total = [&](const Tensor& t) { return ops::sum(t, DimVec{dim}, true); };
  if (ctx.needs(0)) ctx.set(0, gg - total(gg * p));
  if (ctx.needs(1)) ctx.set(1, -(gg * p * total(g)));
}

void causal_softmax_backward(GradContext& ctx) {
  const Tensor g = ops::_softmax_backward_data(ctx.grad(), ctx.saved_result(), -1, ctx.dtype(0));
  ctx.set(0, g * Scalar(ctx.arg<double>(1)));
}

// Composites
// ----------------------------------------------------------------------------------------------------------------

template <bool log>
Tensor softmax(const Tensor& self, int64_t dim, std::optional<DType> dtype) {
  constexpr auto op = log ? ops::_log_softmax : ops::_softmax;
  if (dtype == DType::float32 && is_reduced_floating(self.dtype())) return op(self, dim, true);
  return op(dtype ? ops::as_dtype(self, *dtype) : self, dim, false);
}

}  // namespace

void register_softmax(Registry& r) {
  r.def("_softmax(Tensor self, int dim, bool half_to_float) -> Tensor")
      .meta(softmax_meta)
      .cpu(softmax_cpu<false>)
      .backward(keep::result, softmax_backward)
      .function_only();
  r.def("_log_softmax(Tensor self, int dim, bool half_to_float) -> Tensor")
      .meta(softmax_meta)
      .cpu(softmax_cpu<true>)
      .backward(keep::result, log_softmax_backward)
      .function_only();
  r.def("_softmax_backward_data(Tensor grad_output, Tensor output, int dim, ScalarType input_dtype) -> Tensor")
      .meta(softmax_backward_meta)
      .cpu(softmax_backward_cpu<false>)
      .backward(keep::args(0, 1), softmax_backward_backward)
      .function_only();
  r.def("_log_softmax_backward_data(Tensor grad_output, Tensor output, int dim, ScalarType input_dtype) -> Tensor")
      .meta(softmax_backward_meta)
      .cpu(softmax_backward_cpu<true>)
      .backward(keep::args(0, 1), log_softmax_backward_backward)
      .function_only();
  r.def("_causal_softmax(Tensor self, float scale) -> Tensor")
      .meta(causal_softmax_meta)
      .cpu(causal_softmax_cpu)
      .backward(keep::result, causal_softmax_backward)
      .internal();
  r.def("softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor")
      .composite(softmax<false>)
      .out()
      .autocast({.cuda = AutocastPolicy::Float32})
      .doc("exp(self) over its sum along dim; rows sum to 1. dtype: cast first.");
  r.def("log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor")
      .composite(softmax<true>)
      .out()
      .autocast({.cuda = AutocastPolicy::Float32})
      .doc("log of softmax along dim, computed without overflow.");
}

}  // namespace vt
