// Resizing of spatial dims: weighted sums of neighbours along one dim after another.
#include <array>
#include <cmath>

#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/copy/memory_format.h"
#include "ops/resample/taps_cpu.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/pool.h"
#include "ops/typed/resample.h"

namespace vt {
namespace resample {

constinit BackendTable<void(const TapAxis&, const Tensor&, const Tensor&)> fill_taps{"interpolate"};
constinit BackendTable<void(const TapLayout&, const Tensor&, const Tensor&, const Tensor&, const Tensor&)> gather_taps{
    "interpolate"};
constinit BackendTable<void(const TapLayout&, const Tensor&, const Tensor&, const Tensor&, const Tensor&)> gather_bytes{
    "interpolate"};
constinit BackendTable<void(const TapLayout&, const Tensor&, const Tensor&, const Tensor&, const Tensor&)> scatter_taps{
    "interpolate_backward"};

}  // namespace resample

namespace {

using resample::Filter;
using resample::TapAxis;
using resample::TapLayout;

// Sums along one dim
// -----------------------------------------------------------------------------------------------------------------

void check_taps(const Tensor& self, int64_t& dim, const Tensor& spans, const Tensor& weights) {
  dim = wrap_dim(dim, self.dim());
  VT_CHECK(spans.dtype() == DType::int64 && spans.dim() == 2 && spans.size(1) == 2 && spans.device() == self.device(),
           Runtime, "expected spans (outputs, 2) of int64 on ", self.device(), ", got ", to_string(spans));
  const bool bytes = self.dtype() == DType::uint8;
  VT_CHECK(is_floating(self.dtype()) || (bytes && (!weights.defined() || resample::gather_bytes.has(self.device()))),
           NotImplemented, "not implemented for '", self.dtype(), "'");
  const DType kind = bytes ? DType::float64 : self.dtype();
  VT_CHECK(!weights.defined() || (weights.dim() == 2 && weights.size(0) == spans.size(0) && weights.dtype() == kind &&
                                  weights.device() == self.device()),
           Runtime, "expected weights (", spans.size(0), ", taps) of ", kind, ", got ", to_string(weights));
  VT_CHECK(!weights.defined() || !is_reduced_floating(self.dtype()), NotImplemented,
           "weighted sums are of float32 or float64, got ", self.dtype());
}

TensorSpec resized_spec(const Tensor& self, int64_t dim, int64_t size) {
  DimVec sizes(self.sizes());
  sizes[static_cast<size_t>(dim)] = size;
  const MemoryFormat format = suggested_format(self);
  return {sizes, self.dtype(), self.device(), is_channels_last(format) ? format_strides(format, sizes) : DimVec()};
}

TensorSpec gather_meta(const Tensor& self, int64_t& dim, const Tensor& spans, const Tensor& weights) {
  check_taps(self, dim, spans, weights);
  VT_CHECK(self.size(dim) > 0 || spans.size(0) == 0, Runtime, "no elements to sum along dim ", dim, " of ",
           self.sizes());
  return resized_spec(self, dim, spans.size(0));
}

TensorSpec scatter_meta(const Tensor& self, int64_t& dim, const Tensor& spans, const Tensor& weights, int64_t size) {
  check_taps(self, dim, spans, weights);
  VT_CHECK(self.dtype() != DType::uint8, NotImplemented, "not implemented for '", self.dtype(), "'");
  VT_CHECK(self.size(dim) == spans.size(0) && size >= 0, Runtime, "expected ", spans.size(0), " elements along dim ",
           dim, ", got ", self.sizes());
  return resized_spec(self, dim, size);
}

// self as the result lies in memory, and how it does.
struct Laid {
  Tensor self;
  TapLayout layout;

