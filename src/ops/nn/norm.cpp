// layer_norm and rms_norm over the trailing dims.
#include "ops/nn/norm.h"

#include <algorithm>
#include <limits>

#include "core/absent_tensor.h"
#include "core/thread_state.h"
#include "core/transform.h"
#include "cpu/kernels/norm.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/copy/narrow_copy.h"
#include "ops/tensor_operators.h"
#include "ops/typed/nn.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {

constinit BackendTable<void(const NormBackward&)> norm_backward{"norm backward"};

namespace {

// Shape inference
// -----------------------------------------------------------------------------------------------------------

void check_normalized(const Tensor& x, IntSpan shape, const Tensor& weight, const Tensor& bias) {
  VT_CHECK(!shape.empty(), Runtime,
           "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one "
           "element, but got normalized_shape = ",
           shape);
  const size_t lead = x.sizes().size() - std::min(shape.size(), x.sizes().size());
  VT_CHECK(x.sizes().size() >= shape.size() && same(x.sizes().subspan(lead), shape), Runtime,
           "Given normalized_shape=", shape, ", expected input with shape [*, ", detail::concat(shape).substr(1),
           ", but got input of size ", x.sizes());
  VT_CHECK(is_floating(x.dtype()), NotImplemented, "not implemented for '", x.dtype(), "'");
  auto check = [&](const Tensor& t, const char* name) {
    if (!t.defined()) return;
    VT_CHECK(same(t.sizes(), shape), Runtime, "Expected ", name, " to be of same shape as normalized_shape, but got ",
             name, " of shape ", t.sizes(), " and normalized_shape = ", shape);
    VT_CHECK(t.dtype() == x.dtype(), Runtime, "expected ", name, " of dtype ", x.dtype(), ", got ", t.dtype());
  };
  check(weight, "weight");
  check(bias, "bias");
}

// Sizes of the statistics: the leading dims kept, the normalised ones 1.
DimVec statistics_sizes(const Tensor& x, IntSpan shape) {
  DimVec sizes(x.sizes());
  for (size_t i = sizes.size() - shape.size(); i < sizes.size(); ++i) sizes[i] = 1;
  return sizes;
}

std::array<TensorSpec, 3> layer_norm_meta(const Tensor& x, IntSpan& shape, const Tensor& weight, const Tensor& bias,
                                          double&) {
  check_normalized(x, shape, weight, bias);
  const TensorSpec statistics{statistics_sizes(x, shape), opmath_dtype(x.dtype()), x.device(), {}};
  return {TensorSpec{DimVec(x.sizes()), x.dtype(), x.device(), {}}, statistics, statistics};
}

// The gradient of the output may be narrower than a float32 one: mixed precision has it so.
void check_gradient(const Tensor& grad, const Tensor& x) {
  const bool is_narrow = x.dtype() == DType::float32 && is_reduced_floating(grad.dtype());
  VT_CHECK(same(grad.sizes(), x.sizes()) && (grad.dtype() == x.dtype() || is_narrow), Runtime,
           "expected grad like input, got ", to_string(grad));
}

std::array<TensorSpec, 3> layer_norm_backward_meta(const Tensor& grad, const Tensor& x, IntSpan& shape,
                                                   const Tensor& mean, const Tensor& rstd, const Tensor& weight,
                                                   const Tensor& bias) {
  check_normalized(x, shape, weight, bias);
  check_gradient(grad, x);
  const DimVec statistics = statistics_sizes(x, shape);
  VT_CHECK(same(mean.sizes(), statistics) && same(rstd.sizes(), statistics), Runtime,
           "expected mean and rstd of shape ", IntSpan(statistics), ", got ", mean.sizes(), " and ", rstd.sizes());
  const TensorSpec affine{DimVec(shape), x.dtype(), x.device(), {}};
  return {TensorSpec{DimVec(x.sizes()), x.dtype(), x.device(), {}}, affine, affine};
}

std::array<TensorSpec, 2> rms_norm_meta(const Tensor& x, IntSpan& shape, const Tensor& weight, double&) {
  check_normalized(x, shape, weight, {});
  return {TensorSpec{DimVec(x.sizes()), x.dtype(), x.device(), {}},
          TensorSpec{statistics_sizes(x, shape), opmath_dtype(x.dtype()), x.device(), {}}};
}

std::array<TensorSpec, 2> rms_norm_backward_meta(const Tensor& grad, const Tensor& x, IntSpan& shape,
                                                 const Tensor& rstd, const Tensor& weight) {
  check_normalized(x, shape, weight, {});
  check_gradient(grad, x);
  VT_CHECK(same(rstd.sizes(), statistics_sizes(x, shape)), Runtime, "expected rstd of shape ",
           IntSpan(statistics_sizes(x, shape)), ", got ", rstd.sizes());
  return {TensorSpec{DimVec(x.sizes()), x.dtype(), x.device(), {}},
          TensorSpec{DimVec(shape), x.dtype(), x.device(), {}}};
}

// CPU
// -----------------------------------------------------------------------------------------------------------------------

Tensor dense(const Tensor& t) { return t.defined() ? ops::as_contiguous(t) : t; }

int64_t row_count(const Tensor& x, int64_t columns) { return columns == 0 ? 0 : x.numel() / columns; }

void layer_norm_cpu(const Tensor& input, IntSpan shape, const Tensor& weight, const Tensor& bias, double eps,
                    Tensor& out, Tensor& mean, Tensor& rstd) {
  const Tensor x = dense(input), w = dense(weight), b = dense(bias);
  const int64_t columns = checked_numel(shape);
  visit_dtype<kFloatingSet>(x.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    cpu::layer_norm<T>(x.data<T>(), data_or_null<T>(w), data_or_null<T>(b), eps, out.data<T>(), mean.data<A>(),
                       rstd.data<A>(), row_count(x, columns), columns);
  });
}

