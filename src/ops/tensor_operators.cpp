#include "ops/tensor_operators.h"

#include "dispatch/dispatch.h"

namespace vt {

#define VT_TENSOR_OPERATOR(symbol, name)                                                          \
  Tensor operator symbol(const Tensor& a, const Tensor& b) {                                      \
    static const Op& op = find_op(name);                                                          \
    return call<Tensor>(op, a, b);                                                                \
  }                                                                                               \
  Tensor operator symbol(const Tensor& a, const Scalar& b) { return a symbol wrapped_number(b); } \
  Tensor operator symbol(const Scalar& a, const Tensor& b) { return wrapped_number(a) symbol b; }
VT_TENSOR_OPERATOR(+, "add.Tensor")
VT_TENSOR_OPERATOR(-, "sub.Tensor")
VT_TENSOR_OPERATOR(*, "mul.Tensor")
VT_TENSOR_OPERATOR(/, "div.Tensor")
VT_TENSOR_OPERATOR(>, "gt.Tensor")
VT_TENSOR_OPERATOR(>=, "ge.Tensor")
VT_TENSOR_OPERATOR(<, "lt.Tensor")
VT_TENSOR_OPERATOR(<=, "le.Tensor")
VT_TENSOR_OPERATOR(==, "eq.Tensor")
VT_TENSOR_OPERATOR(!=, "ne.Tensor")
#undef VT_TENSOR_OPERATOR

Tensor operator-(const Tensor& a) {
  static const Op& op = find_op("neg");
  return call<Tensor>(op, a);
}
Tensor operator&(const Tensor& a, const Tensor& b) {
  static const Op& op = find_op("bitwise_and.Tensor");
  return call<Tensor>(op, a, b);
}
Tensor operator|(const Tensor& a, const Tensor& b) {
  static const Op& op = find_op("bitwise_or.Tensor");
  return call<Tensor>(op, a, b);
}
Tensor operator~(const Tensor& a) {
  static const Op& op = find_op("bitwise_not");
  return call<Tensor>(op, a);
}

}  // namespace vt
