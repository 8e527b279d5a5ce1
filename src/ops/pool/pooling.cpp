// Maximum and average pooling over windows of one, two and three spatial dims, regular and adaptive. A tensor has them
// as its last dims; those before are planes.
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/copy/memory_format.h"
#include "ops/pool/windows_cpu.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/index.h"
#include "ops/typed/join.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/pool.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace pool {

constinit BackendTable<void(const Windows&, const Tensor&, const Tensor&, const Tensor&)> max_windows{"max_pool"};
constinit BackendTable<void(const Windows&, const Tensor&, const Tensor&, const Tensor&)> max_windows_backward{
    "max_pool_backward"};
constinit BackendTable<void(const Windows&, const Divisor&, const Tensor&, const Tensor&)> average_windows{"avg_pool"};
constinit BackendTable<void(const Windows&, const Divisor&, const Tensor&, const Tensor&)> average_windows_backward{
    "avg_pool_backward"};

}  // namespace pool

namespace {

using pool::Divisor;
using pool::WindowAxis;
using pool::Windows;
using Two = std::tuple<Tensor, Tensor>;

// Windows of the internal ops, whose lists have an entry per spatial dim. An empty kernel: adaptive.
struct Lists {
  IntSpan outputs, kernel, stride, padding, dilation;
};

Windows windows_of(IntSpan sizes, const Lists& l, MemoryFormat format) {
  Windows w;
  const size_t dims = l.outputs.size(), lead = sizes.size() - dims;
  if (is_channels_last(format)) {
    w.planes = sizes[0];
    w.lanes = sizes[1];
  } else {
    w.planes = checked_numel(sizes.first(lead));
  }
  for (size_t d = 0; d < dims; ++d) {
    const int64_t inputs = sizes[lead + d], outputs = l.outputs[d];
    WindowAxis& axis = w.axes[3 - dims + d];
    VT_CHECK(inputs > 0, Runtime, "pooling: expected spatial dims of at least 1, got ", sizes);
    if (l.kernel.empty()) {
      const int64_t longest = outputs > 0 ? (inputs + outputs - 1) / outputs + 1 : 1;
      axis = {inputs, outputs, longest, 1, 0, 1, true};
      continue;
    }
    const int64_t dilation = l.dilation.empty() ? 1 : l.dilation[d];
    VT_CHECK(l.kernel[d] > 0 && l.stride[d] > 0 && l.padding[d] >= 0 && dilation > 0, Runtime,
             "pooling: expected positive kernel sizes, strides and dilations and a padding of at least 0");
    axis = {inputs, outputs, l.kernel[d], l.stride[d], l.padding[d], dilation, false};
  }
  return w;
}

// A last dim whose windows have one position, the identity, is lanes.
Windows with_last_dim_as_lanes(Windows w) {
  const WindowAxis last = w.axes[2];
  if (w.lanes > 1 || last.adaptive || last.size > 1 || last.stride > 1 || last.padding > 0) return w;
  w.lanes = last.inputs;
  std::shift_right(std::begin(w.axes), std::end(w.axes), 1);
  w.axes[0] = WindowAxis();
  return w;
}

DimVec pooled_sizes(const Tensor& self, IntSpan outputs) {
  DimVec sizes(self.sizes());
  std::ranges::copy(outputs, sizes.end() - outputs.size());
  return sizes;
}

MemoryFormat channels_last_of(size_t rank) {
  return rank == 4 ? MemoryFormat::ChannelsLast : rank == 5 ? MemoryFormat::ChannelsLast3d : MemoryFormat::Contiguous;
}

TensorSpec pooled_spec(const Tensor& self, const DimVec& sizes, DType dtype, bool channels_last) {
  const MemoryFormat format = channels_last_of(sizes.size());
  return {sizes, dtype, self.device(), channels_last ? format_strides(format, sizes) : DimVec()};
}

// What a kernel's tensors lie in: the format of its result, if that is channels_last of the dims that are pooled.
MemoryFormat format_of(const Tensor& out, size_t dims) {
  const MemoryFormat format = suggested_format(out);
  const bool pooled = is_channels_last(format) && out.sizes().size() == dims + 2;
  return pooled ? format : MemoryFormat::Contiguous;
}

// A kernel's result: `out` itself, or memory in the kernel's format that finish() copies from.
struct Dense {
  const Tensor& out;
  Tensor data;
  Dense(const Tensor& t, MemoryFormat format)
      : out(t),
        data(is_contiguous_in(t, format)
                 ? t
                 : empty_strided(t.sizes(), format_strides(format, t.sizes()), t.dtype(), t.device())) {}
  void finish() const {
    if (!data.is_same(out)) copy_data(out, data);
  }
};

// The internal ops
// ----------------------------------------------------------------------------------------------------------------

// Windows of few enough positions are worth a byte for each maximum; only what asks for indices needs them in full.
constexpr int64_t kBytePositions = 256;

std::array<TensorSpec, 2> max_meta(const Tensor& self, IntSpan outputs, IntSpan kernel, IntSpan, IntSpan, IntSpan,
                                   bool in_plane) {
  VT_CHECK(self.dtype() != DType::bool_ && !is_complex(self.dtype()), NotImplemented, "not implemented for '",
           self.dtype(), "'");
  VT_CHECK(in_plane || (!kernel.empty() && checked_numel(kernel) <= kBytePositions && is_floating(self.dtype())),
           Runtime, "places in a window are told in a byte, got windows of ", kernel, " of ", self.dtype());
  const DimVec sizes = pooled_sizes(self, outputs);
  const bool last = is_channels_last(suggested_format(self));
  return {pooled_spec(self, sizes, self.dtype(), last),
          pooled_spec(self, sizes, in_plane ? DType::int64 : DType::uint8, last)};
}

void max_kernel(const Tensor& self, IntSpan outputs, IntSpan kernel, IntSpan stride, IntSpan padding, IntSpan dilation,
                bool, Tensor& out, Tensor& indices) {
  if (out.numel() == 0) return;
  const MemoryFormat format = format_of(out, outputs.size());
  const Dense values(out, format), places(indices, format);
  pool::max_windows(self.device(), windows_of(self.sizes(), {outputs, kernel, stride, padding, dilation}, format),
                    dense_data(self, format), values.data, places.data);
  values.finish();
  places.finish();
}

// t with its last `dims` dims as one.
Tensor flat_planes(const Tensor& t, size_t dims) {
  DimVec sizes(t.sizes().first(t.sizes().size() - dims));
  sizes.push_back(checked_numel(t.sizes().last(dims)));
  return ops::reshape(t, sizes);
}

void max_backward(GradContext& ctx) {
  const size_t dims = ctx.arg<IntSpan>(1).size();
  ctx.set(0, ops::_max_windows_backward(ctx.grad(0), ctx.saved_result(1), DimVec(ctx.sizes(0).last(dims)),
                                        ctx.arg<IntSpan>(2), ctx.arg<IntSpan>(3), ctx.arg<IntSpan>(4),
                                        ctx.arg<IntSpan>(5)));
}

TensorSpec max_backward_meta(const Tensor& grad, const Tensor& indices, IntSpan inputs, IntSpan, IntSpan, IntSpan,
                             IntSpan) {
  VT_CHECK(is_floating(grad.dtype()), NotImplemented, "not implemented for '", grad.dtype(), "'");
  VT_CHECK(same(grad.sizes(), indices.sizes()) && (indices.dtype() == DType::int64 || indices.dtype() == DType::uint8),
           Runtime, "expected int64 or uint8 indices of the gradient's shape, got ", to_string(indices), " and ",
           to_string(grad));
  return pooled_spec(grad, pooled_sizes(grad, inputs), grad.dtype(), is_channels_last(suggested_format(indices)));
}

void max_backward_kernel(const Tensor& grad, const Tensor& indices, IntSpan inputs, IntSpan kernel, IntSpan stride,
                         IntSpan padding, IntSpan dilation, Tensor& out) {
  if (out.numel() == 0) return;
  const MemoryFormat format = format_of(out, inputs.size());
  const Dense result(out, format);
  const IntSpan outputs = grad.sizes().last(inputs.size());
  pool::max_windows_backward(grad.device(),
                             windows_of(out.sizes(), {outputs, kernel, stride, padding, dilation}, format),
                             dense_data(grad, format), dense_data(indices, format), result.data);
  result.finish();
}

// Places in the plane (int64) from those in regular windows.
Tensor places_in_plane(const Tensor& in_windows, IntSpan inputs, const Lists& l) {
  Tensor left = ops::to(in_windows, DType::int64), places;
  int64_t step = 1;
  for (size_t d = inputs.size(); d-- > 0;) {
    DimVec along(static_cast<size_t>(in_windows.dim()), 1);
    along[along.size() - inputs.size() + d] = l.outputs[d];
    const Tensor origins = ops::arange(Scalar(l.outputs[d]), DType::int64, in_windows.device()) * Scalar(l.stride[d]) -
                           Scalar(l.padding[d]);
    const Tensor kernel = ops::full({}, Scalar(l.kernel[d]), DType::int64, in_windows.device());
    const Tensor at = ops::reshape(origins, along) + ops::remainder(left, kernel) * Scalar(l.dilation[d]);
    places = places.defined() ? places + at * Scalar(step) : at;
    left = ops::floor_divide(left, kernel);
    step *= inputs[d];
  }
  return places;
}

// The sums are linear in what they add up.
void max_backward_derivative(GradContext& ctx) {
  Tensor indices = ctx.saved(1);
  const IntSpan inputs = ctx.arg<IntSpan>(2);
  const size_t dims = inputs.size();
  if (indices.dtype() != DType::int64) {
    const IntSpan outputs = indices.sizes().last(dims);
    indices = places_in_plane(
        indices, inputs, {outputs, ctx.arg<IntSpan>(3), ctx.arg<IntSpan>(4), ctx.arg<IntSpan>(5), ctx.arg<IntSpan>(6)});
  }
  ctx.set(0, ops::reshape(ops::gather(flat_planes(ctx.grad(), dims), -1, flat_planes(indices, dims)),
                          DimVec(indices.sizes())));
}

using Number = std::optional<int64_t>;

void check_averaged(const Tensor& self) {
  VT_CHECK(is_floating(self.dtype()), NotImplemented, "not implemented for '", self.dtype(), "'");
}

TensorSpec average_meta(const Tensor& self, IntSpan outputs, IntSpan, IntSpan, IntSpan, bool, Number divisor,
                        bool channels_last) {
  check_averaged(self);
  VT_CHECK(divisor.value_or(1) != 0, Runtime, "divisor must be not zero");
  return pooled_spec(self, pooled_sizes(self, outputs), self.dtype(), channels_last);
}

void average_kernel(const Tensor& self, IntSpan outputs, IntSpan kernel, IntSpan stride, IntSpan padding,
                    bool counts_padding, Number divisor, bool, Tensor& out) {
  if (out.numel() == 0) return;
  const MemoryFormat format = format_of(out, outputs.size());
  const Dense result(out, format);
  const Windows w = windows_of(self.sizes(), {outputs, kernel, stride, padding, {}}, format);
  pool::average_windows(self.device(), with_last_dim_as_lanes(w), {counts_padding, divisor.value_or(0)},
                        dense_data(self, format), result.data);
  result.finish();
}

TensorSpec average_backward_meta(const Tensor& grad, IntSpan inputs, IntSpan, IntSpan, IntSpan, bool, Number,
                                 bool channels_last) {
  check_averaged(grad);
  return pooled_spec(grad, pooled_sizes(grad, inputs), grad.dtype(), channels_last);
}

void average_backward_kernel(const Tensor& grad, IntSpan inputs, IntSpan kernel, IntSpan stride, IntSpan padding,
                             bool counts_padding, Number divisor, bool, Tensor& out) {
  if (out.numel() == 0) return;
  const MemoryFormat format = format_of(out, inputs.size());
  const Dense result(out, format);
  const IntSpan outputs = grad.sizes().last(inputs.size());
  const Windows w = windows_of(out.sizes(), {outputs, kernel, stride, padding, {}}, format);
  pool::average_windows_backward(grad.device(), with_last_dim_as_lanes(w), {counts_padding, divisor.value_or(0)},
                                 dense_data(grad, format), result.data);
  result.finish();
}

// Either op is linear, and the other's derivative.
template <bool Forward>
void average_derivative(GradContext& ctx) {
  const size_t dims = ctx.arg<IntSpan>(1).size();
  const DimVec sizes(ctx.sizes(0).last(dims));
  constexpr auto op = Forward ? ops::_average_windows_backward : ops::_average_windows;
  ctx.set(0, op(ctx.grad(), sizes, ctx.arg<IntSpan>(2), ctx.arg<IntSpan>(3), ctx.arg<IntSpan>(4), ctx.arg<bool>(5),
                ctx.arg<Number>(6), ctx.arg<bool>(7)));
}

// Arguments of the functions
// --------------------------------------------------------------------------------------------------------------

constexpr const char* kCounts[] = {"one int", "two ints", "three ints"};

DimVec per_dim(IntSpan list, size_t dims, std::string_view op, std::string_view name) {
  VT_CHECK(list.size() == 1 || list.size() == dims, Runtime, op, ": ", name,
           " must either be a single int, or a tuple of ", kCounts[dims - 1]);
  return list.size() == 1 ? DimVec(dims, list[0]) : DimVec(list);
}

// Checked lists of a regular pooling, and the sizes of its result.
struct Regular {
  DimVec kernel, stride, padding, dilation, outputs;