void rms_norm_cpu(const Tensor& input, IntSpan shape, const Tensor& weight, double eps, Tensor& out, Tensor& rstd) {
  const Tensor x = dense(input), w = dense(weight);
  const int64_t columns = checked_numel(shape);
  visit_dtype<kFloatingSet>(x.dtype(), [&]<class T>(TypeTag<T>) {
    cpu::rms_norm<T>(x.data<T>(), data_or_null<T>(w), eps, out.data<T>(), rstd.data<opmath_t<T>>(),
                     row_count(x, columns), columns);
  });
}

void norm_backward_cpu(const NormBackward& p) {
  const Tensor x = dense(p.input), w = dense(p.weight), m = dense(p.mean), r = dense(p.rstd);
  const Tensor g = dense(cast_data(p.grad, x.dtype()));
  const int64_t rows = row_count(x, p.columns);
  visit_dtype<kFloatingSet>(x.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    cpu::norm_backward<T>({g.data<T>(), x.data<T>(), data_or_null<T>(w), data_or_null<A>(m), r.data<A>(),
                           data_or_null<T>(p.grad_input), p.adds, data_or_null<T>(p.grad_weight),
                           data_or_null<T>(p.grad_bias), rows, p.columns});
  });
  if (p.narrow.defined()) copy_data(p.narrow, p.grad_input);
}

// The ops on every device that has the kernel.
void layer_norm_backward_kernel(const Tensor& grad, const Tensor& x, IntSpan shape, const Tensor& mean,
                                const Tensor& rstd, const Tensor& weight, const Tensor&, Tensor& dx, Tensor& dw,
                                Tensor& db) {
  norm_backward(x.device(), {NormKind::Layer, grad, x, mean, rstd, weight, checked_numel(shape), dx, dw, db});
}

void rms_norm_backward_kernel(const Tensor& grad, const Tensor& x, IntSpan shape, const Tensor& rstd,
                              const Tensor& weight, Tensor& dx, Tensor& dw) {
  norm_backward(x.device(), {NormKind::Rms, grad, x, {}, rstd, weight, checked_numel(shape), dx, dw, {}});
}

// Derivatives
// ---------------------------------------------------------------------------------------------------------------

using Three = std::tuple<Tensor, Tensor, Tensor>;
using Two = std::tuple<Tensor, Tensor>;

// The last n dims, as reductions take them.
DimVec trailing_dims(size_t n) {
  DimVec dims;
  for (size_t i = 0; i < n; ++i) dims.push_back(-1 - static_cast<int64_t>(i));
  return dims;
}