  Laid(const Tensor& t, int64_t dim, const Tensor& out, int64_t inputs, int64_t outputs) : self(t) {
    const MemoryFormat format = out.is_contiguous() ? MemoryFormat::Contiguous : suggested_format(out);
    if (!is_contiguous_in(t, format)) {
      self = empty_strided(t.sizes(), format_strides(format, t.sizes()), t.dtype(), t.device());
      copy_data(self, t);
    }
    const int64_t inner = format_strides(format, out.sizes())[static_cast<size_t>(dim)];
    layout = {out.numel() / (inner * out.size(dim)), inputs, outputs, inner};
  }
};

void gather_kernel(const Tensor& self, int64_t dim, const Tensor& spans, const Tensor& weights, Tensor& out) {
  if (out.numel() == 0) return;
  const Laid from(self, dim, out, self.size(dim), out.size(dim));
  const auto& gather =
      self.dtype() == DType::uint8 && weights.defined() ? resample::gather_bytes : resample::gather_taps;
  gather(self.device(), from.layout, from.self, contiguous_data(spans),
         weights.defined() ? contiguous_data(weights) : weights, out);
}

void scatter_kernel(const Tensor& self, int64_t dim, const Tensor& spans, const Tensor& weights, int64_t, Tensor& out) {
  if (out.numel() == 0) return;
  if (self.numel() == 0) return fill_data(out, Scalar(0));
  const Laid from(self, dim, out, out.size(dim), self.size(dim));
  resample::scatter_taps(self.device(), from.layout, from.self, contiguous_data(spans),
                         weights.defined() ? contiguous_data(weights) : weights, out);
}

// Either op is linear, and the other's derivative.
Tensor saved_weights(GradContext& ctx) { return ctx.is_none(3) ? Tensor() : ctx.saved(3); }

void gather_backward(GradContext& ctx) {
  const auto dim = ctx.arg<int64_t>(1);
  const IntSpan sizes = ctx.sizes(0);
  const auto at = static_cast<size_t>(wrap_dim(dim, static_cast<int64_t>(sizes.size())));
  ctx.set(0, ops::_scatter_taps(ctx.grad(), dim, ctx.saved(2), saved_weights(ctx), sizes[at]));
}

void scatter_backward(GradContext& ctx) {
  ctx.set(0, ops::_gather_taps(ctx.grad(), ctx.arg<int64_t>(1), ctx.saved(2), saved_weights(ctx)));
}

// interpolate
// -----------------------------------------------------------------------------------------------------------------

struct Mode {
  std::string_view name;
  int64_t dims;  // it is for this many; 0: any
  Filter filter;
  bool corners;  // it has align_corners
};
constexpr Mode kModes[] = {
    {"nearest", 0, Filter::Nearest, false}, {"nearest-exact", 0, Filter::NearestExact, false},
    {"area", 0, Filter::Nearest, false},    {"linear", 1, Filter::Linear, true},
    {"bilinear", 2, Filter::Linear, true},  {"bicubic", 2, Filter::Cubic, true},
    {"trilinear", 3, Filter::Linear, true}, {"lanczos", 2, Filter::Lanczos, true},
};

const Mode& mode_named(std::string_view name, int64_t dims) {
  const auto* mode = std::ranges::find(kModes, name, &Mode::name);
  const bool known = mode != std::end(kModes);
  VT_CHECK(dims >= 1 && dims <= 3 && known, NotImplemented,
           "Input Error: Only 3D, 4D and 5D input Tensors supported (got ", dims + 2,
           "D) for the modes: nearest | linear | bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got ",
           name, ")");
  VT_CHECK(mode->dims == 0 || mode->dims == dims, NotImplemented, "Got ", dims + 2, "D input, but ", name,
           " mode needs ", mode->dims + 2, "D input");
  return *mode;
}

using Floats = std::span<const double>;
using OptSizes = std::optional<IntSpan>;
using OptFactors = std::optional<Floats>;
using OptBool = std::optional<bool>;

template <class A>
double step_of(int64_t inputs, int64_t outputs, bool align_corners, double factor) {
  if (align_corners) return outputs > 1 ? static_cast<A>(inputs - 1) / static_cast<A>(outputs - 1) : A(0);
  return factor > 0 ? static_cast<A>(1.0 / factor) : static_cast<A>(inputs) / static_cast<A>(outputs);
}

// self with dim `dim` resized; factor 0: that of the sizes.
Tensor resized(const Tensor& self, int64_t dim, int64_t outputs, double factor, const Mode& mode, bool align_corners,
               bool antialias) {
  const bool nearest = mode.filter == Filter::Nearest || mode.filter == Filter::NearestExact;
  const bool bytes = self.dtype() == DType::uint8 && !nearest;
  const bool twice = self.dtype() == DType::float64 || bytes;
  const int64_t inputs = self.size(dim);
  const double step = twice ? step_of<double>(inputs, outputs, align_corners, factor)
                            : step_of<float>(inputs, outputs, align_corners, factor);
  const TapAxis axis{inputs, outputs, mode.filter, align_corners, antialias, twice, step};
  const Tensor spans = empty(DimVec{outputs, 2}, DType::int64, self.device());
  const Tensor weights =
      nearest ? Tensor() : empty(DimVec{outputs, axis.width()}, bytes ? DType::float64 : self.dtype(), self.device());
  resample::fill_taps(self.device(), axis, spans, weights);
  return ops::_gather_taps(self, dim, spans, weights);
}

Tensor averaged(const Tensor& input, IntSpan outputs) {
  switch (outputs.size()) {
    case 1: return ops::adaptive_avg_pool1d(input, outputs);
    case 2: return ops::adaptive_avg_pool2d(input, outputs);
    default: return ops::adaptive_avg_pool3d(input, outputs);
  }
}

int64_t scaled(int64_t size, double factor) {
  const double result = static_cast<double>(size) * factor;
  VT_CHECK(std::abs(result) < 9e18, Runtime, "scale_factor ", factor, " makes of ", size, " more than fits an int64");
  return static_cast<int64_t>(std::floor(result));
}

Tensor interpolate(const Tensor& input, OptSizes size, OptFactors factors, std::string_view name, OptBool corners,
                   OptBool recompute, bool antialias) {
  const int64_t dims = input.dim() - 2;
  const auto* known = std::ranges::find(kModes, name, &Mode::name);
  VT_CHECK(
      known == std::end(kModes) || known->corners || !corners, Value,
      "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | lanczos | trilinear");
  VT_CHECK(!size || !factors, Value, "only one of size or scale_factor should be defined");
  VT_CHECK(size || factors, Value, "either size or scale_factor should be defined");
  VT_CHECK(
      !size || static_cast<int64_t>(size->size()) == dims, Value,
      "Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of ",
      input.sizes(), " and output size of ", size.value_or(IntSpan()), ": one number for each of the ", dims,
      " spatial dims");
  VT_CHECK(!factors || static_cast<int64_t>(factors->size()) == dims, Value, "expected a scale_factor for each of the ",
           dims, " spatial dims of ", input.sizes(), ", got ", factors ? factors->size() : 0);
  VT_CHECK(!recompute.value_or(false) || factors, Value,
           "recompute_scale_factor is not meaningful with an explicit size.");
  VT_CHECK(!antialias || ((name == "bilinear" || name == "bicubic" || name == "lanczos") && dims == 2), Value,
           "Anti-alias option is restricted to bilinear, bicubic and lanczos modes and requires a 4-D tensor as input");
  const Mode& mode = mode_named(name, dims);
  VT_CHECK(mode.filter != Filter::Lanczos || antialias, Value, "Lanczos mode requires antialias=True");
  VT_CHECK(mode.filter != Filter::Lanczos || !corners.value_or(false), Value,
           "Lanczos mode does not support align_corners=True");
  DimVec outputs;
  for (int64_t d = 0; d < dims; ++d) {
    const auto at = static_cast<size_t>(d);
    outputs.push_back(size ? (*size)[at] : scaled(input.size(d + 2), (*factors)[at]));
  }
  if (name == "area") return averaged(input, outputs);
  for (int64_t d = 0; d < dims; ++d) {
    VT_CHECK(input.size(d + 2) > 0 && outputs[static_cast<size_t>(d)] > 0, Runtime,
             "Input and output sizes should be greater than 0, but got input ", input.sizes(), " and output ",
             IntSpan(outputs));
  }
  VT_CHECK(input.numel() > 0 || input.size(1) > 0, Runtime, "Non-empty ", dims + 2,
           "D data tensor expected but got a tensor with sizes ", input.sizes());
  // 16-bit elements are rounded once, after the last dim
  const bool nearest = mode.filter == Filter::Nearest || mode.filter == Filter::NearestExact;
  const bool bytes = input.dtype() == DType::uint8 && !nearest && dims == 2;  // images
  const bool wide_bytes = bytes && !resample::gather_bytes.has(input.device());
  const bool widen = (is_reduced_floating(input.dtype()) && !nearest) || wide_bytes;
  Tensor result = widen ? ops::to(input, DType::float32) : input;
  for (int64_t d = dims; d-- > 0;) {
    const auto at = static_cast<size_t>(d);
    const double factor = factors && !recompute.value_or(false) ? (*factors)[at] : 0;
    if (bytes && input.size(d + 2) == outputs[at] && factor == 0) continue;
    result = resized(result, d + 2, outputs[at], factor, mode, corners.value_or(false), antialias);
    if (wide_bytes) result = ops::clamp(ops::round(result), Scalar(0), Scalar(255));  // cubic taps overshoot
  }
  return widen ? ops::to(result, input.dtype()) : result;
}

}  // namespace

void register_interpolate(Registry& r) {
  resample::fill_taps.cpu(resample::fill_taps_cpu).nothing_to_do(Key::Meta);
  resample::gather_taps.cpu(resample::gather_taps_cpu);
  resample::gather_bytes.cpu(resample::gather_bytes_cpu).nothing_to_do(Key::Meta);
  resample::scatter_taps.cpu(resample::scatter_taps_cpu);
  r.def("_gather_taps(Tensor self, int dim, Tensor spans, Tensor? weights) -> Tensor")
      .meta(gather_meta)
      .cpu(gather_kernel)
      .cuda(gather_kernel)
      .backward(keep::args(2, 3), gather_backward)
      .internal();
  r.def("_scatter_taps(Tensor self, int dim, Tensor spans, Tensor? weights, int size) -> Tensor")
      .meta(scatter_meta)
      .cpu(scatter_kernel)
      .cuda(scatter_kernel)
      .backward(keep::args(2, 3), scatter_backward)
      .internal();
  r.def(
       "interpolate(Tensor input, int[]? size=None, float[]? scale_factor=None, str mode=\"nearest\", bool? align_corners=None, bool? recompute_scale_factor=None, bool antialias=False) -> Tensor")
      .composite(interpolate)
      .surface(kNode)
      .doc(
          "input (N, C, ...) with its one to three spatial dims resized to `size`, or to their sizes times scale_factor. "
          "mode: nearest, nearest-exact, area, linear, bilinear, trilinear, bicubic or lanczos. align_corners: the centres of the "
          "first and last elements stay where they are, instead of their outer borders. recompute_scale_factor: steps "
          "are those of the rounded sizes. antialias: bilinear, bicubic and lanczos take in all inputs that an output covers.");
}

}  // namespace vt
