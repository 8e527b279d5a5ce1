#include "iter/promotion.h"

namespace vt {

void PromotionState::Class::add(DType d) {
  dtype = present ? promote(dtype, d) : d;
  present = true;
}

void PromotionState::add(const TensorImpl& t) {
  DType d = t.dtype();
  if (t.is_wrapped_number()) {
    if (is_complex(d)) d = to_complex(default_dtype());
    if (is_floating(d)) d = default_dtype();
    wrapped_.add(d);
  } else if (t.sizes().empty()) {
    zero_dim_.add(d);
  } else {
    dimensioned_.add(d);
  }
}

void PromotionState::add(const Scalar& number) { wrapped_.add(number.dtype()); }

PromotionState::Class PromotionState::combine(const Class& higher, const Class& lower) {
  if (!higher.present) return lower;
  if (!lower.present || is_complex(higher.dtype)) return higher;
  if (is_floating(higher.dtype)) {
    return is_complex(lower.dtype) ? Class{to_complex(higher.dtype), true} : higher;
  }
  if (higher.dtype == DType::bool_ || is_floating(lower.dtype) || is_complex(lower.dtype)) {
    return {promote(higher.dtype, lower.dtype), true};
  }
  return higher;
}

DType PromotionState::result() const {
  const Class all = combine(dimensioned_, combine(zero_dim_, wrapped_));
  VT_ASSERT(all.present, "promotion over no operands");
  return all.dtype;
}

DType result_type(TensorSpan tensors) {
  PromotionState state;
  for (const Tensor& t : tensors) state.add(*t.impl());
  return state.result();
}

DType result_type(const Tensor& a, const Tensor& b) {
  PromotionState state;
  state.add(*a.impl());
  state.add(*b.impl());
  return state.result();
}

}  // namespace vt
