// Sliding windows of images as columns, and columns added up to images: im2col and col2im, each the other's derivative.
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/typed/join.h"
#include "ops/typed/nn.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

// The windows over an image (height, width).
struct Windows {
  int64_t kernel[2], dilation[2], padding[2], stride[2];
  int64_t count[2];  // places of the window in each direction

  Windows(IntSpan image, IntSpan kernel_size, IntSpan dilations, IntSpan paddings, IntSpan strides) {
    for (int i = 0; i < 2; ++i) {
      auto of = [&](IntSpan pair) { return pair.size() == 1 ? pair[0] : pair[static_cast<size_t>(i)]; };
      kernel[i] = of(kernel_size);
      dilation[i] = of(dilations);
      padding[i] = of(paddings);
      stride[i] = of(strides);
      VT_CHECK(kernel[i] > 0, Runtime, "kernel size should be greater than zero, but got ", kernel_size);
      VT_CHECK(dilation[i] > 0, Runtime, "dilation should be greater than zero, but got ", dilations);
      VT_CHECK(padding[i] >= 0, Runtime, "padding should be non-negative, but got ", paddings);
      VT_CHECK(stride[i] > 0, Runtime, "stride should be greater than zero, but got ", strides);
      const int64_t free = checked_add(image[static_cast<size_t>(i)], 2 * padding[i]) - span(i);
      count[i] = free < 0 ? 0 : free / stride[i] + 1;
    }
    VT_CHECK(count[0] > 0 && count[1] > 0, Runtime, "Given input with spatial size ", image,
             ", kernel_size=", kernel_size, ", dilation=", dilations, ", padding=", paddings,
             ", calculated shape of the array of sliding ", "blocks as ", IntSpan(count, 2),
             ", but its components must be at least one.");
  }
  int64_t span(int i) const { return dilation[i] * (kernel[i] - 1) + 1; }  // of one window
  int64_t places() const { return count[0] * count[1]; }
  int64_t elements() const { return kernel[0] * kernel[1]; }
  bool is_padded() const { return padding[0] > 0 || padding[1] > 0; }
};

Tensor im2col_batch(const Tensor& images, const Windows& w) {
  Tensor x = images;
  if (w.is_padded()) {
    x = ops::constant_pad_nd(x, DimVec{w.padding[1], w.padding[1], w.padding[0], w.padding[0]}, Scalar(0));
  }
  // (N, C, places, places, span, span), and of each span what the dilation leaves
  x = ops::unfold(ops::unfold(x, 2, w.span(0), w.stride[0]), 3, w.span(1), w.stride[1]);
  x = ops::slice(ops::slice(x, 4, 0, std::nullopt, w.dilation[0]), 5, 0, std::nullopt, w.dilation[1]);
  return ops::reshape(ops::permute(x, DimVec{0, 1, 4, 5, 2, 3}),
                      DimVec{images.size(0), images.size(1) * w.elements(), w.places()});
}

Tensor im2col(const Tensor& self, IntSpan kernel_size, IntSpan dilation, IntSpan padding, IntSpan stride) {
  VT_CHECK(self.dim() == 3 || self.dim() == 4, Runtime,
           "Expected 3D or 4D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for ",
           "input, but got: ", self.sizes());
  const Windows w(self.sizes().last(2), kernel_size, dilation, padding, stride);
  return self.dim() == 4 ? im2col_batch(self, w) : ops::squeeze(im2col_batch(ops::unsqueeze(self, 0), w), 0);
}
void im2col_backward(GradContext& ctx) {
  ctx.set(0, ops::col2im(ctx.grad(), ctx.sizes(0).last(2), ctx.arg<IntSpan>(1), ctx.arg<IntSpan>(2),
                         ctx.arg<IntSpan>(3), ctx.arg<IntSpan>(4)));
}

Tensor col2im_batch(const Tensor& columns, int64_t channels, int64_t height, int64_t width, const Windows& w) {
  const int64_t batch = columns.size(0);
  const Tensor parts = ops::reshape(columns, DimVec{batch, channels, w.kernel[0], w.kernel[1], w.count[0], w.count[1]});
  const Tensor sums = ops::filled(DimVec{batch, channels, height + 2 * w.padding[0], width + 2 * w.padding[1]}, 0,
                                  columns.dtype(), columns.device());
  // Element (i, j) of every window at once: a grid of pixels as far apart as the windows.
  auto grid = [&](const Tensor& t, int64_t dim, int64_t element, int axis) {
    const int64_t from = element * w.dilation[axis];
    return ops::slice(t, dim, from, from + (w.count[axis] - 1) * w.stride[axis] + 1, w.stride[axis]);
  };
  for (int64_t i = 0; i < w.kernel[0]; ++i) {
    const Tensor rows = grid(sums, 2, i, 0);
    for (int64_t j = 0; j < w.kernel[1]; ++j) {
      ops::add_(grid(rows, 3, j, 1), ops::select(ops::select(parts, 2, i), 2, j));
    }
  }
  if (!w.is_padded()) return sums;
  return ops::as_contiguous(ops::narrow(ops::narrow(sums, 2, w.padding[0], height), 3, w.padding[1], width));
}

Tensor col2im(const Tensor& self, IntSpan output_size, IntSpan kernel_size, IntSpan dilation, IntSpan padding,
              IntSpan stride) {
  VT_CHECK(self.dim() == 2 || self.dim() == 3, Runtime,
           "Expected 2D or 3D (batch mode) tensor for input with possibly ",
           "0 batch size and non-zero dimensions for input, but got: ", self.sizes());
  const DimVec image{output_size[0], output_size.size() == 1 ? output_size[0] : output_size[1]};
  const Windows w(image, kernel_size, dilation, padding, stride);
  const int64_t rows = self.size(-2), places = self.size(-1);
  VT_CHECK(rows % w.elements() == 0, Runtime, "Expected size of input's dimension 1 to be divisible by the product of ",
           "kernel_size, but got input.size(1)=", rows, " and kernel_size=", kernel_size, ".");
  VT_CHECK(places == w.places(), Runtime, "Given output_size=", image, ", kernel_size=", kernel_size,
           ", dilation=", dilation, ", padding=", padding, ", stride=", stride,
           ", expected size of input's dimension 2 to match the ", "calculated number of sliding blocks ", w.count[0],
           " * ", w.count[1], " = ", w.places(), ", but got input.size(2)=", places, ".");
  const int64_t channels = rows / w.elements();
  if (self.dim() == 3) return col2im_batch(self, channels, image[0], image[1], w);
  return ops::squeeze(col2im_batch(ops::unsqueeze(self, 0), channels, image[0], image[1], w), 0);
}
void col2im_backward(GradContext& ctx) {
  ctx.set(0,
          ops::im2col(ctx.grad(), ctx.arg<IntSpan>(2), ctx.arg<IntSpan>(3), ctx.arg<IntSpan>(4), ctx.arg<IntSpan>(5)));
}

}  // namespace

void register_windows(Registry& r) {
  r.def("im2col(Tensor self, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride) -> Tensor")
      .all(im2col)
      .backward(keep::none, im2col_backward)
      .surface(kNode)
      .doc("Sliding windows of images (N, C, H, W) as columns (N, C * elements, places).");
  r.def(
       "col2im(Tensor self, int[2] output_size, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride) -> Tensor")
      .all(col2im)
      .backward(keep::none, col2im_backward)
      .surface(kNode)
      .doc("Columns (N, C * elements, places) added up to images (N, C, H, W) where im2col would take them from.");
}

}  // namespace vt
