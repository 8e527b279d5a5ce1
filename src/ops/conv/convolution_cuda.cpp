// Convolutions on CUDA: kernels of our own for depthwise ones in channels_last, else cuDNN's engines, or products with
// patches where it has none.
#include "cuda/convolution.h"

#include "cuda/stream.h"
#include "dispatch/registry.h"
#include "ops/conv/convolution.h"
#include "ops/conv/depthwise.h"
#include "ops/copy/kernels.h"
#include "ops/copy/memory_format.h"
#include "ops/typed/pointwise.h"

namespace vt {
namespace {

using conv::Geometry;
using cuda::ConvolutionKind;

// cuDNN's tensors have two spatial dims at least: a first one of size 1 is put in where there is one.
size_t missing_dims(const Geometry& g) { return g.dims() == 1 ? 1 : 0; }

std::array<int64_t, 3> per_axis(IntSpan list, int64_t missing) {
  std::array<int64_t, 3> out{};
  const size_t skip = list.size() == 1 ? 1 : 0;
  if (skip) out[0] = missing;
  std::ranges::copy(list, out.begin() + static_cast<std::ptrdiff_t>(skip));
  return out;
}

cuda::ConvolutionOperand operand(const Tensor& t, const Geometry& g) {
  cuda::ConvolutionOperand o{};
  size_t at = 0;
  for (size_t d = 0; d < t.sizes().size(); ++d) {
    if (d == 2 && missing_dims(g)) {
      o.sizes[at] = 1;
      o.strides[at++] = t.sizes()[2] * t.strides()[2];
    }
    o.sizes[at] = t.sizes()[d];
    o.strides[at++] = t.strides()[d];
  }
  return o;
}

// False where no kernel takes the problem; `written` is the operand that the kind makes.
bool run(ConvolutionKind kind, const Geometry& g, Tensor x, Tensor w, Tensor y, const Tensor& written) {
  if (conv::is_depthwise_channels_last(kind, g, x, w, y)) {
    conv::depthwise_convolution(kind, g, x, w, y);
    return true;
  }
  MemoryFormat format = suggested_format(written);
  if (!is_contiguous_in(written, format)) format = MemoryFormat::Contiguous;
  for (Tensor* t : {&x, &w, &y}) *t = dense_data(*t, format);
  const bool in_place = x.is_same(written) || w.is_same(written) || y.is_same(written);
  VT_ASSERT(in_place, "the result of a convolution is dense");
  const cuda::ConvolutionProblem problem{kind,
                                         static_cast<int64_t>(written.dtype()),
                                         static_cast<int64_t>(g.dims() + missing_dims(g)),
                                         operand(x, g),
                                         operand(w, g),
                                         operand(y, g),
                                         per_axis(g.padding, 0),
                                         per_axis(g.stride, 1),
                                         per_axis(g.dilation, 1)};
  return cuda::try_convolution(problem, x.data(), w.data(), y.data(), cuda::current_stream(written.device().index),
                               {x.storage().get(), w.storage().get(), y.storage().get()});
}

void convolution_cuda(const Tensor& input, const Tensor& weight, const Tensor& bias, IntSpan stride, IntSpan padding,
                      IntSpan dilation, bool transposed, IntSpan output_padding, int64_t groups, Tensor& out) {
  if (out.numel() == 0) return;
  const Geometry g{stride, padding, dilation, transposed, output_padding, groups};
  const bool empty = input.numel() == 0 || weight.numel() == 0;
  const bool done = !empty && (transposed ? run(ConvolutionKind::InputGradient, g, out, weight, input, out)
                                          : run(ConvolutionKind::Forward, g, input, weight, out, out));
  if (!done) conv::convolution_by_patches(input, weight, g, out);
  if (!bias.defined()) return;
  DimVec sizes(out.sizes().size(), 1), strides(out.sizes().size(), 0);
  sizes[1] = bias.size(0);
  strides[1] = bias.stride(0);
  ops::add_(out, make_view(bias, sizes, strides, bias.storage_offset()));
}

void weight_gradient_cuda(const Tensor& input, const Tensor& grad, IntSpan, IntSpan stride, IntSpan padding,
                          IntSpan dilation, int64_t groups, Tensor& out) {
  if (out.numel() == 0) return;
  const Geometry g{stride, padding, dilation, false, {}, groups};
  const bool done =
      input.numel() != 0 && grad.numel() != 0 && run(ConvolutionKind::WeightGradient, g, input, out, grad, out);
  if (!done) conv::weight_gradient_by_patches(input, grad, g, out);
}

}  // namespace

void register_convolution_cuda(Registry& r) {
  r.at("convolution").cuda(convolution_cuda);
  r.at("_convolution_weight_gradient").cuda(weight_gradient_cuda);
}

}  // namespace vt
