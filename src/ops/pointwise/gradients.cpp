#include "ops/pointwise/gradients.h"

#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/typed/view.h"

namespace vt::pointwise {

Tensor kept_operand(const Tensor& t, const Tensor& grad) {
  // An integer, or a float of fewer digits than the result: its logarithm, say, is wanted to all of the result's
  // digits.
  const DType precision = to_real(grad.dtype());
  if (!t.impl()->is_wrapped_number() && is_floating(precision) &&
      (is_integral(t.dtype(), true) || size_of(to_real(t.dtype())) < size_of(precision))) {
    return ops::as_dtype(t, is_complex(t.dtype()) ? to_complex(precision) : precision);
  }
  if (!t.impl()->is_wrapped_number() || to_real(grad.dtype()) != DType::float64) return t;
  const Tensor read = ops::as_dtype(t, is_complex(t.dtype()) ? DType::complex128 : DType::float64);
  return Tensor(make_intrusive<TensorImpl>(read.storage(), read.dtype(), IntSpan(), IntSpan(), read.storage_offset()));
}

Tensor zero() { return wrapped_number(0.0); }
Tensor zeros_like(const Tensor& t) { return ops::filled_like(t, 0); }
Tensor conj(const Tensor& t) { return is_complex(t.dtype()) ? conj_physical(t) : t; }
Tensor real_part(const Tensor& t) {
  if (!is_complex(t.dtype())) return t;
  return ops::real(t);
}
Tensor scaled(const Tensor& grad, const Scalar& factor) {
  if (factor.is_complex()) {
    const complex<double> z = factor.to_complex();
    return grad * Scalar(complex<double>(z.re, -z.im));
  }
  return factor.to_double() == 1.0 ? grad : grad * factor;
}
Scalar one_minus(const Scalar& s) {
  if (!s.is_complex()) return 1.0 - s.to_double();
  const complex<double> z = s.to_complex();
  return complex<double>(1.0 - z.re, -z.im);
}
Tensor unless(const Tensor& condition, const Tensor& grad) { return where(condition, zero(), grad); }
Tensor shared_at_ties(const Tensor& grad, const Tensor& x, const Tensor& y) { return where(x == y, grad / 2, grad); }
Tensor not_differentiable_twice(const char* op, const Tensor&) {
  VT_THROW(NotImplemented, "the second derivative of ", op, " is not implemented yet");
}
Tensor no_derivative(const char* op, const Tensor&) { VT_THROW(Runtime, "derivative for ", op, " is not implemented"); }

Tensor sgn_gradient(const Tensor& grad, const Tensor& x) {
  if (!is_complex(x.dtype())) return zeros_like(grad);
  const Tensor size = abs(x), direction = sgn(x);
  const Tensor along = real_part(grad * conj(direction));
  return where(size == 0, zero(), (grad - along * direction) / size);
}
Tensor angle_gradient(const Tensor& grad, const Tensor& x) {
  if (!is_complex(x.dtype())) return zeros_like(grad);
  const Tensor size = abs(x);
  return where(size == 0, zero(), grad * (x * Scalar(complex<double>(0.0, 1.0))) / (size * size));
}
Tensor sinc_gradient(const Tensor& grad, const Tensor& x) {
  const Tensor angle = x * kPi, below = angle * x;  // 0 where x is too small for its square
  return unless(below == 0, grad * conj((angle * cos(angle) - sin(angle)) / below));
}
Tensor atan2_scale(const Tensor& grad, const Tensor& x, const Tensor& y) {
  const Tensor size = x * x + y * y;
  return unless(size == 0, grad / size);
}
Tensor copysign_gradient(const Tensor& grad, const Tensor& x, const Tensor& result) {
  return unless(x == 0, grad * (result / x));
}
Tensor masked_log(const Tensor& x, const Tensor& y) { return unless((x == 0) & (y <= 0), log(y)); }

Tensor pow_scalar_gradient(const Tensor& grad, const Tensor& x, const Scalar& exponent) {
  if (!exponent.is_complex()) {
    if (exponent.to_double() == 0.0) return zeros_like(grad);
    if (exponent.to_double() == 2.0) return grad * conj(2 * x);
    const Scalar lower =
        exponent.is_integral(true) ? Scalar(exponent.to_int() - 1) : Scalar(exponent.to_double() - 1.0);
    return grad * conj(exponent * pow(x, lower));
  }
  const complex<double> z = exponent.to_complex();
  return grad * conj(exponent * pow(x, Scalar(complex<double>(z.re - 1.0, z.im))));
}
Tensor pow_base_gradient(const Tensor& grad, const Tensor& x, const Tensor& exponent) {
  return unless(exponent == 0, grad * conj(exponent * pow(x, exponent - 1)));
}
Tensor pow_exponent_gradient(const Tensor& grad, const Tensor& x, const Tensor& exponent, const Tensor& result) {
  const Tensor flat = (x == 0) & (real_part(exponent) >= 0);
  return unless(flat, grad * conj(result * log(x)));
}
Tensor smooth_l1_gradient(const Tensor& grad, const Tensor& difference, const Scalar& beta) {
  const Tensor outer = grad * sign(difference);
  return beta.to_double() == 0.0 ? outer : where(abs(difference) >= beta, outer, grad * difference / beta);
}
Tensor clamp_between(const Tensor& x, const Scalar& limit) { return _clamp(x, -limit.to_double(), limit.to_double()); }

Tensor silu_curvature(const Tensor& x) {
  const Tensor s = sigmoid(x);
  return s * (1 - s) * (2 + x * (1 - 2 * s));
}
Tensor mish_curvature(const Tensor& x) {
  // With t = tanh(softplus x), s = sigmoid x: t' = s (1 - t^2), s' = s (1 - s).
  const Tensor t = tanh(softplus(x)), s = sigmoid(x), u = 1 - t * t;
  return s * u * (2 + x * (1 - s) - 2 * x * t * s);
}
Tensor gelu_curvature(const Tensor& x, const Scalar& approximate) {
  if (approximate.to_double() == 0.0) {
    constexpr double kInverseSqrtTwoPi = 0.39894228040143267794;
    return kInverseSqrtTwoPi * exp(-0.5 * x * x) * (2 - x * x);
  }
  constexpr double kRoot = 0.79788456080286535588, kCubic = 0.044715;
  const Tensor square = x * x;
  const Tensor t = tanh(kRoot * x * (1 + kCubic * square));
  const Tensor u = 1 - t * t;
  const Tensor slope = kRoot * (1 + 3 * kCubic * square);
  return u * (slope + 3 * kRoot * kCubic * square - x * t * slope * slope);
}
Tensor softplus_curvature(const Tensor& x, const Scalar& beta, const Scalar& threshold) {
  const Tensor s = sigmoid(x * beta);
  return unless(x * beta > threshold, s * (1 - s) * beta);
}
Tensor elu_curvature(const Tensor& x, const Scalar& alpha, const Scalar& scale, const Scalar& input_scale) {
  const double k = input_scale.to_double();
  return where(x <= 0, exp(x * k) * (alpha.to_double() * scale.to_double() * k * k), zero());
}
Tensor logit_curvature(const Tensor& x, const Scalar& eps) {
  const Tensor product = x * (1 - x);
  const Tensor inside = (2 * x - 1) / (product * product);
  if (eps.to_double() < 0) return inside;
  return where((x >= eps) & (x <= Scalar(1.0 - eps.to_double())), inside, zero());
}
const char* gelu_name(const Scalar& approximate) { return approximate.to_double() == 0.0 ? "none" : "tanh"; }

}  // namespace vt::pointwise
