// Arithmetic and comparisons on tensors and numbers, for derivatives and composite ops: `grad * (1.0 - result *
// result)`. Every one is a dispatched call. Numbers promote like Python numbers.
#pragma once

#include "core/tensor.h"

namespace vt {

#define VT_TENSOR_OPERATOR(op)                                 \
  VT_API Tensor operator op(const Tensor& a, const Tensor& b); \
  VT_API Tensor operator op(const Tensor& a, const Scalar& b); \
  VT_API Tensor operator op(const Scalar& a, const Tensor& b);
VT_TENSOR_OPERATOR(+)
VT_TENSOR_OPERATOR(-)
VT_TENSOR_OPERATOR(*)
VT_TENSOR_OPERATOR(/)
VT_TENSOR_OPERATOR(>)
VT_TENSOR_OPERATOR(>=)
VT_TENSOR_OPERATOR(<)
VT_TENSOR_OPERATOR(<=)
VT_TENSOR_OPERATOR(==)
VT_TENSOR_OPERATOR(!=)
#undef VT_TENSOR_OPERATOR
VT_API Tensor operator-(const Tensor& a);
VT_API Tensor operator&(const Tensor& a, const Tensor& b);
VT_API Tensor operator|(const Tensor& a, const Tensor& b);
VT_API Tensor operator~(const Tensor& a);

}  // namespace vt
