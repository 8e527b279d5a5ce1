// torch.special: its rows, what is written in terms of them, and its names for ops of torch.
#include "ops/typed/special.h"
#include "ops/copy/copy.h"
#include "ops/pointwise/number_first.h"
#include "ops/pointwise/rows_register.h"
#include "ops/special/functions.h"

namespace vt::pointwise {
namespace {

[[noreturn]] Tensor not_differentiable_by(const char* op, const char* argument) {
  VT_THROW(NotImplemented, "the derivative of ", op, " by ", argument, " is not implemented");
}
// log(1 + y), 0 where x == 0 and y <= -1
Tensor xlog1py_slope(const Tensor& x, const Tensor& y) { return unless((x == 0) & (y <= -1), ops::log1p(y)); }
// I1' = I0 - I1 / x, which is a half at 0, and to the last digit near it, where 1 / x may be infinite.
Tensor is_near_zero(const Tensor& x) { return ops::abs(x) < Scalar(1e-17); }
Tensor wide(const Tensor& t) { return ops::as_dtype(t, opmath_dtype(t.dtype())); }
Tensor i1_gradient(const Tensor& grad, const Tensor& x, const Tensor& result) {
  if (is_reduced_floating(x.dtype())) {
    return ops::as_dtype(i1_gradient(wide(grad), wide(x), ops::special_i1(wide(x))), x.dtype());
  }
  return grad * where(is_near_zero(x), wrapped_number(0.5), ops::i0(x) - result / x);
}
Tensor i1e_gradient(const Tensor& grad, const Tensor& x, const Tensor& result) {
  if (is_reduced_floating(x.dtype())) {
    return ops::as_dtype(i1e_gradient(wide(grad), wide(x), ops::special_i1e(wide(x))), x.dtype());
  }
  return grad * where(is_near_zero(x), wrapped_number(0.5), ops::special_i0e(x) - result * (ops::sign(x) + 1 / x));
}

}  // namespace
}  // namespace vt::pointwise

#include "ops/special/functions.def"

