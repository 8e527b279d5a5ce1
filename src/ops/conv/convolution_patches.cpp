// Convolutions in terms of other ops: products with patches of the input, for what a backend's library does not take.
#include "dispatch/registry.h"
#include "ops/conv/convolution.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/typed/copy.h"
#include "ops/typed/join.h"
#include "ops/typed/linalg.h"
#include "ops/typed/view.h"

namespace vt::conv {
namespace {

constexpr int64_t kPatchBytes = int64_t{256} << 20;  // at a time

// (N, C, ...) with `before` and `behind` zeros around each spatial dim; negative ones cut.
Tensor padded(const Tensor& x, const DimVec& before, const DimVec& behind) {
  DimVec pad;
  bool any = false;
  for (size_t d = before.size(); d-- > 0;) {
    pad.push_back(before[d]);
    pad.push_back(behind[d]);
    any = any || before[d] != 0 || behind[d] != 0;
  }
  return any ? ops::constant_pad_nd(x, pad, Scalar(0)) : x;
}

// What each output sees of x, which is padded: (N, groups, depth, outputs).
Tensor patches_of(const Tensor& x, const Geometry& g, IntSpan kernel, IntSpan outputs) {
  const int64_t channels = x.size(1) / g.groups;
  DimVec sizes{x.size(0), g.groups, channels}, strides{x.stride(0), channels * x.stride(1), x.stride(1)};
  for (size_t d = 0; d < g.dims(); ++d) {
    sizes.push_back(kernel[d]);
    strides.push_back(x.strides()[d + 2] * g.dilation[d]);
  }
  for (size_t d = 0; d < g.dims(); ++d) {
    sizes.push_back(outputs[d]);
    strides.push_back(x.strides()[d + 2] * g.stride[d]);
  }
  const Tensor view = ops::as_strided(x, sizes, strides, x.storage_offset());
  return ops::reshape(view, DimVec{x.size(0), g.groups, channels * checked_numel(kernel), checked_numel(outputs)});
}

// Calls f(first image, images) for so many at a time that their patches stay within bounds.
template <class F>
void for_images(const Tensor& x, int64_t depth, int64_t outputs, const F& f) {
  const int64_t bytes = std::max<int64_t>(1, depth * outputs * static_cast<int64_t>(x.element_size()));
  const int64_t at_once = std::max<int64_t>(1, kPatchBytes / bytes), images = x.size(0);
  for (int64_t i = 0; i < images; i += at_once) f(i, std::min(at_once, images - i));
}

void convolve_plain(const Tensor& input, const Tensor& weight, const Geometry& g, const Tensor& out) {
  const DimVec padding(g.padding);
  const Tensor x = padded(input, padding, padding);
  const IntSpan kernel = weight.sizes().subspan(2), outputs = out.sizes().subspan(2);
  const Tensor w = ops::reshape(weight, DimVec{1, g.groups, weight.size(0) / g.groups, -1});
  for_images(x, x.size(1) * checked_numel(kernel), checked_numel(outputs), [&](int64_t first, int64_t images) {
    const Tensor patches = patches_of(ops::narrow(x, 0, first, images), g, kernel, outputs);
    const Tensor part = ops::narrow(out, 0, first, images);
    copy_data(part, ops::reshape(ops::matmul(w, patches), DimVec(part.sizes())));
  });
}

// A plain convolution, with the weight turned round, of the input with zeros between its elements.
void convolve_transposed(const Tensor& input, const Tensor& weight, const Geometry& g, const Tensor& out) {
  DimVec spread(input.sizes()), before, behind, kernel_dims;
  for (size_t d = 0; d < g.dims(); ++d) {
    int64_t& size = spread[d + 2];
    const int64_t reach = g.dilation[d] * (weight.sizes()[d + 2] - 1);
    size = size == 0 ? 0 : (size - 1) * g.stride[d] + 1;
    before.push_back(reach - g.padding[d]);
    behind.push_back(out.sizes()[d + 2] + reach - size - before[d]);
    kernel_dims.push_back(static_cast<int64_t>(d) + 2);
  }
  Tensor x = input;
  if (!same(spread, input.sizes())) {
    x = ops::filled(spread, Scalar(0), input.dtype(), input.device());
    DimVec strides(x.strides());
    for (size_t d = 0; d < g.dims(); ++d) strides[d + 2] *= g.stride[d];
    copy_data(ops::as_strided(x, DimVec(input.sizes()), strides, 0), input);
  }
  x = padded(x, before, behind);
  DimVec grouped{g.groups, weight.size(0) / g.groups}, turned{g.groups * weight.size(1), weight.size(0) / g.groups};
  for (const int64_t n : weight.sizes().subspan(1)) grouped.push_back(n);
  for (const int64_t n : weight.sizes().subspan(2)) turned.push_back(n);
  const Tensor w = ops::reshape(ops::transpose(ops::reshape(weight, grouped), 1, 2), turned);
  const DimVec ones(g.dims(), 1), none(g.dims(), 0);
  convolve_plain(x, ops::flip(w, kernel_dims), {ones, none, g.dilation, false, none, g.groups}, out);
}

}  // namespace

void convolution_by_patches(const Tensor& input, const Tensor& weight, const Geometry& g, const Tensor& out) {
  if (g.transposed) convolve_transposed(input, weight, g, out);
  else convolve_plain(input, weight, g, out);
}

void weight_gradient_by_patches(const Tensor& input, const Tensor& grad, const Geometry& g, const Tensor& out) {
  const DimVec padding(g.padding);
  const Tensor x = padded(input, padding, padding);
  const IntSpan kernel = out.sizes().subspan(2), outputs = grad.sizes().subspan(2);
  const int64_t filters = grad.size(1) / g.groups, count = checked_numel(outputs);
  Tensor sums;
  for_images(x, x.size(1) * checked_numel(kernel), count, [&](int64_t first, int64_t images) {
    const Tensor patches = patches_of(ops::narrow(x, 0, first, images), g, kernel, outputs);
    const Tensor part = ops::reshape(ops::narrow(grad, 0, first, images), DimVec{images, g.groups, filters, count});
    // (groups, filters, images * outputs) @ (groups, images * outputs, depth)
    const Tensor left = ops::reshape(ops::permute(part, DimVec{1, 2, 0, 3}), DimVec{g.groups, filters, images * count});
    const Tensor right = ops::reshape(ops::permute(patches, DimVec{1, 0, 3, 2}), DimVec{g.groups, images * count, -1});
    sums = sums.defined() ? ops::baddbmm(sums, left, right) : ops::bmm(left, right);
  });
  copy_data(out, sums.defined() ? ops::reshape(sums, DimVec(out.sizes()))
                                : ops::filled(out.sizes(), Scalar(0), out.dtype(), out.device()));
}

}  // namespace vt::conv
