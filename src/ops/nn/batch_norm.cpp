// batch_norm over all dims but the second, and the norms of groups and images.
#include "cpu/kernels/batch_norm.h"

#include "core/thread_state.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/copy/memory_format.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/nn.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using Three = std::tuple<Tensor, Tensor, Tensor>;

// All but the second.
DimVec normalized_dims(const Tensor& x) {
  DimVec dims{0};
  for (int64_t d = 2; d < x.dim(); ++d) dims.push_back(d);
  return dims;
}

// (channels) as it broadcasts against x.
Tensor per_channel(const Tensor& t, const Tensor& x) {
  DimVec sizes(x.sizes().size(), 1);
  sizes[1] = t.size(0);
  return ops::reshape(t, sizes);
}

void check_channels(const Tensor& x, const Tensor& t, const char* name) {
  VT_CHECK(!t.defined() || (t.dim() == 1 && t.size(0) == x.size(1)), Runtime, name, " should contain ", x.size(1),
           " elements not ", t.defined() ? t.numel() : 0);
}

DType statistics_dtype(const Tensor& x) { return opmath_dtype(x.dtype()); }

Tensor as_statistics(const Tensor& t, const Tensor& x) {
  return t.defined() ? contiguous_data(cast_data(t, statistics_dtype(x))) : t;
}

DimVec strides_like(const Tensor& x) {
  const MemoryFormat format = suggested_format(x);
  return is_channels_last(format) ? format_strides(format, x.sizes()) : DimVec();
}

std::array<TensorSpec, 3> batch_norm_meta(const Tensor& x, const Tensor& weight, const Tensor& bias, double&) {
  VT_CHECK(x.dim() >= 2, Runtime, "expected at least 2 dims, got input ", x.sizes());
  VT_CHECK(is_floating(x.dtype()), NotImplemented, "not implemented for '", x.dtype(), "'");
  check_channels(x, weight, "weight");
  check_channels(x, bias, "bias");
  const TensorSpec statistics{{x.size(1)}, statistics_dtype(x), x.device(), {}};
  return {TensorSpec{DimVec(x.sizes()), x.dtype(), x.device(), strides_like(x)}, statistics, statistics};
}

std::array<TensorSpec, 3> batch_norm_backward_meta(const Tensor& grad, const Tensor& x, const Tensor& mean,
                                                   const Tensor& var, const Tensor& weight, double&) {
  VT_CHECK(same(grad.sizes(), x.sizes()) && grad.dtype() == x.dtype(), Runtime, "expected grad like input, got ",
           to_string(grad));
  check_channels(x, weight, "weight");
  check_channels(x, mean, "mean");
  check_channels(x, var, "var");
  const TensorSpec sums{{x.size(1)}, statistics_dtype(x), x.device(), {}};
  return {TensorSpec{DimVec(x.sizes()), x.dtype(), x.device(), strides_like(x)}, sums, sums};
}

// CPU
// -----------------------------------------------------------------------------------------------------------------------

cpu::ChannelLayout layout_of(const Tensor& x) { return {x.size(0), x.size(1), checked_numel(x.sizes().subspan(2))}; }

template <class T>
T* data_or_null(const Tensor& t) {
  return t.defined() ? t.data<T>() : nullptr;
}

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
  const DimVec dims = normalized_dims(input);
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
    const DimVec dims = normalized_dims(x);
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

// running = running * (1 - momentum) + value * momentum
void update(const Tensor& running, const Tensor& value, double momentum) {
  ops::mul_(running, wrapped_number(Scalar(1 - momentum)));
  ops::add_(running, ops::as_dtype(value, running.dtype()), Scalar(momentum));
}

Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& running_mean,
                  const Tensor& running_var, bool training, double momentum, double eps, bool) {
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
      const GradMode off(false);
      const auto count = static_cast<double>(x.numel() / std::max<int64_t>(x.size(1), 1));
      update(running_mean, mean, momentum);
      update(running_var, var * Scalar(count / (count - 1)), momentum);  // the sample's variance
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

// Each image's groups of channels are rows of layer_norm; weight and bias are per channel.
Tensor group_norm(const Tensor& x, int64_t groups, const Tensor& weight, const Tensor& bias, double eps, bool) {
  VT_CHECK(x.dim() >= 2, Runtime, "Expected at least 2 dimensions for input tensor but received ", x.dim());
  VT_CHECK(groups > 0, Runtime, "Expected num groups to be greater than 0, got ", groups);
  VT_CHECK(x.size(1) % groups == 0, Runtime,
           "Expected number of channels in input to be divisible by num_groups, but got input of shape ", x.sizes(),
           " and num_groups=", groups);
  for (const auto& [t, name] : {std::pair{weight, "weight"}, {bias, "bias"}}) {
    VT_CHECK(!t.defined() || (t.dim() == 1 && t.size(0) == x.size(1)), Runtime, "Expected ", name,
             " to be a vector of size equal to the number of channels in input, but got ", name, " of shape ",
             t.defined() ? t.sizes() : IntSpan{}, " and input of shape ", x.sizes());
  }
  const MemoryFormat format = suggested_format(x);
  const int64_t columns = x.size(1) / groups * checked_numel(x.sizes().subspan(2));
  Tensor y = ops::reshape(x, DimVec{x.size(0), groups, columns});
  y = ops::reshape(std::get<0>(ops::native_layer_norm(y, DimVec{columns}, {}, {}, eps)), DimVec(x.sizes()));
  if (weight.defined() && bias.defined()) y = ops::addcmul(per_channel(bias, x), y, per_channel(weight, x));
  else if (weight.defined()) y = y * per_channel(weight, x);
  else if (bias.defined()) y = y + per_channel(bias, x);
  y = ops::as_dtype(y, x.dtype());
  return is_channels_last(format) ? ops::contiguous(y, format) : y;
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
       "group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1e-05, bool cudnn_enabled=True) -> Tensor")
      .composite(group_norm)
      .autocast({.cuda = AutocastPolicy::Float32})
      .function_only()
      .doc("(x - mean) / sqrt(var + eps) over each image's groups of channels, times weight plus bias per channel.");
  r.def(
       "instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool use_input_stats, float momentum, float eps, bool cudnn_enabled) -> Tensor")
      .composite(instance_norm)
      .function_only()
      .doc("batch_norm of every image by itself.");
}

}  // namespace vt