  Regular(const Tensor& self, size_t dims, std::string_view op, IntSpan kernels, IntSpan strides, IntSpan paddings,
          IntSpan dilations, bool ceil_mode)
      : kernel(per_dim(kernels, dims, op, "kernel_size")),
        stride(strides.empty() ? kernel : per_dim(strides, dims, op, "stride")),
        padding(per_dim(paddings, dims, op, "padding")),
        dilation(per_dim(dilations, dims, op, "dilation")) {
    check_rank(self, dims, op);
    const IntSpan inputs = self.sizes().last(dims);
    for (size_t d = 0; d < dims; ++d) {
      VT_CHECK(kernel[d] > 0, Runtime, "kernel size should be greater than zero, but got ", IntSpan(kernel));
      VT_CHECK(stride[d] > 0, Runtime, "stride should be greater than zero, but got ", IntSpan(stride));
      VT_CHECK(dilation[d] > 0, Runtime, "dilation should be greater than zero, but got ", IntSpan(dilation));
      VT_CHECK(padding[d] >= 0, Runtime, "pad must be non-negative, but got pad: ", padding[d]);
      const int64_t reach = checked_add(checked_mul(dilation[d], kernel[d] - 1), 1);
      VT_CHECK(padding[d] <= reach / 2, Runtime,
               "pad should be at most half of effective kernel size, but got pad=", padding[d],
               ", kernel_size=", kernel[d], " and dilation=", dilation[d]);
      const int64_t room = checked_add(inputs[d], 2 * padding[d]) - reach;
      int64_t n = room < 0 ? (ceil_mode && room > -stride[d] ? 1 : 0)
                           : (room + (ceil_mode ? stride[d] - 1 : 0)) / stride[d] + 1;
      // the last window has to begin inside the input or its first padding
      if (ceil_mode && (n - 1) * stride[d] >= inputs[d] + padding[d]) --n;
      outputs.push_back(n);
    }
    VT_CHECK(std::ranges::all_of(outputs, [](int64_t n) { return n > 0; }), Runtime, "Given input size: ", inputs,
             ". Calculated output size: ", IntSpan(outputs), ". Output size is too small");
  }

