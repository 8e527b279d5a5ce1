// Typed entries of the sort family.
#pragma once

#include <tuple>

#include "dispatch/dispatch.h"

namespace vt::ops {

// Values and the int64 positions they had. Stable; NaN counts as the largest number.
inline std::tuple<Tensor, Tensor> sort(const Tensor& self, int64_t dim = -1, bool descending = false) {
  static const Op& op = find_op("sort");
  return call<std::tuple<Tensor, Tensor>>(op, self, dim, descending);
}

}  // namespace vt::ops

namespace vt {

class GradContext;
// Gradient of ops that pick elements along a dim: the picked ones get it, the others zero. Result 1 holds the
// positions, argument `dim_arg` the dim; with `keepdim_arg` < 0 the dim is kept.
void selected_along_dim_backward(GradContext& ctx, int dim_arg, int keepdim_arg);

}  // namespace vt
