// Dropout: draw a mask, drop and scale in one pass; the mask is what backward keeps.
#include <array>
#include <cmath>

#include "cpu/random/words.h"
#include "ops/copy/memory_format.h"
#include "ops/factory/factory.h"
#include "ops/random/memory_order.h"
#include "ops/random/random.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/random.h"

namespace vt::random {

namespace {

// out = self * (kept ? scale : 0): a dropped infinity is a NaN and a dropped negative number -0, as with a mask of
// floats.
template <class T>
VT_ALWAYS_INLINE T masked(T value, bool kept, opmath_t<T> scale) {
  return static_cast<T>(static_cast<opmath_t<T>>(value) * (kept ? scale : opmath_t<T>(0)));
}

template <class T>
void dropout_loop(Mt19937& engine, const T* in, T* out, bool* mask, int64_t n, double p, double scale) {
  // Kept with probability 1 - p: u < 1 - p for u = k / 2^53.
  const auto threshold = static_cast<int64_t>(std::ceil((1 - p) * 0x1p53));
  const auto factor = static_cast<opmath_t<T>>(scale);
  cpu::for_each_chunk(engine, n, 2, [=](const uint32_t* words, int64_t begin, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      const auto k = static_cast<int64_t>(cpu::word64(words, i) & 0x1fffffffffffffull);
      mask[begin + i] = k < threshold;
    }
    for (int64_t i = begin; i < begin + count; ++i) out[i] = masked(in[i], mask[i], factor);
  });
}

std::array<TensorSpec, 2> scaled_dropout_meta(const Tensor& self, double, double, double, Generator*&) {
  VT_CHECK(is_floating(self.dtype()), NotImplemented, "expected a tensor of a floating-point dtype, got ", self);
  const TensorSpec out{DimVec(self.sizes()), self.dtype(), self.device(),
                       dense_strides_like(self.sizes(), self.strides())};
  TensorSpec mask = out;
  mask.dtype = DType::bool_;
  return {out, mask};
}

void scaled_dropout_cpu(const Tensor& self, double p, double scale, double, Generator* generator, Tensor& out,
                        Tensor& mask) {
  if (self.numel() == 0) return;
  CpuGenerator& g = cpu_generator_or_default(generator);
  const Tensor input = packed(self, out.strides());
  visit_dtype<kFloatingSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    std::lock_guard lock(g.mutex());
    dropout_loop(g.engine(), static_cast<const T*>(input.data()), out.data<T>(), mask.data<bool>(), out.numel(), p,
                 scale);
  });
}

TensorSpec native_dropout_backward_meta(const Tensor& grad, const Tensor& mask, double) {
  VT_CHECK(is_floating(grad.dtype()), NotImplemented, "expected a gradient of a floating-point dtype, got ", grad);
  VT_CHECK(mask.dtype() == DType::bool_, Runtime, "expected a bool mask, got ", mask);
  VT_CHECK(same(grad.sizes(), mask.sizes()), Runtime, "expected a mask of shape ", grad.sizes(), ", got ", mask);
  return {DimVec(mask.sizes()), grad.dtype(), grad.device(), dense_strides_like(mask.sizes(), mask.strides())};
}

void native_dropout_backward_cpu(const Tensor& grad, const Tensor& mask, double scale, Tensor& out) {
  if (out.numel() == 0) return;
  const Tensor g = packed(grad, out.strides()), m = packed(mask, out.strides());
  visit_dtype<kFloatingSet>(grad.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* in = static_cast<const T*>(g.data());
    const bool* kept = static_cast<const bool*>(m.data());
    T* to = out.data<T>();
    const auto factor = static_cast<opmath_t<T>>(scale);
    for (int64_t i = 0, n = out.numel(); i < n; ++i) to[i] = masked(in[i], kept[i], factor);
  });
}

void scaled_dropout_backward(GradContext& ctx) {
  ctx.set(0, ops::native_dropout_backward(ctx.grad(), ctx.saved_result(1), ctx.arg<double>(3)));
}

void native_dropout_backward_backward(GradContext& ctx) {
  ctx.set(0, ops::native_dropout_backward(ctx.grad(), ctx.saved(1), ctx.arg<double>(2)));
}

std::tuple<Tensor, Tensor> call_scaled_dropout(const Tensor& self, double p, double scale, double gradient_scale) {
  return ops::_scaled_dropout(self, p, scale, gradient_scale);
}

double rounded_to(DType dtype, double x) {
  return visit_dtype<kFloatingSet>(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    return static_cast<double>(static_cast<opmath_t<T>>(static_cast<T>(static_cast<opmath_t<T>>(x))));
  });
}

std::tuple<Tensor, Tensor> native_dropout(const Tensor& self, double p, std::optional<bool> train) {
  VT_CHECK(p >= 0 && p <= 1, Runtime, "expected p in [0, 1], got ", p);
  VT_CHECK(is_floating(self.dtype()) || self.numel() == 0, Runtime, "expected a floating-point dtype, got ", self);
  if (train.value_or(true) && self.numel() != 0) {
    // Forward the scale is a number of the tensor's dtype, backward it is not.
    const double scale = p == 1 ? 0.0 : 1.0 / (1.0 - p);
    return call_scaled_dropout(self, p, rounded_to(self.dtype(), scale), scale);
  }
  return {ops::clone(self), ops::filled(self.sizes(), 1, DType::bool_, self.device())};
}

// 1 / (1 - p) with the roundings it has as a tensor of ones, divided in place.
double noise_scale(DType dtype, double p) {
  return visit_dtype<kFloatingSet>(dtype, [&](auto tag) {
    using Acc = opmath_t<typename decltype(tag)::type>;
    return rounded_to(dtype, static_cast<double>(Acc(1) / static_cast<Acc>(1 - p)));
  });
}

