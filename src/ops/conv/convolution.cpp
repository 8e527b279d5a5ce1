// convolution in 1, 2 and 3 spatial dims, plain and transposed, and the functions it is called by.
#include "ops/conv/convolution.h"

#include "dispatch/flops.h"
#include "ops/copy/memory_format.h"
#include "ops/tensor_operators.h"
#include "ops/typed/conv.h"
#include "ops/typed/join.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {

using conv::Geometry;

namespace {

// channels_last if either operand is, as PyTorch's.
DimVec result_strides(const Tensor& a, const Tensor& b, const DimVec& sizes) {
  for (const Tensor& t : {a, b}) {
    if (const MemoryFormat format = suggested_format(t); is_channels_last(format)) return format_strides(format, sizes);
  }
  return {};
}

TensorSpec convolution_meta(const Tensor& input, const Tensor& weight, const Tensor& bias, IntSpan stride,
                            IntSpan padding, IntSpan dilation, bool transposed, IntSpan output_padding,
                            int64_t groups) {
  VT_CHECK(
      padding.size() == stride.size() && dilation.size() == stride.size() && output_padding.size() == stride.size(),
      Runtime, "expected stride, padding, dilation and output_padding of one length, got ", stride, ", ", padding, ", ",
      dilation, " and ", output_padding);
  const DimVec sizes =
      conv::result_sizes(input, weight, bias, {stride, padding, dilation, transposed, output_padding, groups});
  return {sizes, input.dtype(), input.device(), result_strides(input, weight, sizes)};
}

TensorSpec weight_gradient_meta(const Tensor& input, const Tensor& grad, IntSpan kernel_size, IntSpan stride,
                                IntSpan padding, IntSpan dilation, int64_t groups) {
  const Geometry g{stride, padding, dilation, false, {}, groups};
  VT_CHECK(input.dim() == grad.dim() && input.sizes().size() == stride.size() + 2 && input.size(0) == grad.size(0) &&
               groups > 0 && input.size(1) % groups == 0 && grad.size(1) % groups == 0 &&
               input.dtype() == grad.dtype() && kernel_size.size() == stride.size(),
           Runtime, "expected the input and the gradient of one convolution of ", groups, " groups, got ",
           to_string(input), " and ", to_string(grad));
  DimVec sizes{grad.size(1), input.size(1) / groups};
  for (size_t d = 0; d < stride.size(); ++d) {
    sizes.push_back(kernel_size[d]);
    VT_CHECK(grad.sizes()[d + 2] <= std::max<int64_t>(conv::result_size(g, d, input.sizes()[d + 2], kernel_size[d]), 0),
             Runtime, "the gradient ", grad.sizes(), " is larger than the result of a convolution of ", input.sizes());
  }
  return {sizes, input.dtype(), input.device(), result_strides(input, grad, sizes)};
}

// Derivatives
// ---------------------------------------------------------------------------------------------------------------

Tensor conj(const Tensor& t) { return is_complex(t.dtype()) ? ops::conj_physical(t) : t; }

// The first sizes[d] of each dim.
Tensor cut_to(Tensor t, IntSpan sizes) {
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (t.sizes()[d] != sizes[d]) t = ops::narrow(t, static_cast<int64_t>(d), 0, sizes[d]);
  }
  return t;
}

// The gradient of x in a convolution of x with weight, whose geometry is g, given that of its result: the convolution
// the other way round.
Tensor input_gradient(const Tensor& grad, const Tensor& weight, IntSpan x, const Geometry& g) {
  const DimVec lost = g.transposed ? DimVec(g.dims(), 0) : conv::lost_by_stride(x, grad.sizes(), weight.sizes(), g);
  return cut_to(ops::convolution(grad, weight, {}, g.stride, g.padding, g.dilation, !g.transposed, lost, g.groups), x);
}