Tensor sum_rows(const Tensor& t, size_t trailing) {
  DimVec dims;
  for (size_t i = 0; i + trailing < t.sizes().size(); ++i) dims.push_back(static_cast<int64_t>(i));
  return dims.empty() ? t : ops::sum(t, dims);
}

// Adds what flows back through the statistics themselves: d mean / dx = 1/N, d rstd / dx = -rstd^3 (x - mean) / N.
Tensor through_statistics(Tensor dx, const Tensor& grad_mean, const Tensor& grad_rstd, const Tensor& centered,
                          const Tensor& rstd, int64_t columns) {
  const Scalar share(1.0 / static_cast<double>(columns));
  auto add = [&](const Tensor& t) { dx = dx.defined() ? dx + t : t; };
  if (grad_mean.defined()) add(ops::expand(grad_mean * share, DimVec(centered.sizes())));
  if (grad_rstd.defined()) add(-(grad_rstd * rstd * rstd * rstd * share) * centered);
  return dx;
}

// Whether a derivative may make its gradients by a kernel instead of an op: nobody differentiates them, and none come
// through the statistics.
bool may_run_kernel(GradContext& ctx, const Tensor& x, std::initializer_list<int> statistics) {
  const bool none = std::ranges::none_of(statistics, [&](int i) { return ctx.grad(i).defined(); });
  return none && !grad_enabled() && top_vmap() == 0 && x.impl()->has_memory() && norm_backward.has(x.device());
}

// The gradient of the input joins the one that waits for it, if there is one, and is written in 16 bits too where it
// will be wanted so. Argument 2 is the weight, 3 the bias, if any.
void run_kernel(GradContext& ctx, NormBackward p) {
  const Tensor& x = p.input;
  auto like = [&](int arg) { return ctx.needs(arg) ? empty(ctx.sizes(arg), x.dtype(), x.device()) : Tensor(); };
  if (ctx.needs(0)) {
    p.grad_input = ctx.take_waiting(0);
    p.adds = p.grad_input.defined();
    if (!p.adds) p.grad_input = empty_like(x);
    if (const auto narrow = ctx.wanted_narrow(0)) p.narrow = new_narrow_copy(p.grad_input, *narrow);
  }
  p.grad_weight = like(2);
  if (p.kind == NormKind::Layer) p.grad_bias = like(3);
  norm_backward(x.device(), p);
  if (p.adds) p.grad_input.impl()->bump_version();
  if (p.narrow.defined()) give_narrow_copy(p.grad_input, p.narrow);
  if (p.grad_input.defined()) ctx.set(0, p.grad_input);
  if (p.grad_weight.defined()) ctx.set(2, p.grad_weight);
  if (p.grad_bias.defined()) ctx.set(3, p.grad_bias);
}

void layer_norm_backward(GradContext& ctx) {
  const Tensor x = ctx.saved(0), mean = ctx.saved_result(1), rstd = ctx.saved_result(2), weight = ctx.saved(2);
  IntSpan shape = ctx.arg<IntSpan>(1);
  if (may_run_kernel(ctx, x, {1, 2})) {
    layer_norm_backward_meta(ctx.grad(0), x, shape, mean, rstd, weight, ctx.saved(3));
    return run_kernel(ctx, {NormKind::Layer, ctx.grad(0), x, mean, rstd, weight, checked_numel(shape)});
  }
  Tensor dx;
  if (ctx.grad(0).defined()) {
    auto [gx, gw, gb] = ops::native_layer_norm_backward(ctx.grad(0), x, shape, mean, rstd, weight, ctx.saved(3));
    dx = gx;
    if (ctx.needs(2)) ctx.set(2, gw);
    if (ctx.needs(3)) ctx.set(3, gb);
  }
  if (ctx.grad(1).defined() || ctx.grad(2).defined()) {
    dx = through_statistics(dx, ctx.grad(1), ctx.grad(2), x - mean, rstd, checked_numel(shape));
  }
  if (dx.defined()) ctx.set(0, dx);
}

