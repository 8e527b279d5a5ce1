// The gradient through a view by raw geometry, whose elements may overlap.
#pragma once

#include "core/tensor.h"

namespace vt::ops {

struct StridedGeometry {
  IntSpan sizes, strides;
  int64_t offset;
};

// Of a gradient over `view`: what a tensor over `of`, in the same memory, gets of it. Elements that share memory add
// up.
Tensor as_strided_gradient(const Tensor& grad, const StridedGeometry& view, const StridedGeometry& of);
// Whether every index tuple surely names an element of its own.
bool has_distinct_elements(IntSpan sizes, IntSpan strides);

}  // namespace vt::ops