void convolution_backward(GradContext& ctx) {
  const Tensor& grad = ctx.grad();
  const Tensor input = ctx.saved(0), weight = ctx.saved(1);
  const Geometry g{ctx.arg<IntSpan>(3), ctx.arg<IntSpan>(4), ctx.arg<IntSpan>(5),
                   ctx.arg<bool>(6),    ctx.arg<IntSpan>(7), ctx.arg<int64_t>(8)};
  if (ctx.needs(0)) ctx.set(0, input_gradient(grad, conj(weight), ctx.sizes(0), g));
  if (ctx.needs(1)) {
    const Tensor x = conj(input);
    const IntSpan kernel = ctx.sizes(1).subspan(2);
    ctx.set(1, ops::_convolution_weight_gradient(g.transposed ? grad : x, g.transposed ? x : grad, kernel, g.stride,
                                                 g.padding, g.dilation, g.groups));
  }
  if (ctx.needs(2)) {
    DimVec dims{0};
    for (int64_t d = 2; d < grad.dim(); ++d) dims.push_back(d);
    ctx.set(2, ops::sum(grad, dims));
  }
}

// The op is linear in its input and in its gradient.
void weight_gradient_backward(GradContext& ctx) {
  const Tensor& grad = ctx.grad();
  const Geometry g{ctx.arg<IntSpan>(3), ctx.arg<IntSpan>(4), ctx.arg<IntSpan>(5), false, {}, ctx.arg<int64_t>(6)};
  const DimVec none(g.dims(), 0);
  if (ctx.needs(0)) {
    const Tensor outer = conj(ctx.saved(1));
    ctx.set(0, input_gradient(outer, grad, ctx.sizes(0), g));
  }
  if (ctx.needs(1)) {
    const Tensor result =
        ops::convolution(conj(ctx.saved(0)), grad, {}, g.stride, g.padding, g.dilation, false, none, g.groups);
    ctx.set(1, cut_to(result, ctx.sizes(1)));
  }
}

// The functions
// -------------------------------------------------------------------------------------------------------------

// An input without its batch dim, with one.
struct Batched {
  Tensor input;
  bool added;
  Batched(const Tensor& x, size_t dims, std::string_view name)
      : input(x), added(x.dim() == static_cast<int64_t>(dims) + 1) {
    VT_CHECK(added || x.dim() == static_cast<int64_t>(dims) + 2, Runtime, "Expected ", dims + 1, "D (unbatched) or ",
             dims + 2, "D (batched) input to ", name, ", but got input of size: ", x.sizes());
    if (added) input = ops::unsqueeze(x, 0);
  }
  Tensor finish(const Tensor& result) const { return added ? ops::squeeze(result, 0) : result; }
};

constexpr std::string_view kNames[] = {"conv1d", "conv2d", "conv3d"};
constexpr std::string_view kTransposedNames[] = {"conv_transpose1d", "conv_transpose2d", "conv_transpose3d"};

template <size_t Dims>
Tensor convolve(const Tensor& input, const Tensor& weight, const Tensor& bias, IntSpan stride, IntSpan padding,
                IntSpan dilation, int64_t groups) {
  const Batched x(input, Dims, kNames[Dims - 1]);
  return x.finish(ops::convolution(x.input, weight, bias, conv::per_dim(stride, Dims, "stride"),
                                   conv::per_dim(padding, Dims, "padding"), conv::per_dim(dilation, Dims, "dilation"),
                                   false, DimVec(Dims, 0), groups));
}

// padding "same": the result is as large as the input. Where that takes an odd number of zeros, one more comes behind.
template <size_t Dims>
Tensor convolve_padded(const Tensor& input, const Tensor& weight, const Tensor& bias, IntSpan stride,
                       std::string_view padding, IntSpan dilation, int64_t groups) {
  VT_CHECK(padding == "same" || padding == "valid", Runtime, "Invalid padding string: '", padding, "'");
  const Batched x(input, Dims, kNames[Dims - 1]);
  const DimVec steps = conv::per_dim(stride, Dims, "stride"), gaps = conv::per_dim(dilation, Dims, "dilation");
  DimVec before(Dims, 0), behind(2 * Dims, 0);
  bool uneven = false;
  if (padding == "same") {
    VT_CHECK(std::ranges::all_of(steps, [](int64_t s) { return s == 1; }), Runtime,
             "padding='same' is not supported for strided convolutions");
    for (size_t d = 0; d < Dims && d + 2 < weight.sizes().size(); ++d) {
      const int64_t zeros = gaps[d] * (weight.sizes()[d + 2] - 1);
      before[d] = zeros / 2;
      behind[2 * (Dims - 1 - d) + 1] = zeros % 2;
      uneven = uneven || zeros % 2 != 0;
    }
  }
  const Tensor padded = uneven ? ops::constant_pad_nd(x.input, behind, Scalar(0)) : x.input;
  return x.finish(ops::convolution(padded, weight, bias, steps, before, gaps, false, DimVec(Dims, 0), groups));
}