void check_dropout(const Tensor& self, double p, bool train) {
  VT_CHECK(p >= 0 && p <= 1, Runtime, "dropout probability has to be between 0 and 1, but got ", p);
  if (!train || p == 0 || self.numel() == 0) return;
  VT_CHECK(!is_complex(self.dtype()), NotImplemented, "expected a real tensor, got ", self);
  VT_CHECK(is_floating(self.dtype()), Runtime, "expected a tensor of a floating-point dtype, got ", self);
}

Tensor dropout(const Tensor& self, double p, bool train) {
  check_dropout(self, p, train);
  if (!train || p == 0 || self.numel() == 0) return self;
  if (p == 1) return self * Scalar(0.0);  // draws nothing
  const double scale = noise_scale(self.dtype(), p);
  return std::get<0>(call_scaled_dropout(self, p, scale, scale));
}

// Ones where an element is kept: with the dims of `self`, drawn along its memory, or with `sizes` of their own.
Tensor draw_kept(const Tensor& self, double p) {
  const DimVec strides = dense_strides_like(self.sizes(), self.strides());
  return bernoulli_float_(empty_strided(self.sizes(), strides, self.dtype(), self.device()), 1 - p, nullptr);
}
Tensor draw_kept(const Tensor& self, IntSpan sizes, double p) {
  return bernoulli_float_(empty(sizes, self.dtype(), self.device()), 1 - p, nullptr);
}

Tensor dropout_(const Tensor& self, double p, bool train) {
  check_dropout(self, p, train);
  if (!train || p == 0 || self.numel() == 0) return self;
  if (p == 1) return ops::mul_(self, wrapped_number(Scalar(0.0)));
  return ops::mul_(self, draw_kept(self, p) * Scalar(noise_scale(self.dtype(), p)));
}

// A whole channel, the first two dims, is kept or dropped at once.
DimVec channel_sizes(const Tensor& self) {
  VT_CHECK(self.dim() >= 2, Runtime, "Feature dropout requires at least 2 dimensions in the input, got ", self);
  DimVec sizes(self.sizes().size(), 1);
  sizes[0] = self.sizes()[0];
  sizes[1] = self.sizes()[1];
  return sizes;
}

// What a feature dropout multiplies by.
Tensor feature_noise(const Tensor& self, double p) {
  if (p == 1) return wrapped_number(Scalar(0.0));  // draws nothing
  return draw_kept(self, channel_sizes(self), p) * Scalar(noise_scale(self.dtype(), p));
}

Tensor feature_dropout(const Tensor& self, double p, bool train) {
  check_dropout(self, p, train);
  return !train || p == 0 || self.numel() == 0 ? self : self * feature_noise(self, p);
}

Tensor feature_dropout_(const Tensor& self, double p, bool train) {
  check_dropout(self, p, train);
  return !train || p == 0 || self.numel() == 0 ? self : ops::mul_(self, feature_noise(self, p));
}

// Dropped elements get the value that SELU tends to, and a scale and a shift restore mean 0 and variance 1.
Tensor with_alpha(const Tensor& self, double p, const Tensor& noise) {
  constexpr double kAlpha = 1.7580993408473766;
  const double a = 1 / std::sqrt((kAlpha * kAlpha * p + 1) * (1 - p));
  const Tensor shift = (noise + Scalar(-1.0)) * Scalar(kAlpha * a) + Scalar(kAlpha * a * p);
  return self * (noise * Scalar(a)) + shift;
}

Tensor alpha_dropout(const Tensor& self, double p, bool train) {
  check_dropout(self, p, train);
  if (!train || p == 0 || self.numel() == 0) return self;
  if (p == 1) return self * Scalar(0.0);
  return with_alpha(self, p, draw_kept(self, p));
}

Tensor feature_alpha_dropout(const Tensor& self, double p, bool train) {
  check_dropout(self, p, train);
  if (!train || p == 0 || self.numel() == 0) return self;
  if (p == 1) return self * Scalar(0.0);
  return with_alpha(self, p, draw_kept(self, channel_sizes(self), p));
}

}  // namespace

void register_dropout(Registry& r) {
  r.def(
       "_scaled_dropout(Tensor self, float p, float scale, float gradient_scale, *, Generator? generator=None) -> (Tensor, Tensor)")
      .meta(scaled_dropout_meta)
      .cpu(scaled_dropout_cpu)
      .random()
      .out(false)
      .internal()
      .backward(keep::results(1), scaled_dropout_backward);
  r.def("native_dropout_backward(Tensor grad_output, Tensor mask, float scale) -> Tensor")
      .meta(native_dropout_backward_meta)
      .cpu(native_dropout_backward_cpu)
      .out(false)
      .internal()
      .backward(keep::args(1), native_dropout_backward_backward);
  r.def("native_dropout(Tensor input, float p, bool? train) -> (Tensor, Tensor)").composite(native_dropout).random();
  r.def("dropout(Tensor input, float p, bool train) -> Tensor").composite(dropout).random();
  r.def("dropout_(Tensor(a!) self, float p, bool train) -> Tensor(a!)").composite(dropout_).random().function_only();
  r.def("feature_dropout(Tensor input, float p, bool train) -> Tensor").composite(feature_dropout).random();
  r.def("feature_dropout_(Tensor(a!) self, float p, bool train) -> Tensor(a!)")
      .composite(feature_dropout_)
      .random()
      .function_only();
  r.def("alpha_dropout(Tensor input, float p, bool train) -> Tensor").composite(alpha_dropout).random();
  r.def("feature_alpha_dropout(Tensor input, float p, bool train) -> Tensor").composite(feature_alpha_dropout).random();
}

}  // namespace vt::random
