// group_norm over each image's groups of channels.
#include "cpu/kernels/group_norm.h"
#include "core/absent_tensor.h"

#include "core/thread_state.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/nn/channel_norms.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/nn.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using Three = std::tuple<Tensor, Tensor, Tensor>;

void check_groups(const Tensor& x, int64_t groups) {
  VT_CHECK(x.dim() >= 2, Runtime, "Expected at least 2 dimensions for input tensor but received ", x.dim());
  VT_CHECK(groups > 0, Runtime, "Expected num groups to be greater than 0, got ", groups);
  VT_CHECK(x.size(1) % groups == 0, Runtime,
           "Expected number of channels in input to be divisible by num_groups, but got input of shape ", x.sizes(),
           " and num_groups=", groups);
}

void check_parameters(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  for (const auto& [t, name] : {std::pair{weight, "weight"}, {bias, "bias"}}) {
    VT_CHECK(!t.defined() || (t.dim() == 1 && t.size(0) == x.size(1)), Runtime, "Expected ", name,
             " to be a vector of size equal to the number of channels in input, but got ", name, " of shape ",
             t.defined() ? t.sizes() : IntSpan{}, " and input of shape ", x.sizes());
  }
}

TensorSpec spec_like(const Tensor& x) { return {DimVec(x.sizes()), x.dtype(), x.device(), channels_last_strides(x)}; }

std::array<TensorSpec, 3> group_norm_meta(const Tensor& x, const Tensor& weight, const Tensor& bias, int64_t groups,
                                          double) {
  check_groups(x, groups);
  check_parameters(x, weight, bias);
  VT_CHECK(is_floating(x.dtype()), NotImplemented, "not implemented for '", x.dtype(), "'");
  const TensorSpec statistics{{x.size(0), groups}, statistics_dtype(x), x.device(), {}};
  return {spec_like(x), statistics, statistics};
}

std::array<TensorSpec, 3> group_norm_backward_meta(const Tensor& grad, const Tensor& x, const Tensor& mean,
                                                   const Tensor& rstd, const Tensor& weight, int64_t groups) {
  check_groups(x, groups);
  check_parameters(x, weight, {});
  const DimVec statistics{x.size(0), groups};
  VT_CHECK(same(grad.sizes(), x.sizes()) && grad.dtype() == x.dtype() && same(mean.sizes(), statistics) &&
               same(rstd.sizes(), statistics),
           Runtime, "expected a gradient like the input, and statistics ", IntSpan(statistics), ", got ",
           to_string(grad), ", ", to_string(mean), " and ", to_string(rstd));
  const TensorSpec sums{{x.size(1)}, statistics_dtype(x), x.device(), {}};
  return {spec_like(x), sums, sums};
}

// CPU
// -----------------------------------------------------------------------------------------------------------------------

cpu::ChannelLayout layout_of(const Tensor& x) { return {x.size(0), x.size(1), checked_numel(x.sizes().subspan(2))}; }

void group_norm_cpu(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t groups, double eps,
                    Tensor& out, Tensor& mean, Tensor& rstd) {
  if (input.numel() == 0) {
    for (const Tensor* t : {&mean, &rstd}) fill_data(*t, Scalar(0));
    return;
  }
  const Tensor x = contiguous_data(input), w = as_statistics(weight, x), b = as_statistics(bias, x);
  const Tensor y = out.is_contiguous() ? out : empty_like(out);
  visit_dtype<kFloatingSet>(x.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    cpu::group_norm<T>(layout_of(x), groups, x.data<T>(), data_or_null<A>(w), data_or_null<A>(b), eps, y.data<T>(),
                       mean.data<A>(), rstd.data<A>());
  });
  if (!y.is_same(out)) copy_data(out, y);
}

