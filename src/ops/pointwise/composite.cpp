// Pointwise ops written in terms of rows: other names, modes, optional bounds.
#include "dispatch/registry.h"
#include "iter/promotion.h"
#include "ops/copy/copy.h"
#include "ops/copy/read_at_once.h"
#include "ops/copy/scalar_fits.h"
#include "ops/factory/factory.h"
#include "ops/pointwise/gradients.h"
#include "ops/pointwise/number_first.h"
#include "ops/pointwise/rows.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt::pointwise {
namespace {

using OptionalScalar = std::optional<Scalar>;

Tensor div_mode(const Tensor& self, const Tensor& other, std::optional<std::string_view> mode) {
  if (!mode) return div(self, other);
  if (*mode == "floor") return _div_floor(self, other);
  VT_CHECK(*mode == "trunc", Runtime, "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '",
           *mode, "'");
  return _div_trunc(self, other);
}

Tensor clamp(const Tensor& self, OptionalScalar min, OptionalScalar max) {
  VT_CHECK(min || max, Runtime, "torch.clamp: At least one of 'min' or 'max' must not be None");
  if (!max) return clamp_min(self, *min);
  return min ? _clamp(self, *min, *max) : clamp_max(self, *max);
}
Tensor clamp_by_tensors(const Tensor& self, const Tensor& min, const Tensor& max) {
  VT_CHECK(min.defined() || max.defined(), Runtime, "torch.clamp: At least one of 'min' or 'max' must not be None");
  if (!max.defined()) return clamp_min(self, min);
  return min.defined() ? _clamp(self, min, max) : clamp_max(self, max);
}

// The value takes self's dtype, whatever its own.
Tensor masked_fill_tensor(const Tensor& self, const Tensor& mask, const Tensor& value) {
  VT_CHECK(value.dim() == 0, Runtime, "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ",
           value.dim(), " dimension(s).");
  VT_CHECK(mask.dtype() == DType::bool_, Runtime, "masked_fill_ only supports boolean masks, but got mask with dtype ",
           mask.dtype());
  if (is_read_at_once(value)) {
    check_scalar_fits(ops::item(value), self.dtype());
  } else {
    VT_CHECK(is_complex(self.dtype()) || !is_complex(value.dtype()), Runtime, "value cannot be converted to type ",
             self.dtype(), " without overflow");
  }
  if (value.dtype() == self.dtype()) return where(mask, value, self);
  return where(mask, ops::as_dtype(value, self.dtype()), self);
}
Tensor masked_fill_number(const Tensor& self, const Tensor& mask, const Scalar& value) {
  return masked_fill_tensor(self, mask, wrapped_number(value));
}

Tensor nan_to_num(const Tensor& self, std::optional<double> nan, std::optional<double> posinf,
                  std::optional<double> neginf) {
  if (is_integral(self.dtype(), true)) return ops::conj_physical(self);
  if (is_complex(self.dtype())) return view_as_complex(nan_to_num(view_as_real(self), nan, posinf, neginf));
  const double limit = visit_dtype<kFloatingSet>(self.dtype(), [](auto tag) -> double {
    return static_cast<double>(std::numeric_limits<typename decltype(tag)::type>::max());
  });
  return _nan_to_num(self, nan.value_or(0.0), posinf.value_or(limit), neginf.value_or(-limit));
}

Tensor round_to_decimals(const Tensor& self, int64_t decimals) {
  if (decimals == 0) return round(self);
  return _round_decimals(self, std::pow(10.0, static_cast<double>(std::llabs(decimals))), decimals < 0);
}

Tensor square(const Tensor& self) { return pow(self, 2); }
Tensor float_power(const Tensor& self, const Tensor& exponent) {
  const bool complex = is_complex(self.dtype()) || is_complex(exponent.dtype());
  const DType wide = complex ? DType::complex128 : DType::float64;
  return ops::pow(ops::as_dtype(self, wide), ops::as_dtype(exponent, wide));
}
Tensor float_power_inplace(const Tensor& self, const Tensor& exponent) {
  const bool complex = is_complex(self.dtype()) || is_complex(exponent.dtype());
  const DType wide = complex ? DType::complex128 : DType::float64;
  VT_CHECK(self.dtype() == wide, Runtime, "the base given to float_power_ has dtype ", self.dtype(),
           " but the operation's result requires dtype ", wide);
  return ops::pow_(self, ops::as_dtype(exponent, wide));
}
// The power may leave the range that the product is in: it is taken in double, and there in two factors, so that 0 and
// infinity stay what they are.
Tensor ldexp(const Tensor& self, const Tensor& other) {
  const DType common = to_floating_result(result_type(self, other));
  if (is_complex(common)) return self * ops::pow(wrapped_number(2.0), other);
  auto wide = [](const Tensor& t) { return ops::as_dtype(t, DType::float64); };
  auto power = [](const Tensor& t) { return ops::pow(wrapped_number(2.0), t); };
  const Tensor exponent = clamp(wide(other), Scalar(-2046.0), Scalar(2046.0)), half = floor(exponent * Scalar(0.5));
  return ops::as_dtype(wide(self) * power(half) * power(exponent - half), common);
}
Tensor relu6(const Tensor& self) { return hardtanh(self, 0, 6); }
Tensor selu(const Tensor& self) {
  return elu(self, 1.6732632423543772848170429916717, 1.0507009873554804934193349852946);
}
Tensor celu(const Tensor& self, const Scalar& alpha) {
  VT_CHECK(alpha.to_double() != 0.0, Runtime, "ZeroDivisionError: alpha cannot be 0 for CELU");
  return elu(self, alpha, 1.0, 1.0 / alpha.to_double());
}
Tensor tanhshrink(const Tensor& self) { return self - tanh(self); }
Tensor polar(const Tensor& radius, const Tensor& angle) {
  VT_CHECK(is_floating(radius.dtype()) && is_floating(angle.dtype()), Runtime,
           "Expected both inputs to be Half, Float or Double tensors but got ", radius.dtype(), " and ", angle.dtype());
  return ops::complex(radius * cos(angle), radius * sin(angle));
}
// The neighbour of a 16-bit float is the next or previous number of its bits.
Tensor nextafter_kernel(const Tensor& self, const Tensor& other) {
  const DType common = result_type(self, other);
  if (!is_reduced_floating(common)) return _nextafter(self, other);
  auto bits = [](const Tensor& x) { return ops::view(x, DType::int16); };
  const Tensor x = ops::as_dtype(self, common), y = ops::as_dtype(other, common);
  const Tensor smallest = ops::view(ops::filled_like(bits(y), 1), common);
  const Tensor away = ops::as_dtype((y > x) == (x > Scalar(0)), DType::int16);
  const Tensor moved = ops::view(bits(x) + (away * Scalar(2) - Scalar(1)), common);
  const Tensor next = where(x == y, y, where(x == Scalar(0), copysign(smallest, y), moved));
  return where(isnan(x) | isnan(y), x + y, next);
}
// It moves as self does, where it is not other itself.
void nextafter_backward(GradContext& ctx) {
  const Tensor grad = ctx.grad();
  if (ctx.needs(0)) ctx.set(0, where(ctx.saved(0) == ctx.saved(1), ops::zeros_like(grad), grad));
  if (ctx.needs(1)) ctx.set(1, ops::zeros_like(grad));
}
Tensor positive(const Tensor& self) {
  VT_CHECK(self.dtype() != DType::bool_, Runtime, "The `+` operator, on a bool tensor is not supported.");
  return self;
}

Tensor true_div(const Tensor& self, const Tensor& other) { return div(self, other); }

// Other names for ops: PyTorch has both.
void register_aliases(Registry& r) {
  r.def("absolute(Tensor self) -> Tensor").composite(ops::abs).inplace().inplace_surface(kMethod).out();
  r.def("negative(Tensor self) -> Tensor").composite(ops::neg).inplace().out();
  r.def("fix(Tensor self) -> Tensor").composite(ops::trunc).inplace().out();
  r.def("arccos(Tensor self) -> Tensor").composite(ops::acos).inplace().out();
  r.def("arcsin(Tensor self) -> Tensor").composite(ops::asin).inplace().out();
  r.def("arctan(Tensor self) -> Tensor").composite(ops::atan).inplace().out();
  r.def("arccosh(Tensor self) -> Tensor").composite(ops::acosh).inplace().out();
  r.def("arcsinh(Tensor self) -> Tensor").composite(ops::asinh).inplace().out();
  r.def("arctanh(Tensor self) -> Tensor").composite(ops::atanh).inplace().out();
  r.def("special_expit(Tensor self) -> Tensor").composite(ops::sigmoid).surface(kSpecial).out();
  r.def("multiply.Tensor(Tensor|Scalar self, Tensor|Scalar other) -> Tensor").composite(ops::mul).inplace().out();
  r.def("divide.Tensor(Tensor|Scalar self, Tensor|Scalar other) -> Tensor").composite(true_div).inplace().out();
  r.def("true_divide.Tensor(Tensor|Scalar self, Tensor|Scalar other) -> Tensor").composite(true_div).inplace().out();
  r.def("greater.Tensor(Tensor self, Tensor|Scalar other) -> Tensor").composite(ops::gt).inplace().out();
  r.def("greater_equal.Tensor(Tensor self, Tensor|Scalar other) -> Tensor").composite(ops::ge).inplace().out();
  r.def("less.Tensor(Tensor self, Tensor|Scalar other) -> Tensor").composite(ops::lt).inplace().out();
  r.def("less_equal.Tensor(Tensor self, Tensor|Scalar other) -> Tensor").composite(ops::le).inplace().out();
  r.def("not_equal.Tensor(Tensor self, Tensor|Scalar other) -> Tensor").composite(ops::ne).inplace().out();
  r.def("arctan2.Tensor(Tensor self, Tensor other) -> Tensor").composite(ops::atan2).inplace().out();
  r.def("subtract.Tensor(Tensor|Scalar self, Tensor|Scalar other, *, Scalar alpha=1) -> Tensor")
      .composite(ops::sub)
      .inplace()
      .out();
}

Tensor conj_op(const Tensor& self) { return is_complex(self.dtype()) ? ops::conj_physical(self) : self; }

}  // namespace

