// The lists of tensors that optimizers compute with: each op of the pointwise tables on every tensor of a list.
#include "dispatch/registry.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"

namespace vt {
namespace {

using Tensors = std::vector<Tensor>;

void check_lists(TensorSpan self, std::initializer_list<TensorSpan> others) {
  VT_CHECK(!self.empty(), Runtime, "Tensor list must have at least one tensor.");
  for (const TensorSpan other : others) {
    VT_CHECK(other.size() == self.size(), Runtime, "Tensor lists must have the same number of tensors, got ",
             self.size(), " and ", other.size());
  }
}

template <class F>
Tensors gathered(TensorSpan self, const F& f) {
  Tensors out;
  out.reserve(self.size());
  for (size_t i = 0; i < self.size(); ++i) out.push_back(f(i));
  return out;
}

Tensor plus(const Tensor& a, const Tensor& b) { return a + b; }
// PyTorch has these for lists alone.
// What is read of a tensor that is written over next: a derivative that keeps it needs the old values.
Tensor before_writing(const Tensor& a, const Tensor& b) {
  return a.requires_grad() || b.requires_grad() ? ops::clone(a) : a;
}
Tensor maximum_(const Tensor& a, const Tensor& b) { return ops::copy_(a, ops::maximum(before_writing(a, b), b)); }
Tensor minimum_(const Tensor& a, const Tensor& b) { return ops::copy_(a, ops::minimum(before_writing(a, b), b)); }

// `op` is the functional entry; `op_` writes over the first tensor and its result is dropped.
template <Tensor (*op)(const Tensor&)>
Tensors each(TensorSpan self) {
  check_lists(self, {});
  return gathered(self, [&](size_t i) { return op(self[i]); });
}
template <Tensor (*op_)(const Tensor&)>
void each_(TensorSpan self) {
  check_lists(self, {});
  for (const Tensor& t : self) op_(t);
}

template <Tensor (*op)(const Tensor&, const Tensor&)>
Tensors each_with_list(TensorSpan self, TensorSpan other) {
  check_lists(self, {other});
  return gathered(self, [&](size_t i) { return op(self[i], other[i]); });
}
template <Tensor (*op_)(const Tensor&, const Tensor&)>
void each_with_list_(TensorSpan self, TensorSpan other) {
  check_lists(self, {other});
  for (size_t i = 0; i < self.size(); ++i) op_(self[i], other[i]);
}

template <Tensor (*op)(const Tensor&, const Tensor&)>
Tensors each_with_number(TensorSpan self, const Scalar& number) {
  check_lists(self, {});
  const Tensor other = wrapped_number(number);
  return gathered(self, [&](size_t i) { return op(self[i], other); });
}
template <Tensor (*op_)(const Tensor&, const Tensor&)>
void each_with_number_(TensorSpan self, const Scalar& number) {
  check_lists(self, {});
  const Tensor other = wrapped_number(number);
  for (const Tensor& t : self) op_(t, other);
}

template <Tensor (*op)(const Tensor&, const Tensor&, const Scalar&)>
Tensors each_scaled(TensorSpan self, TensorSpan other, const Scalar& alpha) {
  check_lists(self, {other});
  return gathered(self, [&](size_t i) { return op(self[i], other[i], alpha); });
}
template <Tensor (*op_)(const Tensor&, const Tensor&, const Scalar&)>
void each_scaled_(TensorSpan self, TensorSpan other, const Scalar& alpha) {
  check_lists(self, {other});
  for (size_t i = 0; i < self.size(); ++i) op_(self[i], other[i], alpha);
}

template <Tensor (*op)(const Tensor&, const Tensor&, const Tensor&, const Scalar&)>
Tensors each_of_three(TensorSpan self, TensorSpan tensor1, TensorSpan tensor2, const Scalar& value) {
  check_lists(self, {tensor1, tensor2});
  return gathered(self, [&](size_t i) { return op(self[i], tensor1[i], tensor2[i], value); });
}
template <Tensor (*op_)(const Tensor&, const Tensor&, const Tensor&, const Scalar&)>
void each_of_three_(TensorSpan self, TensorSpan tensor1, TensorSpan tensor2, const Scalar& value) {
  check_lists(self, {tensor1, tensor2});
  for (size_t i = 0; i < self.size(); ++i) op_(self[i], tensor1[i], tensor2[i], value);
}

}  // namespace

void register_foreach_pointwise(Registry& r) {
  // clang-format off
  r.def("_foreach_abs(Tensor[] self) -> Tensor[]").composite(each<ops::abs>).function_only();
  r.def("_foreach_abs_(Tensor(a!)[] self) -> ()").composite(each_<ops::abs_>).function_only();
  r.def("_foreach_exp(Tensor[] self) -> Tensor[]").composite(each<ops::exp>).function_only();
  r.def("_foreach_exp_(Tensor(a!)[] self) -> ()").composite(each_<ops::exp_>).function_only();
  r.def("_foreach_log(Tensor[] self) -> Tensor[]").composite(each<ops::log>).function_only();
  r.def("_foreach_log_(Tensor(a!)[] self) -> ()").composite(each_<ops::log_>).function_only();
  r.def("_foreach_neg(Tensor[] self) -> Tensor[]").composite(each<ops::neg>).function_only();
  r.def("_foreach_neg_(Tensor(a!)[] self) -> ()").composite(each_<ops::neg_>).function_only();
  r.def("_foreach_reciprocal(Tensor[] self) -> Tensor[]").composite(each<ops::reciprocal>).function_only();
  r.def("_foreach_reciprocal_(Tensor(a!)[] self) -> ()").composite(each_<ops::reciprocal_>).function_only();
  r.def("_foreach_rsqrt(Tensor[] self) -> Tensor[]").composite(each<ops::rsqrt>).function_only();
  r.def("_foreach_rsqrt_(Tensor(a!)[] self) -> ()").composite(each_<ops::rsqrt_>).function_only();
  r.def("_foreach_sign(Tensor[] self) -> Tensor[]").composite(each<ops::sign>).function_only();
  r.def("_foreach_sign_(Tensor(a!)[] self) -> ()").composite(each_<ops::sign_>).function_only();
  r.def("_foreach_sqrt(Tensor[] self) -> Tensor[]").composite(each<ops::sqrt>).function_only();
  r.def("_foreach_sqrt_(Tensor(a!)[] self) -> ()").composite(each_<ops::sqrt_>).function_only();

  r.def("_foreach_mul.List(Tensor[] self, Tensor[] other) -> Tensor[]").composite(each_with_list<ops::mul>).function_only();
  r.def("_foreach_mul_.List(Tensor(a!)[] self, Tensor[] other) -> ()").composite(each_with_list_<ops::mul_>).function_only();
  r.def("_foreach_div.List(Tensor[] self, Tensor[] other) -> Tensor[]").composite(each_with_list<ops::div>).function_only();
  r.def("_foreach_div_.List(Tensor(a!)[] self, Tensor[] other) -> ()").composite(each_with_list_<ops::div_>).function_only();
  r.def("_foreach_maximum.List(Tensor[] self, Tensor[] other) -> Tensor[]").composite(each_with_list<ops::maximum>).function_only();
  r.def("_foreach_maximum_.List(Tensor(a!)[] self, Tensor[] other) -> ()").composite(each_with_list_<maximum_>).function_only();
  r.def("_foreach_minimum.List(Tensor[] self, Tensor[] other) -> Tensor[]").composite(each_with_list<ops::minimum>).function_only();
  r.def("_foreach_minimum_.List(Tensor(a!)[] self, Tensor[] other) -> ()").composite(each_with_list_<minimum_>).function_only();

  r.def("_foreach_add.Scalar(Tensor[] self, Scalar scalar) -> Tensor[]").composite(each_with_number<plus>).function_only();
  r.def("_foreach_mul.Scalar(Tensor[] self, Scalar scalar) -> Tensor[]").composite(each_with_number<ops::mul>).function_only();
  r.def("_foreach_div.Scalar(Tensor[] self, Scalar scalar) -> Tensor[]").composite(each_with_number<ops::div>).function_only();
  r.def("_foreach_div_.Scalar(Tensor(a!)[] self, Scalar scalar) -> ()").composite(each_with_number_<ops::div_>).function_only();

  r.def("_foreach_add.List(Tensor[] self, Tensor[] other, *, Scalar alpha=1) -> Tensor[]").composite(each_scaled<ops::add>).function_only();
  r.def("_foreach_add_.List(Tensor(a!)[] self, Tensor[] other, *, Scalar alpha=1) -> ()").composite(each_scaled_<ops::add_>).function_only();
  r.def("_foreach_sub.List(Tensor[] self, Tensor[] other, *, Scalar alpha=1) -> Tensor[]").composite(each_scaled<ops::sub>).function_only();
  r.def("_foreach_sub_.List(Tensor(a!)[] self, Tensor[] other, *, Scalar alpha=1) -> ()").composite(each_scaled_<ops::sub_>).function_only();
  r.def("_foreach_lerp.Scalar(Tensor[] self, Tensor[] tensors1, Scalar weight) -> Tensor[]").composite(each_scaled<ops::lerp>).function_only();
  r.def("_foreach_lerp_.Scalar(Tensor(a!)[] self, Tensor[] tensors1, Scalar weight) -> ()").composite(each_scaled_<ops::lerp_>).function_only();

  r.def("_foreach_addcdiv.Scalar(Tensor[] self, Tensor[] tensor1, Tensor[] tensor2, Scalar value=1) -> Tensor[]").composite(each_of_three<ops::addcdiv>).function_only();
  r.def("_foreach_addcdiv_.Scalar(Tensor(a!)[] self, Tensor[] tensor1, Tensor[] tensor2, Scalar value=1) -> ()").composite(each_of_three_<ops::addcdiv_>).function_only();
  r.def("_foreach_addcmul.Scalar(Tensor[] self, Tensor[] tensor1, Tensor[] tensor2, Scalar value=1) -> Tensor[]").composite(each_of_three<ops::addcmul>).function_only();
  r.def("_foreach_addcmul_.Scalar(Tensor(a!)[] self, Tensor[] tensor1, Tensor[] tensor2, Scalar value=1) -> ()").composite(each_of_three_<ops::addcmul_>).function_only();
  // clang-format on
}

}  // namespace vt
