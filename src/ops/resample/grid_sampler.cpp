// grid_sampler and the grids of affine maps.
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/resample/grid_cpu.h"
#include "ops/tensor_operators.h"
#include "ops/typed/factory.h"
#include "ops/typed/join.h"
#include "ops/typed/linalg.h"
#include "ops/typed/resample.h"
#include "ops/typed/view.h"

namespace vt {
namespace resample {

constinit BackendTable<void(const GridRule&, const Tensor&, const Tensor&, const Tensor&)> sample_grid{"grid_sampler"};
constinit BackendTable<void(const GridRule&, const Tensor&, const Tensor&, const Tensor&, const Tensor&, const Tensor&)>
    sample_grid_backward{"grid_sampler_backward"};
constinit BackendTable<void(const GridRule&, const GridSlopes&, const Tensor&, const Tensor&, const Tensor&,
                            const GridGradients&)>
    sample_grid_double_backward{"grid_sampler_double_backward"};

}  // namespace resample

namespace {

using resample::GridMode;
using resample::GridPadding;
using resample::GridRule;

GridRule rule_of(int64_t mode, int64_t padding, bool align_corners) {
  return {static_cast<GridMode>(mode), static_cast<GridPadding>(padding), align_corners};
}

TensorSpec grid_sampler_meta(const Tensor& input, const Tensor& grid, int64_t mode, int64_t padding, bool) {
  VT_CHECK(input.device() == grid.device(), Runtime, "expected input and grid to be on same device, but input is on ",
           input.device(), " and grid is on ", grid.device());
  VT_CHECK(input.dim() >= 4 && input.dim() <= 5 && grid.dim() == input.dim(), Runtime,
           "expected 4D or 5D input and grid with same number of dimensions, but got input with sizes ", input.sizes(),
           " and grid with sizes ", grid.sizes());
  VT_CHECK(input.size(0) == grid.size(0), Runtime,
           "expected grid and input to have same batch size, but got input with sizes ", input.sizes(),
           " and grid with sizes ", grid.sizes());
  VT_CHECK(grid.size(-1) == input.dim() - 2, Runtime, "expected grid to have size ", input.dim() - 2,
           " in last dimension, but got grid with sizes ", grid.sizes());
  for (int64_t d = 2; d < input.dim(); ++d) {
    VT_CHECK(input.size(d) > 0, Runtime, "expected input to have non-empty spatial dimensions, but input has sizes ",
             input.sizes());
  }
  VT_CHECK(mode >= 0 && mode <= 2 && padding >= 0 && padding <= 2, Runtime,
           "expected interpolation_mode and padding_mode to be 0, 1 or 2, got ", mode, " and ", padding);
  VT_CHECK(static_cast<GridMode>(mode) != GridMode::Bicubic || input.dim() == 4, Runtime,
           "bicubic interpolation only supports 4D input");
  VT_CHECK(is_floating(input.dtype()), NotImplemented, "not implemented for '", input.dtype(), "'");
  VT_CHECK(input.dtype() == grid.dtype(), Runtime, "expected input and grid to have same dtype, but input has ",
           input.dtype(), " and grid has ", grid.dtype());
  DimVec sizes{input.size(0), input.size(1)};
  for (int64_t d = 1; d + 1 < grid.dim(); ++d) sizes.push_back(grid.size(d));
  return {sizes, input.dtype(), input.device(), {}};
}

void grid_sampler_kernel(const Tensor& input, const Tensor& grid, int64_t mode, int64_t padding, bool align_corners,
                         Tensor& out) {
  if (out.numel() == 0) return;
  resample::sample_grid(input.device(), rule_of(mode, padding, align_corners), contiguous_data(input),
                        contiguous_data(grid), out);
}

// Of the input and of the grid; those not wanted come back empty.
std::array<TensorSpec, 2> backward_meta(const Tensor&, const Tensor& input, const Tensor& grid, int64_t, int64_t, bool,
                                        std::span<const bool> wanted) {
  VT_CHECK(wanted.size() == 2, Runtime, "expected output_mask of two, got ", wanted.size());
  return {TensorSpec{wanted[0] ? DimVec(input.sizes()) : DimVec{0}, input.dtype(), input.device(), {}},
          TensorSpec{wanted[1] ? DimVec(grid.sizes()) : DimVec{0}, grid.dtype(), grid.device(), {}}};
}

// Zeros of what is summed in: `to` itself, unless its elements are of 16 bits.
Tensor zero_sums(const Tensor& to) {
  const Tensor sums = is_reduced_floating(to.dtype()) ? empty(to.sizes(), DType::float32, to.device()) : to;
  fill_data(sums, Scalar(0));
  return sums;
}

void backward_kernel(const Tensor& grad, const Tensor& input, const Tensor& grid, int64_t mode, int64_t padding,
                     bool align_corners, std::span<const bool> wanted, Tensor& input_grad, Tensor& grid_grad) {
  const bool none = grad.numel() == 0;
  const Tensor sums = wanted[0] ? zero_sums(input_grad) : Tensor();
  if (wanted[1] && none) fill_data(grid_grad, Scalar(0));
  if (!none) {
    resample::sample_grid_backward(input.device(), rule_of(mode, padding, align_corners), contiguous_data(grad),
                                   contiguous_data(input), contiguous_data(grid), sums,
                                   wanted[1] ? grid_grad : Tensor());
  }
  if (wanted[0] && !sums.is_same(input_grad)) copy_data(input_grad, sums);
}

std::array<TensorSpec, 3> double_backward_meta(const Tensor&, const Tensor&, const Tensor& grad, const Tensor& input,
                                               const Tensor& grid, int64_t, int64_t, bool) {
  const auto like = [](const Tensor& t) { return TensorSpec{DimVec(t.sizes()), t.dtype(), t.device(), {}}; };
  return {like(grad), like(input), like(grid)};
}

void double_backward_kernel(const Tensor& input_slope, const Tensor& grid_slope, const Tensor& grad,
                            const Tensor& input, const Tensor& grid, int64_t mode, int64_t padding, bool align_corners,
                            Tensor& grad_grad, Tensor& input_grad, Tensor& grid_grad) {
  const Tensor sums = zero_sums(input_grad);
  if (grad.numel() == 0) {
    fill_data(grid_grad, Scalar(0));
  } else {
    const auto contiguous = [](const Tensor& t) { return t.defined() ? contiguous_data(t) : t; };
    resample::sample_grid_double_backward(input.device(), rule_of(mode, padding, align_corners),
                                          {contiguous(input_slope), contiguous(grid_slope)}, contiguous(grad),
                                          contiguous(input), contiguous(grid), {grad_grad, sums, grid_grad});
  }
  if (!sums.is_same(input_grad)) copy_data(input_grad, sums);
}

void grid_sampler_double_backward(GradContext& ctx) {
  const auto [grad, input, grid] =
      ops::_grid_sampler_double_backward(ctx.grad(0), ctx.grad(1), ctx.saved(0), ctx.saved(1), ctx.saved(2),
                                         ctx.arg<int64_t>(3), ctx.arg<int64_t>(4), ctx.arg<bool>(5));
  ctx.set(0, grad);
  ctx.set(1, input);
  ctx.set(2, grid);
}

void grid_sampler_backward(GradContext& ctx) {
  const bool wanted[2] = {ctx.needs(0), ctx.needs(1)};
  const auto [input, grid] =
      ops::_grid_sampler_backward(ctx.grad(), ctx.saved(0), ctx.saved(1), ctx.arg<int64_t>(2), ctx.arg<int64_t>(3),
                                  ctx.arg<bool>(4), std::span<const bool>(wanted));
  if (wanted[0]) ctx.set(0, input);
  if (wanted[1]) ctx.set(1, grid);
}

// Numbers from -1 to 1: of the centres of `count` elements, or of the outer edges of the first and the last.
Tensor centres(const Tensor& like, int64_t count, bool align_corners) {
  if (count <= 1) return ops::new_zeros(like, DimVec{count});
  const Tensor range = ops::linspace(Scalar(-1.0), Scalar(1.0), count, like.dtype(), like.device());
  return align_corners ? range : range * static_cast<double>(count - 1) / static_cast<double>(count);
}

Tensor affine_grid(const Tensor& theta, IntSpan size, bool align_corners) {
  VT_CHECK(size.size() == 4 || size.size() == 5, Runtime,
           "affine_grid_generator needs 4d (spatial) or 5d (volumetric) inputs.");
  const auto dims = static_cast<int64_t>(size.size()) - 2;
  VT_CHECK(theta.dim() == 3 && theta.size(0) == size[0] && theta.size(1) == dims && theta.size(2) == dims + 1, Runtime,
           "expected theta (", size[0], ", ", dims, ", ", dims + 1, "), got ", theta.sizes());
  const DimVec points(size.subspan(2));
  std::vector<Tensor> numbers;  // x first
  DimVec expanded = points;
  expanded.push_back(1);
  for (int64_t d = dims; d-- > 0;) {
    DimVec shape(static_cast<size_t>(dims) + 1, 1);
    const auto at = static_cast<size_t>(d);
    shape[at] = points[at];
    numbers.push_back(ops::expand(ops::reshape(centres(theta, points[at], align_corners), shape), expanded));
  }
  numbers.push_back(ops::new_ones(theta, expanded));
  const int64_t count = checked_numel(points);
  const Tensor base =
      ops::expand(ops::reshape(ops::cat(numbers, -1), DimVec{1, count, dims + 1}), DimVec{size[0], count, dims + 1});
  DimVec sizes{size[0]};
  for (const int64_t n : points) sizes.push_back(n);
  sizes.push_back(dims);
  return ops::reshape(ops::bmm(base, ops::transpose(theta, 1, 2)), sizes);
}

}  // namespace

void register_grid_sampler(Registry& r) {
  resample::sample_grid.cpu(resample::sample_grid_cpu);
  resample::sample_grid_backward.cpu(resample::sample_grid_backward_cpu);
  resample::sample_grid_double_backward.cpu(resample::sample_grid_double_backward_cpu);
  r.def(
       "grid_sampler(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners) -> Tensor")
      .meta(grid_sampler_meta)
      .cpu(grid_sampler_kernel)
      .cuda(grid_sampler_kernel)
      .backward(keep::args(0, 1), grid_sampler_backward)
      .autocast({.cpu = AutocastPolicy::Float32, .cuda = AutocastPolicy::Promote})
      .out(false)
      .function_only()
      .doc(
          "input (N, C, H, W) or (N, C, D, H, W) at the points of a grid (N, ..., 2) or (N, ..., 3) of x, y(, z) from -1 "
          "to 1. interpolation_mode: 0 linear, 1 nearest, 2 cubic; padding_mode: 0 zeros, 1 border, 2 reflection.");
  r.def(
       "_grid_sampler_backward(Tensor grad, Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners, bool[] output_mask) -> (Tensor, Tensor)")
      .meta(backward_meta)
      .cpu(backward_kernel)
      .cuda(backward_kernel)
      .backward(keep::args(0, 1, 2), grid_sampler_double_backward)
      .internal();
  r.def(
       "_grid_sampler_double_backward(Tensor? input_slope, Tensor? grid_slope, Tensor grad, Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners) -> (Tensor, Tensor, Tensor)")
      .meta(double_backward_meta)
      .cpu(double_backward_kernel)
      .cuda(double_backward_kernel)
      .internal();
  r.def("affine_grid_generator(Tensor theta, int[] size, bool align_corners) -> Tensor")
      .composite(affine_grid)
      .function_only()
      .doc(
          "The grid (N, ..., 2) or (N, ..., 3) of the images of all elements of a tensor (N, C, ...) of sizes `size` under the affine "
          "maps theta (N, 2, 3) or (N, 3, 4).");
}

}  // namespace vt
