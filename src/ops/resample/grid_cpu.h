#pragma once

#include "ops/resample/grid.h"

namespace vt::resample {

void sample_grid_cpu(const GridRule& rule, const Tensor& input, const Tensor& grid, const Tensor& out);
void sample_grid_backward_cpu(const GridRule& rule, const Tensor& grad, const Tensor& input, const Tensor& grid,
                              const Tensor& input_sums, const Tensor& grid_grad);
void sample_grid_double_backward_cpu(const GridRule& rule, const GridSlopes& slopes, const Tensor& grad,
                                     const Tensor& input, const Tensor& grid, const GridGradients& to);

}  // namespace vt::resample
