// Typed C++ entries of the pointwise rows, made from the tables: ops::exp(x), ops::mul(a, b), ops::gelu(x, "tanh").
#pragma once

#include "dispatch/dispatch.h"
#include "ops/tensor_operators.h"

namespace vt::ops {

namespace detail {
// "mul.Tensor(Tensor self, ...)" -> "mul.Tensor"
constexpr std::string_view name_of_schema(std::string_view schema) { return schema.substr(0, schema.find('(')); }
}  // namespace detail

// Arguments follow the schema; trailing ones take its defaults.
#define VT_ENTRY(id, name)                          \
  template <class... A>                             \
  Tensor id(const Tensor& self, const A&... rest) { \
    static const Op& op = find_op(name);            \
    return call<Tensor>(op, self, rest...);         \
  }
#define VT_UNARY(id, ...) VT_ENTRY(id, #id)
#define VT_UNARY_WITH(id, schema, ...) VT_ENTRY(id, detail::name_of_schema(schema))
#define VT_BINARY(id, schema, ...) VT_ENTRY(id, detail::name_of_schema(schema))
#define VT_TERNARY(id, schema, ...) VT_ENTRY(id, detail::name_of_schema(schema))
#define VT_SELECT(id, schema, ...) VT_ENTRY(id, detail::name_of_schema(schema))
#include "ops/pointwise/activation.def"
#include "ops/pointwise/arithmetic.def"
#include "ops/pointwise/comparison.def"
#include "ops/pointwise/math.def"
#include "ops/pointwise/rounding.def"
#include "ops/pointwise/selection.def"
#undef VT_UNARY
#undef VT_UNARY_WITH
#undef VT_BINARY
#undef VT_TERNARY
#undef VT_SELECT
#undef VT_ENTRY

// In-place forms and composites that C++ callers want.
inline Tensor add_(const Tensor& self, const Tensor& other) {
  static const Op& op = find_op("add_.Tensor");
  return call<Tensor>(op, self, other);
}
inline Tensor mul_(const Tensor& self, const Tensor& other) {
  static const Op& op = find_op("mul_.Tensor");
  return call<Tensor>(op, self, other);
}
inline Tensor mul_(const Tensor& self, const Scalar& other) { return mul_(self, wrapped_number(other)); }
inline Tensor masked_fill(const Tensor& self, const Tensor& mask, const Scalar& value) {
  static const Op& op = find_op("masked_fill.Scalar");
  return call<Tensor>(op, self, mask, value);
}

}  // namespace vt::ops
