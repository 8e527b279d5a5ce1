// What ops share that pick elements along a dim.
#pragma once

#include <array>

#include "dispatch/op.h"

namespace vt {

class GradContext;

// What ops that pick elements return: the elements and their int64 positions.
inline std::array<TensorSpec, 2> values_and_positions(const DimVec& sizes, const Tensor& self) {
  return {TensorSpec{sizes, self.dtype(), self.device(), {}}, TensorSpec{sizes, DType::int64, self.device(), {}}};
}
// The sizes of `self` after a reduction over `dim`.
DimVec sizes_without(const Tensor& self, int64_t dim, bool keepdim);

// Gradient of ops that pick elements along a dim: the picked ones get it, the others zero. Result 1 holds the
// positions, argument `dim_arg` the dim; with `keepdim_arg` < 0 the dim is kept.
void selected_along_dim_backward(GradContext& ctx, int dim_arg, int keepdim_arg);

}  // namespace vt