  static void check_rank(const Tensor& self, size_t dims, std::string_view op) {
    const auto rank = static_cast<int64_t>(dims);
    VT_CHECK(self.dim() == rank + 1 || self.dim() == rank + 2, Runtime, op, "() Expected ", dims + 1, "D or ", dims + 2,
             "D input tensor, but got ", self.sizes());
    for (int64_t d = self.dim() - rank - 1; d < self.dim(); ++d) {
      VT_CHECK(self.size(d) > 0, Runtime, op,
               "(): expected input to have non-zero size for non-batch dimensions, but got ", self.sizes());
    }
  }
};

constexpr std::string_view kMax[] = {"max_pool1d", "max_pool2d", "max_pool3d"};
constexpr std::string_view kAverage[] = {"avg_pool1d", "avg_pool2d", "avg_pool3d"};
constexpr std::string_view kAdaptiveMax[] = {"adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d"};
constexpr std::string_view kAdaptiveAverage[] = {"adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d"};

template <size_t Dims>
Two max_pool_with_indices(const Tensor& self, IntSpan kernel, IntSpan stride, IntSpan padding, IntSpan dilation,
                          bool ceil_mode) {
  const Regular r(self, Dims, kMax[Dims - 1], kernel, stride, padding, dilation, ceil_mode);
  return ops::_max_windows(self, r.outputs, r.kernel, r.stride, r.padding, r.dilation, true);
}

template <size_t Dims>
Tensor max_pool(const Tensor& self, IntSpan kernel, IntSpan stride, IntSpan padding, IntSpan dilation, bool ceil_mode) {
  const Regular r(self, Dims, kMax[Dims - 1], kernel, stride, padding, dilation, ceil_mode);
  const bool in_plane = checked_numel(r.kernel) > kBytePositions || !is_floating(self.dtype());
  return std::get<0>(ops::_max_windows(self, r.outputs, r.kernel, r.stride, r.padding, r.dilation, in_plane));
}

template <size_t Dims>
Tensor average_pool(const Tensor& self, IntSpan kernel, IntSpan stride, IntSpan padding, bool ceil_mode,
                    bool counts_padding, Number divisor) {
  const Regular r(self, Dims, kAverage[Dims - 1], kernel, stride, padding, DimVec{1}, ceil_mode);
  return ops::_average_windows(self, r.outputs, r.kernel, r.stride, r.padding, counts_padding, divisor,
                               is_channels_last(suggested_format(self)));
}

Tensor average_pool1d(const Tensor& self, IntSpan kernel, IntSpan stride, IntSpan padding, bool ceil_mode,
                      bool counts_padding) {
  return average_pool<1>(self, kernel, stride, padding, ceil_mode, counts_padding, {});
}

// The sizes of an adaptive pooling's result; -1 keeps a dim's.
DimVec adaptive_outputs(const Tensor& self, IntSpan sizes, size_t dims, std::string_view op) {
  VT_CHECK(sizes.size() == dims || sizes.size() == 1, Runtime, op, ": output_size must be ", dims, ", got ", sizes);
  Regular::check_rank(self, dims, op);
  const DimVec outputs = per_dim(sizes, dims, op, "output_size");
  for (const int64_t n : outputs)
    VT_CHECK(n >= 0, Runtime, op, ": elements of output_size must be greater than or equal to 0");
  return outputs;
}

template <size_t Dims>
Two adaptive_max_pool(const Tensor& self, IntSpan sizes) {
  return ops::_max_windows(self, adaptive_outputs(self, sizes, Dims, kAdaptiveMax[Dims - 1]), {}, {}, {}, {}, true);
}

template <size_t Dims>
Tensor adaptive_average_pool(const Tensor& self, IntSpan sizes) {
  const DimVec outputs = adaptive_outputs(self, sizes, Dims, kAdaptiveAverage[Dims - 1]);
  const bool channels_last = is_channels_last(suggested_format(self));
  const bool whole = std::ranges::all_of(outputs, [](int64_t n) { return n == 1; });
  // One long window: where there are many threads a reduction shares it out.
  if (whole && !channels_last && is_floating(self.dtype()) && !self.device().is_cpu()) {
    DimVec dims;
    for (int64_t d = 1; d <= static_cast<int64_t>(Dims); ++d) dims.push_back(-d);
    return ops::mean(self, IntSpan(dims), true);
  }
  return ops::_average_windows(self, outputs, {}, {}, {}, false, Number(), channels_last);
}

template <size_t Dims>
Tensor max_unpool(const Tensor& self, const Tensor& indices, IntSpan sizes) {
  VT_CHECK(indices.dtype() == DType::int64, Runtime,
           "elements in indices should be type int64 but got: ", indices.dtype());
  VT_CHECK(same(self.sizes(), indices.sizes()), Runtime,
           "Expected shape of indices to be same as that of the input tensor (", self.sizes(),
           ") but got indices tensor with shape: ", indices.sizes());
  VT_CHECK(self.sizes().size() == Dims + 1 || self.sizes().size() == Dims + 2, Runtime, "max_unpool", Dims,
           "d: expected ", Dims + 1, "D or ", Dims + 2, "D input, but got ", self.sizes());
  VT_CHECK(sizes.size() == Dims, Runtime, "There should be exactly ", Dims, " elements in output_size, but got ",
           sizes.size(), " elements.");
  const DimVec whole = pooled_sizes(self, sizes);
  DimVec flat(IntSpan(whole).first(whole.size() - Dims));
  flat.push_back(checked_numel(sizes));
  const Tensor zeros = ops::new_zeros(self, flat);
  return ops::reshape(ops::scatter(zeros, -1, flat_planes(indices, Dims), flat_planes(self, Dims)), whole);
}

// The p-norm of each window: the average of the p-th powers times their number, and its root.
template <size_t Dims>
Tensor lp_pool(const Tensor& self, double p, IntSpan kernel, IntSpan stride, bool ceil_mode) {
  const Regular r(self, Dims, kAverage[Dims - 1], kernel, stride, DimVec{0}, DimVec{1}, ceil_mode);
  const Tensor powers = ops::pow(self, Scalar(p));
  const Tensor mean = ops::_average_windows(powers, r.outputs, r.kernel, r.stride, r.padding, true, Number(),
                                            is_channels_last(suggested_format(self)));
  const auto count = static_cast<double>(checked_numel(r.kernel));
  return ops::pow(ops::sign(mean) * ops::relu(ops::abs(mean)) * Scalar(count), Scalar(1 / p));
}

// x / (k + alpha * the mean square of `size` neighbouring channels) ^ beta
Tensor local_response_norm(const Tensor& self, int64_t size, double alpha, double beta, double k) {
  VT_CHECK(self.dim() >= 3, Value, "Expected 3D or higher dimensionality input (got ", self.dim(), " dimensions)");
  VT_CHECK(size > 0, Runtime, "expected a size of at least 1, got ", size);
  if (self.numel() == 0) return self;
  const int64_t channels = self.size(1), rest = checked_numel(self.sizes().subspan(2));
  const Tensor squares = ops::reshape(self * self, DimVec{self.size(0), channels, rest});
  const Tensor padded = ops::constant_pad_nd(squares, DimVec{0, 0, size / 2, (size - 1) / 2}, Scalar(0));
  const Tensor mean = ops::_average_windows(padded, DimVec{channels, rest}, DimVec{size, 1}, DimVec{1, 1}, DimVec{0, 0},
                                            true, Number(), false);
  return self / ops::pow(ops::reshape(mean, DimVec(self.sizes())) * Scalar(alpha) + Scalar(k), Scalar(beta));
}

constexpr char kMaxDoc[] =
    "The maximum of each window of the last dims. kernel_size, stride (kernel_size unless given), padding (of minus "
    "infinity, at most half a window) and dilation are one number or one per dim; ceil_mode: a last window may reach "
    "past the end.";
constexpr char kAverageDoc[] =
    "The mean of each window of the last dims. Zeros of the padding count unless count_include_pad is False; "
    "divisor_override is divided by instead.";
constexpr char kLpDoc[] = "The p-norm, p = norm_type, of each window of the last dims.";
constexpr char kUnpoolDoc[] =
    "The inverse of max_pool as far as there is one: self at indices of zeros of output_size.";
constexpr char kAdaptiveDoc[] = "Pools the last dims to output_size, over windows as even as they can be.";

}  // namespace

