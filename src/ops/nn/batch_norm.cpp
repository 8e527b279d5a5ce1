// batch_norm over all dims but the second, and the norm of images.
#include "ops/nn/batch_norm.h"

#include "core/absent_tensor.h"
#include "cpu/kernels/batch_norm.h"

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

constinit BackendTable<void(const RunningStatistics&)> move_running{"running statistics"};

namespace {

using Three = std::tuple<Tensor, Tensor, Tensor>;

void check_channels(const Tensor& x, const Tensor& t, const char* name) {
  VT_CHECK(!t.defined() || (t.dim() == 1 && t.size(0) == x.size(1)), Runtime, name, " should contain ", x.size(1),
           " elements not ", t.defined() ? t.numel() : 0);
}

std::array<TensorSpec, 3> batch_norm_meta(const Tensor& x, const Tensor& weight, const Tensor& bias, double&) {
  VT_CHECK(x.dim() >= 2, Runtime, "expected at least 2 dims, got input ", x.sizes());
  VT_CHECK(is_floating(x.dtype()), NotImplemented, "not implemented for '", x.dtype(), "'");
  check_channels(x, weight, "weight");
  check_channels(x, bias, "bias");
  const TensorSpec statistics{{x.size(1)}, statistics_dtype(x), x.device(), {}};
  return {TensorSpec{DimVec(x.sizes()), x.dtype(), x.device(), channels_last_strides(x)}, statistics, statistics};
}

std::array<TensorSpec, 3> batch_norm_backward_meta(const Tensor& grad, const Tensor& x, const Tensor& mean,
                                                   const Tensor& var, const Tensor& weight, double&) {
  VT_CHECK(same(grad.sizes(), x.sizes()) && grad.dtype() == x.dtype(), Runtime, "expected grad like input, got ",
           to_string(grad));
  check_channels(x, weight, "weight");
  check_channels(x, mean, "mean");
  check_channels(x, var, "var");
  const TensorSpec sums{{x.size(1)}, statistics_dtype(x), x.device(), {}};
  return {TensorSpec{DimVec(x.sizes()), x.dtype(), x.device(), channels_last_strides(x)}, sums, sums};
}

// CPU
// -----------------------------------------------------------------------------------------------------------------------

cpu::ChannelLayout layout_of(const Tensor& x) { return {x.size(0), x.size(1), checked_numel(x.sizes().subspan(2))}; }

void batch_norm_cpu(const Tensor& input, const Tensor& weight, const Tensor& bias, double eps, Tensor& out,
                    Tensor& mean, Tensor& var) {
  const Tensor x = contiguous_data(input), w = as_statistics(weight, x), b = as_statistics(bias, x);
  const Tensor y = out.is_contiguous() ? out : empty_like(out);
  visit_dtype<kFloatingSet>(x.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    cpu::batch_norm<T>(layout_of(x), x.data<T>(), data_or_null<A>(w), data_or_null<A>(b), eps, y.data<T>(),
                       mean.data<A>(), var.data<A>());
  });
  if (!y.is_same(out)) copy_data(out, y);
}

void batch_norm_backward_cpu(const Tensor& grad, const Tensor& input, const Tensor& mean, const Tensor& var,
                             const Tensor& weight, double eps, Tensor& dx, Tensor& dw, Tensor& db) {
  const Tensor x = contiguous_data(input), g = contiguous_data(grad), w = as_statistics(weight, x);
  const Tensor m = contiguous_data(mean), v = contiguous_data(var);
  const Tensor result = dx.is_contiguous() ? dx : empty_like(dx);
  visit_dtype<kFloatingSet>(x.dtype(), [&]<class T>(TypeTag<T>) {
    using A = opmath_t<T>;
    cpu::batch_norm_backward<T>(layout_of(x), g.data<T>(), x.data<T>(), m.data<A>(), v.data<A>(), data_or_null<A>(w),
                                eps, result.data<T>(), dw.data<A>(), db.data<A>());
  });
  if (!result.is_same(dx)) copy_data(dx, result);
}

// Derivatives in terms of ops
// ----------------------------------------------------------------------------------------------------------------

// What the statistics of x give of it, in their dtype.
struct Normalized {
  Tensor centered, inverse, value;  // x - mean, 1 / sqrt(var + eps) and their product
};

Normalized normalized(const Tensor& x, const Tensor& mean, const Tensor& var, double eps) {
  Normalized n;
  n.centered = ops::as_dtype(x, statistics_dtype(x)) - mean;
  n.inverse = ops::rsqrt(var + Scalar(eps));
  n.value = n.centered * n.inverse;
  return n;
}