void register_composite(Registry& r) {
  register_row_loops();
  r.def("pow.Scalar(Scalar self, Tensor|Scalar exponent) -> Tensor")
      .composite(of_number<ops::pow>)
      .autocast({.cuda = AutocastPolicy::Float32})
      .out();
  r.def("remainder.Scalar_Tensor(Scalar self, Tensor other) -> Tensor")
      .composite(of_number<ops::remainder>)
      .function_only();
  r.def("bitwise_and.Scalar_Tensor(Scalar self, Tensor other) -> Tensor")
      .composite(of_number<ops::bitwise_and>)
      .function_only();
  r.def("bitwise_or.Scalar_Tensor(Scalar self, Tensor other) -> Tensor")
      .composite(of_number<ops::bitwise_or>)
      .function_only();
  r.def("bitwise_xor.Scalar_Tensor(Scalar self, Tensor other) -> Tensor")
      .composite(of_number<ops::bitwise_xor>)
      .function_only();
  r.def("bitwise_left_shift.Scalar_Tensor(Scalar self, Tensor other) -> Tensor")
      .composite(of_number<ops::bitwise_left_shift>)
      .function_only();
  r.def("bitwise_right_shift.Scalar_Tensor(Scalar self, Tensor other) -> Tensor")
      .composite(of_number<ops::bitwise_right_shift>)
      .function_only();
  r.def("xlogy.Scalar_Self(Scalar self, Tensor other) -> Tensor")
      .composite(of_number<ops::xlogy>)
      .function_only()
      .out();
  r.def("div.Tensor_mode(Tensor|Scalar self, Tensor|Scalar other, *, str? rounding_mode) -> Tensor")
      .composite(div_mode)
      .inplace()
      .out();
  r.def("clamp(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor").composite(clamp).inplace().out();
  r.def("clamp.Tensor(Tensor self, Tensor|Scalar? min=None, Tensor|Scalar? max=None) -> Tensor")
      .composite(clamp_by_tensors)
      .inplace()
      .out();
  r.def("clip(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor").composite(clamp).inplace().out();
  r.def("clip.Tensor(Tensor self, Tensor|Scalar? min=None, Tensor|Scalar? max=None) -> Tensor")
      .composite(clamp_by_tensors)
      .inplace()
      .out();
  r.def("masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor").composite(masked_fill_number).inplace();
  r.def("masked_fill.Tensor(Tensor self, Tensor mask, Tensor|Scalar value) -> Tensor")
      .composite(masked_fill_tensor)
      .inplace();
  r.def("nan_to_num(Tensor self, float? nan=None, float? posinf=None, float? neginf=None) -> Tensor")
      .composite(nan_to_num)
      .inplace()
      .out();
  r.def("round.decimals(Tensor self, *, int decimals) -> Tensor").composite(round_to_decimals).inplace().out();
  r.def("square(Tensor self) -> Tensor").composite(square).inplace().out();
  r.def("float_power.Tensor_Tensor(Tensor self, Tensor|Scalar exponent) -> Tensor").composite(float_power).out();
  r.def("float_power.Scalar(Scalar self, Tensor exponent) -> Tensor")
      .composite(of_number<ops::float_power>)
      .function_only()
      .out();
  r.def("float_power_.Tensor_Tensor(Tensor(a!) self, Tensor|Scalar exponent) -> Tensor(a!)")
      .composite(float_power_inplace)
      .method_only();
  r.def("ldexp.Tensor(Tensor self, Tensor other) -> Tensor")
      .composite(ldexp)
      .inplace()
      .inplace_surface(kFunction | kMethod)
      .out();
  r.def("relu6(Tensor self) -> Tensor").composite(relu6).inplace().surface(kFunctional).inplace_surface(kNode);
  r.def("selu(Tensor self) -> Tensor")
      .composite(selu)
      .inplace()
      .surface(kFunction | kFunctional)
      .inplace_surface(kFunction | kFunctional);
  r.def("celu(Tensor self, Scalar alpha=1.0) -> Tensor")
      .composite(celu)
      .inplace()
      .surface(kFunction | kFunctional)
      .inplace_surface(kFunction | kFunctional);
  r.def("tanhshrink(Tensor self) -> Tensor").composite(tanhshrink).surface(kFunctional);
  r.def("positive(Tensor self) -> Tensor").composite(positive);
  r.def("nextafter(Tensor self, Tensor other) -> Tensor")
      .all(nextafter_kernel)
      .backward(keep::args(0, 1), nextafter_backward)
      .inplace()
      .out();
  r.def("polar(Tensor abs, Tensor angle) -> Tensor")
      .composite(polar)
      .autocast({.cpu = AutocastPolicy::Float32})
      .function_only();
  r.def("conj(Tensor self) -> Tensor").composite(conj_op);
  register_aliases(r);
}

}  // namespace vt::pointwise

namespace vt {
void register_pointwise_composite(Registry& r) { pointwise::register_composite(r); }
}  // namespace vt
