#include "ops/tensor_operators.h"

#include "ops/typed/pointwise.h"

namespace vt {

#define VT_TENSOR_OPERATOR(symbol, op)                                                            \
  Tensor operator symbol(const Tensor& a, const Tensor& b) { return ops::op(a, b); }              \
  Tensor operator symbol(const Tensor& a, const Scalar& b) { return a symbol wrapped_number(b); } \
  Tensor operator symbol(const Scalar& a, const Tensor& b) { return wrapped_number(a) symbol b; }
VT_TENSOR_OPERATOR(+, add)
VT_TENSOR_OPERATOR(-, sub)
VT_TENSOR_OPERATOR(*, mul)
VT_TENSOR_OPERATOR(/, div)
VT_TENSOR_OPERATOR(>, gt)
VT_TENSOR_OPERATOR(>=, ge)
VT_TENSOR_OPERATOR(<, lt)
VT_TENSOR_OPERATOR(<=, le)
VT_TENSOR_OPERATOR(==, eq)
VT_TENSOR_OPERATOR(!=, ne)
#undef VT_TENSOR_OPERATOR

Tensor operator-(const Tensor& a) { return ops::neg(a); }
Tensor operator&(const Tensor& a, const Tensor& b) { return ops::bitwise_and(a, b); }
Tensor operator|(const Tensor& a, const Tensor& b) { return ops::bitwise_or(a, b); }
Tensor operator~(const Tensor& a) { return ops::bitwise_not(a); }

}  // namespace vt