// dx, dw and db in terms of ops.
Three gradients(const Tensor& grad, const Tensor& input, const Tensor& mean, const Tensor& var, const Tensor& weight,
                double eps) {
  const DimVec dims = all_but_channels(input);
  const Normalized n = normalized(input, mean, var, eps);
  const Tensor g = ops::as_dtype(grad, statistics_dtype(input));
  const Tensor a = weight.defined() ? g * per_channel(ops::as_dtype(weight, g.dtype()), input) : g;
  const Tensor dx = n.inverse * (a - ops::mean(a, dims, true) - n.value * ops::mean(a * n.value, dims, true));
  return {ops::as_dtype(dx, input.dtype()), ops::sum(g * n.value, dims), ops::sum(g, dims)};
}

// Where the gradients will be differentiated, statistics are functions of the input again.
void batch_norm_derivative(GradContext& ctx) {
  const Tensor x = ctx.saved(0), weight = ctx.saved(1);
  const double eps = ctx.arg<double>(3);
  Three gradient;
  if (grad_enabled()) {
    const DimVec dims = all_but_channels(x);
    const Tensor wide = ops::as_dtype(x, statistics_dtype(x)), mean = ops::mean(wide, dims, true);
    gradient = gradients(ctx.grad(0), x, mean, ops::mean(ops::square(wide - mean), dims, true), weight, eps);
  } else {
    gradient = ops::_batch_norm_backward(ctx.grad(0), x, ctx.saved_result(1), ctx.saved_result(2), weight, eps);
  }
  if (ctx.needs(0)) ctx.set(0, std::get<0>(gradient));
  if (ctx.needs(1)) ctx.set(1, ops::as_dtype(std::get<1>(gradient), weight.dtype()));
  if (ctx.needs(2)) ctx.set(2, ops::as_dtype(std::get<2>(gradient), ctx.saved(2).dtype()));
}

// The functions
// -------------------------------------------------------------------------------------------------------------

void move_running_cpu(const RunningStatistics& s) {
  visit_dtype<set_of(DType::float32) | set_of(DType::float64)>(s.mean.dtype(), [&]<class A>(TypeTag<A>) {
    const auto keep = static_cast<A>(1 - s.momentum), share = static_cast<A>(s.momentum);
    const auto correction = static_cast<A>(s.correction);
    A *running_mean = s.running_mean.data<A>(), *running_var = s.running_var.data<A>();
    const A *mean = s.mean.data<A>(), *var = s.var.data<A>();
    for (int64_t c = 0; c < s.mean.numel(); ++c) {
      running_mean[c] = running_mean[c] * keep + mean[c] * share;
      running_var[c] = running_var[c] * keep + var[c] * correction * share;
    }
  });
}

void update(const Tensor& running, const Tensor& value, double momentum) {
  ops::mul_(running, wrapped_number(Scalar(1 - momentum)));
  ops::add_(running, ops::as_dtype(value, running.dtype()), Scalar(momentum));
}

// Of a tensor without a dim of channels, which PyTorch takes if it has no elements.
Tensor batch_norm_of_nothing(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  Tensor out = ops::clone(x);
  if (weight.defined()) out = out * ops::select(weight, 0, 0);
  if (bias.defined()) out = out + ops::select(bias, 0, 0);
  return out;
}

// Memory of a backend and nothing else: nobody records, transforms or watches what happens to it.
bool is_plain(const Tensor& t, const Tensor& statistics) {
  return (t.impl()->keys() - kBackendKeys).empty() && t.dtype() == statistics.dtype() &&
         t.device() == statistics.device() && t.is_contiguous() && t.impl()->has_memory();
}