void rms_norm_backward(GradContext& ctx) {
  const Tensor x = ctx.saved(0), rstd = ctx.saved_result(1), weight = ctx.saved(2);
  IntSpan shape = ctx.arg<IntSpan>(1);
  if (may_run_kernel(ctx, x, {1})) {
    rms_norm_backward_meta(ctx.grad(0), x, shape, rstd, weight);
    return run_kernel(ctx, {NormKind::Rms, ctx.grad(0), x, {}, rstd, weight, checked_numel(shape)});
  }
  Tensor dx;
  if (ctx.grad(0).defined()) {
    auto [gx, gw] = ops::_fused_rms_norm_backward(ctx.grad(0), x, shape, rstd, weight);
    dx = gx;
    if (ctx.needs(2)) ctx.set(2, gw);
  }
  if (ctx.grad(1).defined()) dx = through_statistics(dx, {}, ctx.grad(1), x, rstd, checked_numel(shape));
  if (dx.defined()) ctx.set(0, dx);
}

// Note [Second order of the norms]
// With n = (x - m) r, a = g w and M the mean over the normalised dims, the backward ops compute
//   dx = r P(a), P(a) = a - M[a] - n M[a n] (layer norm) or a - n M[a n] (rms norm);  dw = sum g n;  db = sum g.
// P is symmetric, so with u, gw, gb the gradients of dx, dw, db, the gradient of g is w r P(u) + gw n + gb, of w it is
// sum g r P(u), and through n comes v = -r (u M[a n] + a M[u n]) + gw g: x gets v r, m gets -sum v r, and r gets
// N (M[u P(a)] + M[v (x - m)]). m and r are arguments here; what flows on to x through them, the forward op adds.
struct SecondOrder {
  Tensor grad, x, mean, rstd, weight;
};
SecondOrder second_order(const Tensor& g, const Tensor& centered, const Tensor& r, const Tensor& w, const Tensor& u,
                         const Tensor& gw, const Tensor& gb, size_t trailing, bool subtract_mean) {
  const DimVec dims = trailing_dims(trailing);
  auto M = [&](const Tensor& t) { return ops::mean(t, dims, true); };
  auto add = [](Tensor& sum, const Tensor& t) { sum = sum.defined() ? sum + t : t; };
  const Tensor n = centered * r;
  const Tensor a = w.defined() ? g * w : g;
  auto project = [&](const Tensor& t) {
    const Tensor p = t - n * M(t * n);
    return subtract_mean ? p - M(t) : p;
  };
  SecondOrder out;
  Tensor v;
  if (u.defined()) {
    const Tensor ru = r * project(u);
    add(out.grad, w.defined() ? ru * w : ru);
    if (w.defined()) out.weight = sum_rows(ru * g, trailing);
    add(v, -(r * (u * M(a * n) + a * M(u * n))));
    out.rstd = ops::sum(u * project(a), dims, true);
  }
  if (gw.defined()) {
    add(out.grad, gw * n);
    add(v, gw * g);
  }
  if (gb.defined()) add(out.grad, ops::expand(gb, DimVec(g.sizes())));
  if (v.defined()) {
    out.x = v * r;
    out.mean = -ops::sum(out.x, dims, true);
    add(out.rstd, ops::sum(v * centered, dims, true));
  }
  return out;
}

void set_defined(GradContext& ctx, int arg, const Tensor& t) {
  if (t.defined() && ctx.needs(arg)) ctx.set(arg, t);
}

void layer_norm_backward_backward(GradContext& ctx) {
  const Tensor x = ctx.saved(1), mean = ctx.saved(3);
  const SecondOrder d = second_order(ctx.saved(0), x - mean, ctx.saved(4), ctx.saved(5), ctx.grad(0), ctx.grad(1),
                                     ctx.grad(2), ctx.arg<IntSpan>(2).size(), true);
  set_defined(ctx, 0, d.grad);
  set_defined(ctx, 1, d.x);
  set_defined(ctx, 3, d.mean);
  set_defined(ctx, 4, d.rstd);
  if (!ctx.is_none(5)) set_defined(ctx, 5, d.weight);
}

void rms_norm_backward_backward(GradContext& ctx) {
  const SecondOrder d = second_order(ctx.saved(0), ctx.saved(1), ctx.saved(3), ctx.saved(4), ctx.grad(0), ctx.grad(1),
                                     {}, ctx.arg<IntSpan>(2).size(), false);
  set_defined(ctx, 0, d.grad);
  set_defined(ctx, 1, d.x);
  set_defined(ctx, 3, d.rstd);
  if (!ctx.is_none(4)) set_defined(ctx, 4, d.weight);
}

// Composites
// ----------------------------------------------------------------------------------------------------------------

