// Pointwise ops written in terms of rows: other names, modes, optional bounds.
#include "dispatch/registry.h"
#include "iter/promotion.h"
#include "ops/copy/copy.h"
#include "ops/copy/scalar_fits.h"
#include "ops/pointwise/gradients.h"
#include "ops/pointwise/row.h"

namespace vt {
namespace {

using namespace vt::pointwise;
using OptionalScalar = std::optional<Scalar>;

const Row& row_of(std::string_view op) { return *static_cast<const Row*>(find_op(op).parts.data); }

// bool has no `~` of its own in the integer kernels.
void bitwise_not_kernel(Call& call) {
  static const Row& integers = row_of("bitwise_not");
  static const Row& bools = row_of("logical_not");
  run_row(call, call.args[0].as_tensor().dtype() == DType::bool_ ? bools : integers);
}

// Common exponents have faster rows.
void pow_scalar_kernel(Call& call) {
  static const Row& general = row_of("pow.Tensor_Scalar");
  static const Row &square = row_of("_square"), &cube = row_of("_cube"), &root = row_of("sqrt"),
                   &inverse = row_of("reciprocal"), &inverse_root = row_of("rsqrt");
  const DType dtype = call.args[0].as_tensor().dtype();
  const Scalar exponent = Unbox<Scalar>::get(call.args[1]);
  const bool floating = is_differentiable(dtype);
  if (exponent.is_integral(true) && is_integral(dtype, true)) {
    VT_CHECK(exponent.to_int() >= 0, Runtime, "Integers to negative integer powers are not allowed.");
  }
  const Row* row = &general;
  if (!exponent.is_complex() && (floating || (exponent.is_integral() && is_integral(dtype)))) {
    const double e = exponent.to_double();
    if (e == 2.0) row = &square;
    if (e == 3.0) row = &cube;
    if (e == 0.5) row = &root;
    if (e == -0.5) row = &inverse_root;
    if (e == -1.0) row = &inverse;
  }
  run_row(call, *row);
}

// `approximate` picks the row.
template <int approximate_at>
void gelu_kernel(Call& call) {
  static const Row& erf = row_of(approximate_at == 1 ? "gelu" : "gelu_backward");
  static const Row& tanh = row_of(approximate_at == 1 ? "_gelu_tanh" : "_gelu_tanh_backward");
  run_row(call, number_of(call.args[approximate_at]).to_double() == 0.0 ? erf : tanh);
}

Tensor pow_of_number(const Scalar& self, const Tensor& exponent) { return ops::pow(wrapped_number(self), exponent); }

Tensor div_mode(const Tensor& self, const Tensor& other, std::optional<std::string_view> mode) {
  if (!mode) return div(self, other);
  if (*mode == "floor") return div_floor_mode(self, other);
  VT_CHECK(*mode == "trunc", Runtime, "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '",
           *mode, "'");
  return div_trunc_mode(self, other);
}

Tensor clamp(const Tensor& self, OptionalScalar min, OptionalScalar max) {
  VT_CHECK(min || max, Runtime, "torch.clamp: At least one of 'min' or 'max' must not be None");
  if (!max) return clamp_min(self, *min);
  return min ? clamp_both(self, *min, *max) : clamp_max(self, *max);
}
Tensor clamp_by_tensors(const Tensor& self, const Tensor& min, const Tensor& max) {
  VT_CHECK(min.defined() || max.defined(), Runtime, "torch.clamp: At least one of 'min' or 'max' must not be None");
  if (!max.defined()) return clamp_min_tensor(self, min);
  return min.defined() ? clamp_tensors(self, min, max) : clamp_max_tensor(self, max);
}

// The value takes self's dtype, whatever its own.
Tensor masked_fill_tensor(const Tensor& self, const Tensor& mask, const Tensor& value) {
  VT_CHECK(value.dim() == 0, Runtime, "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ",
           value.dim(), " dimension(s).");
  VT_CHECK(mask.dtype() == DType::bool_, Runtime, "masked_fill_ only supports boolean masks, but got mask with dtype ",
           mask.dtype());
  if (value.device() == kCPU) {
    check_scalar_fits(ops::item(value), self.dtype());
  } else {
    VT_CHECK(is_complex(self.dtype()) || !is_complex(value.dtype()), Runtime, "value cannot be converted to type ",
             self.dtype(), " without overflow");
  }
  if (value.dtype() == self.dtype()) return where(mask, value, self);
  static const Op& to = find_op("to.dtype");
  return where(mask, call<Tensor>(to, value, self.dtype()), self);
}
Tensor masked_fill_number(const Tensor& self, const Tensor& mask, const Scalar& value) {
  return masked_fill_tensor(self, mask, wrapped_number(value));
}

Tensor nan_to_num(const Tensor& self, std::optional<double> nan, std::optional<double> posinf,
                  std::optional<double> neginf) {
  if (is_integral(self.dtype(), true)) return ops::conj_physical(self);
  const double limit = visit_dtype<kAllSet>(self.dtype(), [](auto tag) -> double {
    using T = typename decltype(tag)::type;
    if constexpr (is_complex_v<T>) {
      VT_THROW(NotImplemented, "nan_to_num of complex tensors is not implemented yet");
    } else {
      return static_cast<double>(std::numeric_limits<T>::max());
    }
  });
  return nan_to_num_row(self, nan.value_or(0.0), posinf.value_or(limit), neginf.value_or(-limit));
}

Tensor round_to_decimals(const Tensor& self, int64_t decimals) {
  if (decimals == 0) return round(self);
  return round_decimals(self, std::pow(10.0, static_cast<double>(std::llabs(decimals))), decimals < 0);
}

Tensor square(const Tensor& self) { return pow_scalar(self, 2); }
Tensor float_power(const Tensor& self, const Tensor& exponent) {
  static const Op& to = find_op("to.dtype");
  const bool complex = is_complex(self.dtype()) || is_complex(exponent.dtype());
  const DType wide = complex ? DType::complex128 : DType::float64;
  return ops::pow(call<Tensor>(to, self, wide), call<Tensor>(to, exponent, wide));
}
Tensor ldexp(const Tensor& self, const Tensor& other) { return self * ops::pow(wrapped_number(2.0), other); }
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
  static const Op& complex = find_op("complex");
  VT_CHECK(is_floating(radius.dtype()) && is_floating(angle.dtype()), Runtime,
           "Expected both inputs to be Half, Float or Double tensors but got ", radius.dtype(), " and ", angle.dtype());
  return call<Tensor>(complex, radius * cos(angle), radius * sin(angle));
}
// The neighbour of a 16-bit float is the next or previous number of its bits.
Tensor nextafter(const Tensor& self, const Tensor& other) {
  static const Op &to = find_op("to.dtype"), &view = find_op("view.dtype"), &ones_like = find_op("ones_like");
  const DType common = result_type(self, other);
  if (!is_reduced_floating(common)) return nextafter_row(self, other);
  auto bits = [](const Tensor& x) { return call<Tensor>(view, x, DType::int16); };
  const Tensor x = call<Tensor>(to, self, common), y = call<Tensor>(to, other, common);
  const Tensor smallest = call<Tensor>(view, call<Tensor>(ones_like, bits(y)), common);
  const Tensor away = call<Tensor>(to, (y > x) == (x > Scalar(0)), DType::int16);
  const Tensor moved = call<Tensor>(view, bits(x) + (away * Scalar(2) - Scalar(1)), common);
  const Tensor next = where(x == y, y, where(x == Scalar(0), copysign(smallest, y), moved));
  return where(isnan(x) | isnan(y), x + y, next);
}
Tensor positive(const Tensor& self) {
  VT_CHECK(self.dtype() != DType::bool_, Runtime, "The `+` operator, on a bool tensor is not supported.");
  return self;
}

// Another name for an op: PyTorch has both.
#define VT_ALIAS_1(schema, of) r.def(schema).composite(+[](const Tensor& self) -> Tensor { return ops::of(self); })
#define VT_ALIAS_2(schema, of) \
  r.def(schema).composite(+[](const Tensor& self, const Tensor& other) -> Tensor { return ops::of(self, other); })
#define VT_ALIAS_ALPHA(schema, of)                                                                      \
  r.def(schema).composite(+[](const Tensor& self, const Tensor& other, const Scalar& alpha) -> Tensor { \
    return ops::of(self, other, alpha);                                                                 \
  })

void register_aliases(Registry& r) {
  VT_ALIAS_1("absolute(Tensor self) -> Tensor", abs).inplace().out();
  VT_ALIAS_1("negative(Tensor self) -> Tensor", neg).inplace().out();
  VT_ALIAS_1("fix(Tensor self) -> Tensor", trunc).inplace().out();
  VT_ALIAS_1("arccos(Tensor self) -> Tensor", acos).inplace().out();
  VT_ALIAS_1("arcsin(Tensor self) -> Tensor", asin).inplace().out();
  VT_ALIAS_1("arctan(Tensor self) -> Tensor", atan).inplace().out();
  VT_ALIAS_1("arccosh(Tensor self) -> Tensor", acosh).inplace().out();
  VT_ALIAS_1("arcsinh(Tensor self) -> Tensor", asinh).inplace().out();
  VT_ALIAS_1("arctanh(Tensor self) -> Tensor", atanh).inplace().out();
  VT_ALIAS_1("special_expit(Tensor self) -> Tensor", sigmoid).inplace().out();
  VT_ALIAS_2("multiply.Tensor(Tensor self, Tensor other) -> Tensor", mul).inplace().out();
  VT_ALIAS_2("divide.Tensor(Tensor self, Tensor other) -> Tensor", div).inplace().out();
  VT_ALIAS_2("true_divide.Tensor(Tensor self, Tensor other) -> Tensor", div).inplace().out();
  VT_ALIAS_2("greater.Tensor(Tensor self, Tensor other) -> Tensor", gt).inplace().out();
  VT_ALIAS_2("greater_equal.Tensor(Tensor self, Tensor other) -> Tensor", ge).inplace().out();
  VT_ALIAS_2("less.Tensor(Tensor self, Tensor other) -> Tensor", lt).inplace().out();
  VT_ALIAS_2("less_equal.Tensor(Tensor self, Tensor other) -> Tensor", le).inplace().out();
  VT_ALIAS_2("not_equal.Tensor(Tensor self, Tensor other) -> Tensor", ne).inplace().out();
  VT_ALIAS_2("arctan2.Tensor(Tensor self, Tensor other) -> Tensor", atan2).inplace().out();
  VT_ALIAS_ALPHA("subtract.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor", sub).inplace().out();
}

Tensor conj_op(const Tensor& self) { return is_complex(self.dtype()) ? ops::conj_physical(self) : self; }

// PyTorch's autocast lists.
void set_autocast(Registry& r) {
  for (const char* op :
       {"acos", "asin", "cosh", "erfinv", "exp", "expm1", "log", "log10", "log2", "log1p", "rsqrt", "sinh", "tan",
        "reciprocal", "softplus", "pow.Tensor_Scalar", "pow.Tensor_Tensor", "pow.Scalar"}) {
    r.at(op).autocast(AutocastPolicy::Float32OnCuda);
  }
  for (const char* op : {"addcdiv", "addcmul", "atan2"}) r.at(op).autocast(AutocastPolicy::Promote);
}

}  // namespace