void move_statistics(const Tensor& running_mean, const Tensor& running_var, const Tensor& mean, const Tensor& var,
                     double momentum, double correction) {
  const GradMode off(false);
  const Tensor m = make_detached(mean), v = make_detached(var);
  if (is_plain(running_mean, m) && is_plain(running_var, m) && is_plain(m, m) && is_plain(v, m) &&
      move_running.has(m.device())) {
    for (const Tensor* t : {&running_mean, &running_var}) check_writable(*t);
    move_running(m.device(), {running_mean, running_var, m, v, momentum, correction});
    for (const Tensor* t : {&running_mean, &running_var}) t->impl()->bump_version();
    return;
  }
  update(running_mean, mean, momentum);
  update(running_var, var * Scalar(correction), momentum);
}

Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                  const Tensor& running_var, bool training, double momentum, double eps, bool) {
  if (x.dim() == 1 && x.numel() == 0) return batch_norm_of_nothing(x, weight, bias);
  VT_CHECK(x.dim() >= 2, Runtime, "expected at least 2 dims, got input ", x.sizes());
  check_channels(x, running_mean, "running_mean");
  check_channels(x, running_var, "running_var");
  VT_CHECK(running_mean.defined() == running_var.defined(), Runtime,
           "running_mean and running_var must both be None or neither be None");
  VT_CHECK(training || running_mean.defined(), Runtime,
           "Expected running_mean and running_var to be defined when training=False");
  if (training) {
    const auto [y, mean, var] = ops::_batch_norm(x, weight, bias, eps);
    if (running_mean.defined()) {
      const auto count = static_cast<double>(x.numel() / std::max<int64_t>(x.size(1), 1));
      move_statistics(running_mean, running_var, mean, var, momentum, count / (count - 1));  // the sample's variance
    }
    return y;
  }
  check_channels(x, weight, "weight");
  check_channels(x, bias, "bias");
  const DType wide = statistics_dtype(x);
  Tensor scale = ops::rsqrt(ops::as_dtype(running_var, wide) + Scalar(eps));
  if (weight.defined()) scale = scale * ops::as_dtype(weight, wide);
  Tensor shift = -(ops::as_dtype(running_mean, wide) * scale);
  if (bias.defined()) shift = shift + ops::as_dtype(bias, wide);
  const Tensor y = ops::addcmul(per_channel(shift, x), ops::as_dtype(x, wide), per_channel(scale, x));
  return ops::as_dtype(y, x.dtype());
}

// Images and channels are normalized apart: batch_norm of one image that has all of them as channels.
Tensor instance_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                     const Tensor& running_var, bool use_input_stats, double momentum, double eps, bool cudnn) {
  VT_CHECK(use_input_stats || (running_mean.defined() && running_var.defined()), Runtime,
           "Expected running_mean and running_var to be defined when use_input_stats is false");
  VT_CHECK(x.dim() >= 2, Runtime, "expected at least 2 dims, got input ", x.sizes());
  const int64_t images = x.size(0), channels = x.size(1);
  const auto repeated = [&](const Tensor& t) { return t.defined() ? ops::repeat(t, DimVec{images}) : t; };
  const Tensor mean = repeated(running_mean), var = repeated(running_var);
  DimVec sizes(x.sizes());
  sizes[0] = 1;
  sizes[1] = images * channels;
  const Tensor y = batch_norm(ops::reshape(x, sizes), repeated(weight), repeated(bias), mean, var, use_input_stats,
                              momentum, eps, cudnn);
  const auto write_back = [&](const Tensor& running, const Tensor& all) {
    if (!running.defined() || !use_input_stats) return;
    const GradMode off(false);
    ops::copy_(running, ops::mean(ops::reshape(all, DimVec{images, channels}), DimVec{0}));
  };
  write_back(running_mean, mean);
  write_back(running_var, var);
  return ops::reshape(y, DimVec(x.sizes()));
}

}  // namespace

void register_batch_norm(Registry& r) {
  move_running.cpu(move_running_cpu);
  r.def("_batch_norm(Tensor input, Tensor? weight, Tensor? bias, float eps) -> (Tensor, Tensor, Tensor)")
      .meta(batch_norm_meta)
      .cpu(batch_norm_cpu)
      .backward(keep::args(0, 1, 2) | keep::results(1, 2), batch_norm_derivative)
      .internal();
  r.def(
       "_batch_norm_backward(Tensor grad, Tensor input, Tensor mean, Tensor var, Tensor? weight, float eps) -> (Tensor, Tensor, Tensor)")
      .meta(batch_norm_backward_meta)
      .cpu(batch_norm_backward_cpu)
      .not_differentiable()
      .internal();
  r.def(
       "batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps, bool cudnn_enabled) -> Tensor")
      .composite(batch_norm)
      .function_only()
      .doc(
          "(x - mean) / sqrt(var + eps) * weight + bias per channel, the second dim: statistics of the input if training, "
          "which then move the running ones by momentum, or else the running ones.");
  r.def(
       "instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool use_input_stats, float momentum, float eps, bool cudnn_enabled) -> Tensor")
      .composite(instance_norm)
      .function_only()
      .doc("batch_norm of every image by itself.");
}

}  // namespace vt
