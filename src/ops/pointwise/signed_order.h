// Elements of wide unsigned integers as kernels order them: Note [Wide unsigned integers] in core/unsigned.h.
#pragma once

#include "core/tensor.h"
#include "core/unsigned.h"

namespace vt::pointwise {

// The elements as signed integers in the same order; `t` itself unless it is of a wide unsigned dtype.
Tensor in_signed_order(const Tensor& t);
// Writes elements that in_signed_order gave into `to`, as what they were.
void from_signed_order(const Tensor& to, const Tensor& ordered);

// Runs f(self, values), a kernel that picks elements of `self` by their order: `values`, which may be undefined, are
// such.
template <class F>
void run_in_signed_order(const Tensor& self, const Tensor& values, F&& f) {
  const Tensor ordered = in_signed_order(self);
  Tensor picked = values.defined() ? empty(values.sizes(), ordered.dtype(), values.device()) : values;
  f(ordered, picked);
  if (values.defined()) from_signed_order(values, picked);
}

}  // namespace vt::pointwise