void register_pointwise_composite(Registry& r) {
  register_row_loops();
  r.at("bitwise_not").boxed(bitwise_not_kernel);
  r.at("pow.Tensor_Scalar").boxed(pow_scalar_kernel);
  r.at("gelu").boxed(gelu_kernel<1>);
  r.at("gelu_backward").boxed(gelu_kernel<2>);
  r.def("pow.Scalar(Scalar self, Tensor exponent) -> Tensor").composite(pow_of_number).out();
  r.def("div.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor")
      .composite(div_mode)
      .inplace()
      .out();
  r.def("clamp(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor").composite(clamp).inplace().out();
  r.def("clamp.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor")
      .composite(clamp_by_tensors)
      .inplace()
      .out();
  r.def("clip(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor").composite(clamp).inplace().out();
  r.def("masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor").composite(masked_fill_number).inplace();
  r.def("masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> Tensor").composite(masked_fill_tensor).inplace();
  r.def("nan_to_num(Tensor self, float? nan=None, float? posinf=None, float? neginf=None) -> Tensor")
      .composite(nan_to_num)
      .inplace()
      .out();
  r.def("round.decimals(Tensor self, *, int decimals) -> Tensor").composite(round_to_decimals).inplace().out();
  r.def("square(Tensor self) -> Tensor").composite(square).inplace().out();
  r.def("float_power.Tensor_Tensor(Tensor self, Tensor exponent) -> Tensor").composite(float_power).out();
  r.def("ldexp.Tensor(Tensor self, Tensor other) -> Tensor").composite(ldexp).inplace().out();
  r.def("relu6(Tensor self) -> Tensor").composite(relu6).inplace();
  r.def("selu(Tensor self) -> Tensor").composite(selu).inplace();
  r.def("celu(Tensor self, Scalar alpha=1.0) -> Tensor").composite(celu).inplace();
  r.def("tanhshrink(Tensor self) -> Tensor").composite(tanhshrink);
  r.def("positive(Tensor self) -> Tensor").composite(positive);
  r.def("nextafter(Tensor self, Tensor other) -> Tensor").composite(nextafter).inplace().out();
  r.def("polar(Tensor abs, Tensor angle) -> Tensor").composite(polar).function_only();
  r.def("conj(Tensor self) -> Tensor").composite(conj_op);
  register_aliases(r);
  set_autocast(r);
}

}  // namespace vt