// A 16-bit input with float32 parameters, as autocast brings them together: computed in float32, rounded once.
bool has_wide_parameters(const Tensor& input, const Tensor& weight, const Tensor& bias = {}) {
  auto wide = [](const Tensor& t) { return !t.defined() || t.dtype() == DType::float32; };
  return is_reduced_floating(input.dtype()) && (weight.defined() || bias.defined()) && wide(weight) && wide(bias);
}

Tensor layer_norm(const Tensor& input, IntSpan shape, const Tensor& weight, const Tensor& bias, double eps, bool) {
  const bool mixed = has_wide_parameters(input, weight, bias);
  const Tensor x = mixed ? ops::as_dtype(input, DType::float32) : input;
  return ops::as_dtype(std::get<0>(ops::native_layer_norm(x, shape, weight, bias, eps)), input.dtype());
}

// eps defaults to the epsilon of the dtype that the statistics are kept in, as in PyTorch.
Tensor rms_norm(const Tensor& input, IntSpan shape, const Tensor& weight, std::optional<double> eps) {
  const bool wide = input.dtype() == DType::float64;
  const double epsilon =
      eps.value_or(wide ? std::numeric_limits<double>::epsilon() : std::numeric_limits<float>::epsilon());
  const Tensor x = has_wide_parameters(input, weight) ? ops::as_dtype(input, DType::float32) : input;
  const Tensor w = weight.defined() && x.dtype() == DType::float32 ? ops::as_dtype(weight, DType::float32) : weight;
  return ops::as_dtype(std::get<0>(ops::_fused_rms_norm(x, shape, w, epsilon)), input.dtype());
}

}  // namespace

void register_norm(Registry& r) {
  norm_backward.cpu(norm_backward_cpu);
  r.def(
       "native_layer_norm(Tensor input, int[] normalized_shape, Tensor? weight, Tensor? bias, float eps) -> (Tensor, Tensor, Tensor)")
      .meta(layer_norm_meta)
      .cpu(layer_norm_cpu)
      .backward(keep::args(0, 2, 3) | keep::results(1, 2), layer_norm_backward)
      .narrow_gradient()
      .autocast({.cuda = AutocastPolicy::Float32})
      .function_only();
  r.def(
       "native_layer_norm_backward(Tensor grad_out, Tensor input, int[] normalized_shape, Tensor mean, Tensor rstd, Tensor? weight, Tensor? bias) -> (Tensor, Tensor, Tensor)")
      .meta(layer_norm_backward_meta)
      .cpu(layer_norm_backward_kernel)
      .cuda(layer_norm_backward_kernel)
      .backward(keep::args(0, 1, 3, 4, 5), layer_norm_backward_backward)
      .internal();
  r.def("_fused_rms_norm(Tensor input, int[] normalized_shape, Tensor? weight, float eps) -> (Tensor, Tensor)")
      .meta(rms_norm_meta)
      .cpu(rms_norm_cpu)
      .backward(keep::args(0, 2) | keep::results(1), rms_norm_backward)
      .narrow_gradient()
      .function_only();
  r.def(
       "_fused_rms_norm_backward(Tensor grad_out, Tensor input, int[] normalized_shape, Tensor rstd, Tensor? weight) -> (Tensor, Tensor)")
      .meta(rms_norm_backward_meta)
      .cpu(rms_norm_backward_kernel)
      .cuda(rms_norm_backward_kernel)
      .backward(keep::args(0, 1, 3, 4), rms_norm_backward_backward)
      .internal();
  r.def(
       "layer_norm(Tensor input, int[] normalized_shape, Tensor? weight=None, Tensor? bias=None, float eps=1e-05, bool cudnn_enable=True) -> Tensor")
      .composite(layer_norm)
      .autocast({.cuda = AutocastPolicy::Float32})
      .function_only()
      .doc("(x - mean) / sqrt(var + eps) over the trailing dims, times weight plus bias.");
  r.def("rms_norm(Tensor input, int[] normalized_shape, Tensor? weight=None, float? eps=None) -> Tensor")
      .composite(rms_norm)
      .autocast({.cuda = AutocastPolicy::Float32})
      .surface(kFunction | kFunctional)
      .doc("x / sqrt(mean(x^2) + eps) over the trailing dims, times weight.");
}

}  // namespace vt