void register_pooling(Registry& r) {
  pool::max_windows.cpu(pool::max_windows_cpu);
  pool::max_windows_backward.cpu(pool::max_windows_backward_cpu);
  pool::average_windows.cpu(pool::average_windows_cpu);
  pool::average_windows_backward.cpu(pool::average_windows_backward_cpu);
  r.def(
       "_max_windows(Tensor self, int[] outputs, int[] kernel_size, int[] stride, int[] padding, int[] dilation, bool in_plane=True) -> (Tensor, Tensor)")
      .meta(max_meta)
      .cpu(max_kernel)
      .cuda(max_kernel)
      .backward(keep::results(1), max_backward)
      .internal();
  r.def(
       "_max_windows_backward(Tensor grad, Tensor indices, int[] inputs, int[] kernel_size, int[] stride, int[] padding, int[] dilation) -> Tensor")
      .meta(max_backward_meta)
      .cpu(max_backward_kernel)
      .cuda(max_backward_kernel)
      .backward(keep::args(1), max_backward_derivative)
      .internal();
  r.def(
       "_average_windows(Tensor self, int[] outputs, int[] kernel_size, int[] stride, int[] padding, bool count_include_pad, int? divisor, bool channels_last=False) -> Tensor")
      .meta(average_meta)
      .cpu(average_kernel)
      .cuda(average_kernel)
      .backward(keep::none, average_derivative<true>)
      .internal();
  r.def(
       "_average_windows_backward(Tensor grad, int[] inputs, int[] kernel_size, int[] stride, int[] padding, bool count_include_pad, int? divisor, bool channels_last=False) -> Tensor")
      .meta(average_backward_meta)
      .cpu(average_backward_kernel)
      .cuda(average_backward_kernel)
      .backward(keep::none, average_derivative<false>)
      .internal();
  r.def(
       "max_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=0, int[1] dilation=1, bool ceil_mode=False) -> Tensor")
      .composite(max_pool<1>)
      .function_only()
      .doc(kMaxDoc);
  r.def(
       "max_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] dilation=1, bool ceil_mode=False) -> Tensor")
      .composite(max_pool<2>)
      .function_only()
      .doc(kMaxDoc);
  r.def(
       "max_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] dilation=1, bool ceil_mode=False) -> Tensor")
      .composite(max_pool<3>)
      .autocast({.cpu = AutocastPolicy::Float32})
      .function_only()
      .doc(kMaxDoc);
  r.def(
       "max_pool1d_with_indices(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=0, int[1] dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)")
      .composite(max_pool_with_indices<1>)
      .function_only()
      .doc(kMaxDoc);
  r.def(
       "max_pool2d_with_indices(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)")
      .composite(max_pool_with_indices<2>)
      .surface(kNode)
      .doc(kMaxDoc);
  r.def(
       "max_pool3d_with_indices(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)")
      .composite(max_pool_with_indices<3>)
      .surface(kNode)
      .doc(kMaxDoc);
  r.def(
       "avg_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=0, bool ceil_mode=False, bool count_include_pad=True) -> Tensor")
      .composite(average_pool1d)
      .surface(kFunction | kFunctional)
      .doc(kAverageDoc);
  r.def(
       "avg_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, bool ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor")
      .composite(average_pool<2>)
      .surface(kFunctional)
      .doc(kAverageDoc);
  r.def(
       "avg_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, bool ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor")
      .composite(average_pool<3>)
      .autocast({.cpu = AutocastPolicy::Float32})
      .surface(kFunctional)
      .doc(kAverageDoc);
  r.def("adaptive_max_pool1d(Tensor self, int[1] output_size) -> (Tensor, Tensor)")
      .composite(adaptive_max_pool<1>)
      .function_only()
      .doc(kAdaptiveDoc);
  r.def("adaptive_max_pool2d(Tensor self, int[2] output_size) -> (Tensor, Tensor)")
      .composite(adaptive_max_pool<2>)
      .surface(kNode)
      .doc(kAdaptiveDoc);
  r.def("adaptive_max_pool3d(Tensor self, int[3] output_size) -> (Tensor, Tensor)")
      .composite(adaptive_max_pool<3>)
      .autocast({.cpu = AutocastPolicy::Float32})
      .surface(kNode)
      .doc(kAdaptiveDoc);
  r.def("adaptive_avg_pool1d(Tensor self, int[1] output_size) -> Tensor")
      .composite(adaptive_average_pool<1>)
      .surface(kFunction | kFunctional)
      .doc(kAdaptiveDoc);
  r.def("adaptive_avg_pool2d(Tensor self, int[2] output_size) -> Tensor")
      .composite(adaptive_average_pool<2>)
      .surface(kNode)
      .doc(kAdaptiveDoc);
  r.def("adaptive_avg_pool3d(Tensor self, int[3] output_size) -> Tensor")
      .composite(adaptive_average_pool<3>)
      .autocast({.cpu = AutocastPolicy::Float32})
      .surface(kNode)
      .doc(kAdaptiveDoc);
  r.def(
       "lp_pool1d(Tensor input, float norm_type, int[1] kernel_size, int[1] stride=[], bool ceil_mode=False) -> Tensor")
      .composite(lp_pool<1>)
      .surface(kNode)
      .doc(kLpDoc);
  r.def(
       "lp_pool2d(Tensor input, float norm_type, int[2] kernel_size, int[2] stride=[], bool ceil_mode=False) -> Tensor")
      .composite(lp_pool<2>)
      .surface(kNode)
      .doc(kLpDoc);
  r.def(
       "lp_pool3d(Tensor input, float norm_type, int[3] kernel_size, int[3] stride=[], bool ceil_mode=False) -> Tensor")
      .composite(lp_pool<3>)
      .surface(kNode)
      .doc(kLpDoc);
  r.def("local_response_norm(Tensor input, int size, float alpha=0.0001, float beta=0.75, float k=1.0) -> Tensor")
      .composite(local_response_norm)
      .surface(kFunctional)
      .doc(
          "input / (k + alpha * the mean square of `size` neighbouring channels) ** beta; channels are the second dim.");
  r.def("max_unpool1d(Tensor self, Tensor indices, int[1] output_size) -> Tensor")
      .composite(max_unpool<1>)
      .autocast({.cpu = AutocastPolicy::Float32})
      .surface(kNode)
      .doc(kUnpoolDoc);
  r.def("max_unpool2d(Tensor self, Tensor indices, int[2] output_size) -> Tensor")
      .composite(max_unpool<2>)
      .autocast({.cpu = AutocastPolicy::Float32})
      .surface(kNode)
      .doc(kUnpoolDoc);
  r.def("max_unpool3d(Tensor self, Tensor indices, int[3] output_size) -> Tensor")
      .composite(max_unpool<3>)
      .autocast({.cpu = AutocastPolicy::Float32})
      .surface(kNode)
      .doc(kUnpoolDoc);
}

}  // namespace vt
