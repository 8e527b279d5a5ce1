// Where the operands of a row meet: the one place that says what each becomes before anything is computed.
#pragma once

#include "core/tensor.h"
#include "ops/pointwise/dtype_rule.h"

namespace vt::pointwise {

// What input number i, which is `t`, becomes before a row computes with it: the common dtype of the call, or nothing
// else than what it is. Comparisons of integers take a number as it is: one that the common dtype cannot hold has its
// place beside those that it can.
inline DType operand_dtype(const DTypeRule& rule, const TensorImpl& t, int i, DType common) {
  const bool exact =
      rule.exact_operands && !is_integral(common, true) && (t.is_wrapped_number() || (i > 0 && t.sizes().empty()));
  const bool compares = rule.gives == Gives::Bool && is_integral(common, true);
  return exact || compares ? t.dtype() : common;
}

}  // namespace vt::pointwise
