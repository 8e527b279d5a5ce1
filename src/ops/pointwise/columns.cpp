#include "ops/pointwise/columns.h"

#include <cmath>

#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/copy/read_at_once.h"
#include "ops/copy/scalar_fits.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/reduce.h"

namespace vt::pointwise {
namespace {

bool is_bool(const Value& v) { return v.as_tensor().dtype() == DType::bool_; }

}  // namespace

void check_alpha(const Call& call, DType common) {
  const Value& alpha = call.args[2];
  VT_CHECK(alpha.tag != Tag::Bool || common == DType::bool_, Runtime,
           "Boolean alpha only supported for Boolean results.");
  VT_CHECK(is_differentiable(common) || alpha.tag == Tag::Int || alpha.tag == Tag::Bool, Runtime,
           "For integral input tensors, argument alpha must not be a floating point number.");
  VT_CHECK(is_complex(common) || alpha.tag != Tag::Complex, Runtime,
           "For non-complex input tensors, argument alpha must not be a complex number.");
}

void check_sub(const Call& call, DType common) {
  const bool first = is_bool(call.args[0]), second = is_bool(call.args[1]);
  VT_CHECK(
      !first || !second, Runtime,
      "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator "
      "instead.");
  VT_CHECK(
      !first && !second, Runtime,
      "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the "
      "`~` or `logical_not()` operator instead.");
  check_alpha(call, common);
}

void check_exponent(const Call& call, DType common) {
  VT_CHECK(!is_integral(common, true) || Unbox<Scalar>::get(call.args[1]).to_int() >= 0, Runtime,
           "Integers to negative integer powers are not allowed.");
}

void check_neg(const Call&, DType common) {
  VT_CHECK(common != DType::bool_, Runtime,
           "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the "
           "`~` or "
           "`logical_not()` operator instead.");
}

void check_divisor(const Call& call, DType common) {
  Tensor divisor = call.args[1].as_tensor();
  if (!is_integral(common) || !is_read_at_once(divisor)) return;
  if (divisor.dtype() != common) divisor = vt::ops::as_dtype(divisor, common);  // as it is divided by
  VT_CHECK(*static_cast<const bool*>(vt::ops::all(divisor).data()), Runtime, "ZeroDivisionError");
}

void check_same_dtype(const Call& call, DType) {
  const DType self = call.args[0].as_tensor().dtype();
  for (int i = 1; i < call.op.functional().input_count(); ++i) {
    if (call.args[i].tag != Tag::Tensor) continue;
    const Tensor& t = call.args[i].as_tensor();
    VT_CHECK(t.dtype() == self || (i > 1 && t.dim() == 0), Runtime, "expected dtype ", self, " for `",
             call.op.schema().args()[i].name, "` but got dtype ", t.dtype());
  }
}

void check_chosen(const Call& call, DType common) {
  for (int i = 1; i <= 2; ++i) {
    const Tensor& t = call.args[i].as_tensor();
    if (t.impl()->is_wrapped_number()) check_number_fits(read_scalar(t), common);
  }
}

void check_threshold(const Call& call, DType common) { check_scalar_fits(number_of(call.args[2]), common); }

void check_lambda(const Call& call, DType common) {
  const double lambda = Unbox<Scalar>::get(call.args[1]).to_double(), most = largest_number(common);
  VT_CHECK(lambda >= 0 && lambda <= most, Runtime, "lambda must be in range [0, ", most, "] for input dtype ", common,
           ", but found ", lambda);
}

void check_eps(const Call& call, DType common) {
  if (!call.args[1].is_none()) check_scalar_fits(Unbox<Scalar>::get(call.args[1]), common);
}

void check_limits(const Call& call, DType common) {
  const Scalar low = Unbox<Scalar>::get(call.args[1]), high = Unbox<Scalar>::get(call.args[2]);
  VT_CHECK(common != DType::uint8 || (low.to_int() >= 0 && high.to_int() >= 0), Runtime,
           "cannot do hardtanh on an unsigned type with negative limits");
}

DType power_dtype(const Call& call, const Row& row, DType common) {
  const DType type = compute_dtype(common);
  if (common != DType::float32) return type;
  const double exponent = number_of(call.args[row.number_at[0]]).to_double();
  const bool fits = static_cast<double>(static_cast<float>(exponent)) == exponent || std::isnan(exponent);
  const bool is_even_in_float = std::abs(exponent) > 16777216.0;
  return fits || (call.key == Key::CUDA && !is_even_in_float) ? type : DType::float64;
}

}  // namespace vt::pointwise