namespace vt::pointwise {
namespace {

Tensor polygamma(int64_t n, const Tensor& self) {
  VT_CHECK(n >= 0, Runtime, "polygamma(n, x) does not support negative n.");
  return ops::_polygamma(self, static_cast<double>(n));
}
Tensor polygamma_of(const Tensor& self, int64_t n) { return polygamma(n, self); }

// The logarithm of the gamma function of p dimensions: a product of p gamma functions, half a step apart.
Tensor mvlgamma(const Tensor& self, int64_t p) {
  VT_CHECK(p >= 1, Runtime, "p has to be greater than or equal to 1");
  const double dims = static_cast<double>(p);
  Tensor sum = ops::lgamma(self) + Scalar(dims * (dims - 1) / 4 * std::log(kPi));
  for (int64_t i = 1; i < p; ++i) sum = sum + ops::lgamma(self - Scalar(0.5 * static_cast<double>(i)));
  return sum;
}

std::tuple<Tensor, Tensor> frexp(const Tensor& self) {
  VT_CHECK(is_floating(self.dtype()), Runtime, "torch.frexp() only supports floating-point dtypes");
  return {ops::_frexp_mantissa(self), ops::as_dtype(ops::_frexp_exponent(self), DType::int32)};
}
Tensor xlogy(const Tensor& self, const Tensor& other) { return ops::xlogy(self, other); }
Tensor rounded(const Tensor& self, int64_t decimals) { return ops::round(self, decimals); }

template <Tensor (*op)(const Tensor&, const Tensor&)>
void declare_number_first(Registry& r, const char* schema) {
  r.def(schema).composite(of_number<op>).surface(kSpecial).out();
}

void register_numbers_first(Registry& r) {
  declare_number_first<ops::xlogy>(r, "special_xlogy.self_scalar(Scalar self, Tensor other) -> Tensor");
  declare_number_first<ops::special_xlog1py>(r, "special_xlog1py.self_scalar(Scalar self, Tensor other) -> Tensor");
  declare_number_first<ops::special_zeta>(r, "special_zeta.self_scalar(Scalar self, Tensor other) -> Tensor");
  declare_number_first<ops::special_chebyshev_polynomial_t>(
      r, "special_chebyshev_polynomial_t.x_scalar(Scalar x, Tensor n) -> Tensor");
  declare_number_first<ops::special_chebyshev_polynomial_u>(
      r, "special_chebyshev_polynomial_u.x_scalar(Scalar x, Tensor n) -> Tensor");
  declare_number_first<ops::special_chebyshev_polynomial_v>(
      r, "special_chebyshev_polynomial_v.x_scalar(Scalar x, Tensor n) -> Tensor");
  declare_number_first<ops::special_chebyshev_polynomial_w>(
      r, "special_chebyshev_polynomial_w.x_scalar(Scalar x, Tensor n) -> Tensor");
  declare_number_first<ops::special_shifted_chebyshev_polynomial_t>(
      r, "special_shifted_chebyshev_polynomial_t.x_scalar(Scalar x, Tensor n) -> Tensor");
  declare_number_first<ops::special_shifted_chebyshev_polynomial_u>(
      r, "special_shifted_chebyshev_polynomial_u.x_scalar(Scalar x, Tensor n) -> Tensor");
  declare_number_first<ops::special_shifted_chebyshev_polynomial_v>(
      r, "special_shifted_chebyshev_polynomial_v.x_scalar(Scalar x, Tensor n) -> Tensor");
  declare_number_first<ops::special_shifted_chebyshev_polynomial_w>(
      r, "special_shifted_chebyshev_polynomial_w.x_scalar(Scalar x, Tensor n) -> Tensor");
  declare_number_first<ops::special_hermite_polynomial_h>(
      r, "special_hermite_polynomial_h.x_scalar(Scalar x, Tensor n) -> Tensor");
  declare_number_first<ops::special_hermite_polynomial_he>(
      r, "special_hermite_polynomial_he.x_scalar(Scalar x, Tensor n) -> Tensor");
  declare_number_first<ops::special_laguerre_polynomial_l>(
      r, "special_laguerre_polynomial_l.x_scalar(Scalar x, Tensor n) -> Tensor");
  declare_number_first<ops::special_legendre_polynomial_p>(
      r, "special_legendre_polynomial_p.x_scalar(Scalar x, Tensor n) -> Tensor");
}

}  // namespace

void register_special(Registry& r) {
  register_numbers_first(r);
  r.def("polygamma(int n, Tensor self) -> Tensor").composite(polygamma).function_only().out();
  r.def("polygamma.method(Tensor self, int n) -> Tensor")
      .composite(polygamma_of)
      .method_only()
      .inplace()
      .inplace_surface(kMethod);
  r.def("frexp.Tensor(Tensor self) -> (Tensor mantissa, Tensor exponent)").composite(frexp).out();
  r.def("mvlgamma(Tensor self, int p) -> Tensor").composite(mvlgamma).inplace().inplace_surface(kMethod).out();
  r.def("special_polygamma(int n, Tensor self) -> Tensor").composite(polygamma).surface(kSpecial).out();
  r.def("special_multigammaln(Tensor self, int p) -> Tensor").composite(mvlgamma).surface(kSpecial).out();
  r.def("special_digamma(Tensor self) -> Tensor").composite(ops::digamma).surface(kSpecial).out();
  r.def("special_psi(Tensor self) -> Tensor").composite(ops::digamma).surface(kSpecial).out();
  r.def("special_gammaln(Tensor self) -> Tensor").composite(ops::lgamma).surface(kSpecial).out();
  r.def("special_erf(Tensor self) -> Tensor").composite(ops::erf).surface(kSpecial).out();
  r.def("special_erfc(Tensor self) -> Tensor").composite(ops::erfc).surface(kSpecial).out();
  r.def("special_erfinv(Tensor self) -> Tensor").composite(ops::erfinv).surface(kSpecial).out();
  r.def("special_exp2(Tensor self) -> Tensor").composite(ops::exp2).surface(kSpecial).out();
  r.def("special_expm1(Tensor self) -> Tensor").composite(ops::expm1).surface(kSpecial).out();
  r.def("special_log1p(Tensor self) -> Tensor").composite(ops::log1p).surface(kSpecial).out();
  r.def("special_sinc(Tensor self) -> Tensor").composite(ops::sinc).surface(kSpecial).out();
  r.def("special_i0(Tensor self) -> Tensor").composite(ops::i0).surface(kSpecial).out();
  r.def("special_logit(Tensor self, float? eps=None) -> Tensor").composite(ops::logit).surface(kSpecial).out();
  r.def("special_xlogy(Tensor self, Tensor|Scalar other) -> Tensor").composite(xlogy).surface(kSpecial).out();
  r.def("special_round(Tensor self, *, int decimals=0) -> Tensor").composite(rounded).surface(kSpecial).out();
  r.def("special_gammainc(Tensor self, Tensor other) -> Tensor").composite(ops::igamma).surface(kSpecial).out();
  r.def("special_gammaincc(Tensor self, Tensor other) -> Tensor").composite(ops::igammac).surface(kSpecial).out();
}

}  // namespace vt::pointwise

namespace vt {

void register_special_functions(Registry& r) {
  VT_ADD_ROWS(r);
  pointwise::register_special(r);
}

}  // namespace vt