void group_norm_backward_cpu(const Tensor& grad, const Tensor& input, const Tensor& mean, const Tensor& rstd,
                             const Tensor& weight, int64_t groups, Tensor& dx, Tensor& dw, Tensor& db) {
  if (input.numel() == 0) {
    for (const Tensor* t : {&dw, &db}) fill_data(*t, Scalar(0));
    return;
  }
  const Tensor x = contiguous_data(input), g = contiguous_data(grad), w = as_statistics(weight, x);
  const Tensor m = as_statistics(mean, x), r = as_statistics(rstd, x);
  const Tensor result = dx.is_contiguous() ? dx : empty_like(dx);
  visit_dtype<kFloatingSet>(x.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    cpu::group_norm_backward<T>(layout_of(x), groups, g.data<T>(), x.data<T>(), m.data<A>(), r.data<A>(),
                                data_or_null<A>(w), result.data<T>(), dw.data<A>(), db.data<A>());
  });
  if (!result.is_same(dx)) copy_data(dx, result);
}

// The derivative
// ----------------------------------------------------------------------------------------------------------------

// In terms of ops, with statistics as functions of the input: for gradients that will be differentiated.
Three gradients(const Tensor& grad, const Tensor& input, const Tensor& weight, int64_t groups, double eps) {
  const DimVec sizes(input.sizes());
  const DimVec rows{input.size(0), groups, input.size(1) / groups * checked_numel(input.sizes().subspan(2))};
  const DimVec along{2}, channel = all_but_channels(input);
  const Tensor x = ops::reshape(ops::as_dtype(input, statistics_dtype(input)), rows);
  const Tensor centered = x - ops::mean(x, along, true);
  const Tensor inverse = ops::rsqrt(ops::mean(ops::square(centered), along, true) + Scalar(eps));
  const Tensor value = centered * inverse, g = ops::as_dtype(grad, x.dtype());
  const Tensor a = ops::reshape(weight.defined() ? g * per_channel(ops::as_dtype(weight, g.dtype()), input) : g, rows);
  const Tensor dx = inverse * (a - ops::mean(a, along, true) - value * ops::mean(a * value, along, true));
  return {ops::as_dtype(ops::reshape(dx, sizes), input.dtype()), ops::sum(g * ops::reshape(value, sizes), channel),
          ops::sum(g, channel)};
}

void group_norm_derivative(GradContext& ctx) {
  const Tensor x = ctx.saved(0), weight = ctx.saved(1);
  const auto groups = ctx.arg<int64_t>(3);
  const Three gradient = grad_enabled() ? gradients(ctx.grad(0), x, weight, groups, ctx.arg<double>(4))
                                        : ops::_group_norm_backward(ctx.grad(0), x, ctx.saved_result(1),
                                                                    ctx.saved_result(2), weight, groups);
  if (ctx.needs(0)) ctx.set(0, std::get<0>(gradient));
  if (ctx.needs(1)) ctx.set(1, ops::as_dtype(std::get<1>(gradient), ctx.dtype(1)));
  if (ctx.needs(2)) ctx.set(2, ops::as_dtype(std::get<2>(gradient), ctx.dtype(2)));
}

Tensor group_norm(const Tensor& x, int64_t groups, const Tensor& weight, const Tensor& bias, double eps, bool) {
  return std::get<0>(ops::_group_norm(x, weight, bias, groups, eps));
}

}  // namespace

void register_group_norm(Registry& r) {
  r.def("_group_norm(Tensor input, Tensor? weight, Tensor? bias, int groups, float eps) -> (Tensor, Tensor, Tensor)")
      .meta(group_norm_meta)
      .cpu(group_norm_cpu)
      .backward(keep::args(0, 1) | keep::results(1, 2), group_norm_derivative)
      .internal();
  r.def(
       "_group_norm_backward(Tensor grad, Tensor input, Tensor mean, Tensor rstd, Tensor? weight, int groups) -> (Tensor, Tensor, Tensor)")
      .meta(group_norm_backward_meta)
      .cpu(group_norm_backward_cpu)
      .not_differentiable()
      .internal();
  r.def(
       "group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1e-05, bool cudnn_enabled=True) -> Tensor")
      .composite(group_norm)
      .autocast({.cuda = AutocastPolicy::Float32})
      .function_only()
      .doc("(x - mean) / sqrt(var + eps) over each image's groups of channels, times weight plus bias per channel.");
}

}  // namespace vt
