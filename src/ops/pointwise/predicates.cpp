// Questions about values: which elements are close, real or among others, and whether two tensors are the same.
#include "dispatch/registry.h"
#include "iter/promotion.h"
#include "ops/copy/copy.h"
#include "ops/pointwise/gradients.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/index.h"
#include "ops/typed/reduce.h"
#include "ops/typed/sort.h"
#include "ops/typed/view.h"

namespace vt::pointwise {
namespace {

Tensor isclose(const Tensor& self, const Tensor& other, double rtol, double atol, bool equal_nan) {
  VT_CHECK(self.dtype() == other.dtype(), Runtime, self.dtype(), " did not match ", other.dtype());
  VT_CHECK(rtol >= 0 && atol >= 0, Runtime, "rtol and atol must be greater than or equal to zero, but got ", rtol,
           " and ", atol);
  Tensor close = self == other;
  if (equal_nan && is_differentiable(self.dtype())) close = close | (isnan(self) & isnan(other));
  if (rtol == 0 && atol == 0) return close;
  const bool integral = is_integral(self.dtype(), true);
  const Tensor a = integral ? self * 1.0 : self, b = integral ? other * 1.0 : other;
  const Tensor error = abs(a - b);
  return close | (isfinite(error) & (error <= atol + abs(b) * rtol));
}

Scalar all_true(const Tensor& mask) { return ops::item(ops::all(mask)); }

Scalar allclose(const Tensor& self, const Tensor& other, double rtol, double atol, bool equal_nan) {
  return all_true(isclose(self, other, rtol, atol, equal_nan));
}

DType signed_of_size(size_t bytes) { return bytes == 2 ? DType::int16 : bytes == 4 ? DType::int32 : DType::int64; }

Scalar equal(const Tensor& self, const Tensor& other) {
  VT_CHECK(self.device() == other.device(), Runtime,
           "Cannot compare two tensors on different devices. Got: ", self.device(), " and ", other.device());
  if (!same(self.sizes(), other.sizes())) return Scalar(false);
  // Nothing compares in a stored dtype; two integers are equal if their bits are.
  if (is_stored_only(self.dtype()) && is_integral(self.dtype()) && self.dtype() == other.dtype()) {
    const DType bits = signed_of_size(size_of(self.dtype()));
    return all_true(ops::view(self, bits) == ops::view(other, bits));
  }
  return all_true(self == other);
}

Scalar is_same_size(const Tensor& self, const Tensor& other) { return Scalar(same(self.sizes(), other.sizes())); }

Scalar is_nonzero(const Tensor& self) {
  VT_CHECK(self.numel() != 0, Runtime, "Boolean value of Tensor with no values is ambiguous");
  VT_CHECK(self.numel() == 1, Runtime, "Boolean value of Tensor with more than one value is ambiguous");
  return Scalar(ops::item(self).to_bool());
}

Tensor isreal(const Tensor& self) {
  if (is_complex(self.dtype())) return ops::imag(self) == 0;
  return ops::ones_like(self, DType::bool_);
}

// Each element is looked up in the sorted other ones, which asks no more of them if they are promised to be unique.
void check_isin_dtype(const Tensor& a, const Tensor& b) {
  const DType common = result_type(a, b);
  VT_CHECK(common != DType::bool_ && !is_complex(common), Runtime,
           "Unsupported input type encountered for isin(): ", common);
}
Tensor isin(const Tensor& elements, const Tensor& test_elements, bool /*assume_unique*/, bool invert) {
  check_isin_dtype(elements, test_elements);
  const DType common = result_type(elements, test_elements);
  Tensor found;
  if (test_elements.numel() == 0 || elements.numel() == 0) {
    found = ops::zeros_like(elements, DType::bool_);
  } else {
    const int64_t flat = -1;
    const Tensor values = ops::as_dtype(elements, common);
    const Tensor row = ops::reshape(ops::as_dtype(test_elements, common), IntSpan(&flat, 1));
    const Tensor sorted = std::get<0>(ops::sort(row));
    const Tensor at = clamp_max(ops::searchsorted(sorted, values), Scalar(row.numel() - 1));
    found = ops::take(sorted, at) == values;
  }
  return invert ? logical_not(found) : found;
}
Tensor isin_number(const Tensor& elements, const Scalar& test_element, bool /*assume_unique*/, bool invert) {
  const Tensor number = wrapped_number(test_element);
  check_isin_dtype(elements, number);
  return invert ? elements != number : elements == number;
}
Tensor number_isin(const Scalar& element, const Tensor& test_elements, bool /*assume_unique*/, bool invert) {
  const Tensor number = wrapped_number(element);
  check_isin_dtype(number, test_elements);
  return invert ? ops::all(test_elements != number) : ops::any(test_elements == number);
}

}  // namespace

void register_predicates(Registry& r) {
  r.def("isclose(Tensor self, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False) -> Tensor")
      .composite(isclose);
  r.def("allclose(Tensor self, Tensor other, float rtol=1e-05, float atol=1e-08, bool equal_nan=False) -> Scalar")
      .composite(allclose)
      .value_dependent();
  r.def("equal(Tensor self, Tensor other) -> Scalar").composite(equal).value_dependent();
  r.def("is_same_size(Tensor self, Tensor other) -> Scalar").composite(is_same_size);
  r.def("is_nonzero(Tensor self) -> Scalar").composite(is_nonzero).value_dependent();
  r.def("isreal(Tensor self) -> Tensor").composite(isreal);
  r.def(
       "isin.Tensor_Tensor(Tensor|Scalar elements, Tensor|Scalar test_elements, *, bool assume_unique=False, bool invert=False) -> Tensor")
      .composite(isin)
      .out()
      .function_only();
  r.def(
       "isin.Tensor_Scalar(Tensor|Scalar elements, Scalar test_element, *, bool assume_unique=False, bool invert=False) -> Tensor")
      .composite(isin_number)
      .out()
      .function_only();
  r.def(
       "isin.Scalar_Tensor(Scalar element, Tensor|Scalar test_elements, *, bool assume_unique=False, bool invert=False) -> Tensor")
      .composite(number_isin)
      .out()
      .function_only();
}

}  // namespace vt::pointwise

namespace vt {
void register_pointwise_predicates(Registry& r) { pointwise::register_predicates(r); }
}  // namespace vt
