// Pieces of derivatives that do not fit on a row, written with dispatched ops.
#pragma once

#include "ops/pointwise/scalar_functions.h"
#include "ops/tensor_operators.h"
#include "ops/typed/pointwise.h"

namespace vt::pointwise {

using namespace vt::ops;

// The gradient of an argument that has none.
inline const Tensor none;

// An operand that was kept for a derivative, in the gradient's precision if its own is less. A number comes back as a
// tensor: an op of numbers alone would be computed in the default dtype.
Tensor kept_operand(const Tensor& t, const Tensor& grad);

Tensor zero();  // the number 0.0
Tensor zeros_like(const Tensor& t);
Tensor conj(const Tensor& t);                             // t itself if real
Tensor real_part(const Tensor& t);                        // t itself if real
Tensor scaled(const Tensor& grad, const Scalar& factor);  // grad conj(factor); grad itself for 1
Scalar one_minus(const Scalar& s);
Tensor unless(const Tensor& condition, const Tensor& grad);                   // 0 where the condition holds
Tensor shared_at_ties(const Tensor& grad, const Tensor& x, const Tensor& y);  // halved where x == y
// d grad / dx of an op whose fused backward has no further derivative yet.
[[noreturn]] Tensor not_differentiable_twice(const char* op, const Tensor&);
// The gradient of an op that PyTorch records and has no derivative of.
[[noreturn]] Tensor no_derivative(const char* op, const Tensor&);

Tensor sgn_gradient(const Tensor& grad, const Tensor& x);
Tensor angle_gradient(const Tensor& grad, const Tensor& x);
Tensor sinc_gradient(const Tensor& grad, const Tensor& x);
Tensor atan2_scale(const Tensor& grad, const Tensor& x, const Tensor& y);  // grad / (x^2 + y^2), 0 at the origin
Tensor copysign_gradient(const Tensor& grad, const Tensor& x, const Tensor& result);
Tensor masked_log(const Tensor& x, const Tensor& y);  // log y, 0 where x == 0 and y <= 0
Tensor pow_scalar_gradient(const Tensor& grad, const Tensor& x, const Scalar& exponent);
Tensor pow_base_gradient(const Tensor& grad, const Tensor& x, const Tensor& exponent);
Tensor pow_exponent_gradient(const Tensor& grad, const Tensor& x, const Tensor& exponent, const Tensor& result);
Tensor smooth_l1_gradient(const Tensor& grad, const Tensor& difference, const Scalar& beta);
Tensor clamp_between(const Tensor& x, const Scalar& limit);  // [-limit, limit]

// Second derivatives of the activations.
Tensor silu_curvature(const Tensor& x);
Tensor mish_curvature(const Tensor& x);
Tensor gelu_curvature(const Tensor& x, const Scalar& approximate);
Tensor softplus_curvature(const Tensor& x, const Scalar& beta, const Scalar& threshold);
Tensor elu_curvature(const Tensor& x, const Scalar& alpha, const Scalar& scale, const Scalar& input_scale);
Tensor logit_curvature(const Tensor& x, const Scalar& eps);
// How a row sees `approximate`, turned back into the argument.
const char* gelu_name(const Scalar& approximate);

}  // namespace vt::pointwise