template <size_t Dims>
Tensor convolve_transposed(const Tensor& input, const Tensor& weight, const Tensor& bias, IntSpan stride,
                           IntSpan padding, IntSpan output_padding, int64_t groups, IntSpan dilation) {
  const Batched x(input, Dims, kTransposedNames[Dims - 1]);
  return x.finish(ops::convolution(x.input, weight, bias, conv::per_dim(stride, Dims, "stride"),
                                   conv::per_dim(padding, Dims, "padding"), conv::per_dim(dilation, Dims, "dilation"),
                                   true, conv::per_dim(output_padding, Dims, "output_padding"), groups));
}

constexpr char kPlainDoc[] =
    "Each output channel is the sum, over the input channels of its group, of their correlation with a kernel. input "
    "(N, C, ...) or (C, ...), weight (filters, C / groups, ...), bias (filters). padding: zeros on both sides of each "
    "spatial dim, \"valid\" for none, or \"same\" for a result of the input's size.";
constexpr char kTransposedDoc[] =
    "The transposed convolution, which is the gradient of a convolution with respect to its input. input (N, C, ...) or "
    "(C, ...), weight (C, filters / groups, ...), bias (filters). output_padding: outputs added behind each spatial "
    "dim, of those that a stride leaves undecided.";

// A product per element of the weight's inner dims and per element of the result: convNd(input (N, C, ...), weight,
// bias, stride, padding, dilation, ...).
double plain_convolution_flops(std::span<const Value> args) {
  const IntSpan input = sizes_at(args, 0), weight = sizes_at(args, 1);
  if (input.size() < 3 || weight.size() != input.size() || args.size() < 7 || args[4].tag != Tag::IntList) return 0;
  const IntSpan stride = Unbox<IntSpan>::get(args[3]), padding = Unbox<IntSpan>::get(args[4]);
  const IntSpan dilation = Unbox<IntSpan>::get(args[5]);
  double elements = static_cast<double>(input[0]) * static_cast<double>(weight[0]);
  for (size_t i = 0; i < input.size() - 2; ++i) {
    const auto of_dim = [&](IntSpan list) { return list.empty() ? int64_t{0} : list[list.size() == 1 ? 0 : i]; };
    const int64_t covered = of_dim(dilation) * (weight[i + 2] - 1) + 1;
    const int64_t room = input[i + 2] + 2 * of_dim(padding) - covered;
    if (room < 0 || of_dim(stride) < 1) return 0;  // the call is going to be refused
    elements *= static_cast<double>(room / of_dim(stride) + 1);
  }
  return 2 * elements_of(weight.subspan(1)) * elements;
}

// convolution(input, weight, bias, stride, padding, dilation, transposed, ...): transposed, a product per element of
// the input.
double convolution_flops(std::span<const Value> args) {
  const IntSpan input = sizes_at(args, 0), weight = sizes_at(args, 1);
  if (input.size() < 3 || weight.size() != input.size() || args.size() < 7) return 0;
  if (Unbox<bool>::get(args[6])) return 2 * elements_of(weight.subspan(1)) * elements_of(input);
  return plain_convolution_flops(args);
}

}  // namespace

void register_convolution(Registry& r) {
  r.def(
       "convolution(Tensor input, Tensor weight, Tensor? bias, int[] stride, int[] padding, int[] dilation, bool transposed, int[] output_padding, int groups) -> Tensor")
      .meta(convolution_meta)
      .cpu(conv::convolution_cpu)
      .backward(keep::args(0, 1), convolution_backward)
      .autocast({.cuda = AutocastPolicy::Lower})
      .function_only();
  r.def(
       "_convolution_weight_gradient(Tensor input, Tensor grad, int[] kernel_size, int[] stride, int[] padding, int[] dilation, int groups) -> Tensor")
      .meta(weight_gradient_meta)
      .cpu(conv::convolution_weight_gradient_cpu)
      .backward(keep::args(0, 1), weight_gradient_backward)
      .internal();
  // With a padding by name it is what the function calls that is autocast on CUDA, as in PyTorch's lists.
  const auto published = [](OpBuilder op, const char* doc) { op.surface(kFunction | kFunctional).doc(doc); };
  published(
      r.def(
           "conv1d(Tensor input, Tensor weight, Tensor? bias=None, int[1] stride=1, int[1] padding=0, int[1] dilation=1, int groups=1) -> Tensor")
          .composite(convolve<1>)
          .autocast(AutocastPolicy::Lower),
      kPlainDoc);
  published(
      r.def(
           "conv1d.padding(Tensor input, Tensor weight, Tensor? bias=None, int[1] stride=1, str padding=\"valid\", int[1] dilation=1, int groups=1) -> Tensor")
          .composite(convolve_padded<1>)
          .autocast({.cpu = AutocastPolicy::Lower}),
      kPlainDoc);
  published(
      r.def(
           "conv2d(Tensor input, Tensor weight, Tensor? bias=None, int[2] stride=1, int[2] padding=0, int[2] dilation=1, int groups=1) -> Tensor")
          .composite(convolve<2>)
          .autocast(AutocastPolicy::Lower),
      kPlainDoc);
  published(
      r.def(
           "conv2d.padding(Tensor input, Tensor weight, Tensor? bias=None, int[2] stride=1, str padding=\"valid\", int[2] dilation=1, int groups=1) -> Tensor")
          .composite(convolve_padded<2>)
          .autocast({.cpu = AutocastPolicy::Lower}),
      kPlainDoc);
  published(
      r.def(
           "conv3d(Tensor input, Tensor weight, Tensor? bias=None, int[3] stride=1, int[3] padding=0, int[3] dilation=1, int groups=1) -> Tensor")
          .composite(convolve<3>)
          .autocast(AutocastPolicy::Lower),
      kPlainDoc);
  published(
      r.def(
           "conv3d.padding(Tensor input, Tensor weight, Tensor? bias=None, int[3] stride=1, str padding=\"valid\", int[3] dilation=1, int groups=1) -> Tensor")
          .composite(convolve_padded<3>)
          .autocast({.cpu = AutocastPolicy::Lower}),
      kPlainDoc);
  published(
      r.def(
           "conv_transpose1d(Tensor input, Tensor weight, Tensor? bias=None, int[1] stride=1, int[1] padding=0, int[1] output_padding=0, int groups=1, int[1] dilation=1) -> Tensor")
          .composite(convolve_transposed<1>)
          .autocast(AutocastPolicy::Lower),
      kTransposedDoc);
  published(
      r.def(
           "conv_transpose2d.input(Tensor input, Tensor weight, Tensor? bias=None, int[2] stride=1, int[2] padding=0, int[2] output_padding=0, int groups=1, int[2] dilation=1) -> Tensor")
          .composite(convolve_transposed<2>)
          .autocast(AutocastPolicy::Lower),
      kTransposedDoc);
  published(
      r.def(
           "conv_transpose3d.input(Tensor input, Tensor weight, Tensor? bias=None, int[3] stride=1, int[3] padding=0, int[3] output_padding=0, int groups=1, int[3] dilation=1) -> Tensor")
          .composite(convolve_transposed<3>)
          .autocast(AutocastPolicy::Lower),
      kTransposedDoc);
  declare_flops(r, "convolution", convolution_flops);
  for (const char* op : {"conv1d", "conv2d", "conv3d"}) declare_flops(r, op, plain_convolution_flops);
}

}  // namespace vt
