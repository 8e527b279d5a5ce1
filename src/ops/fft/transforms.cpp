// Fourier transforms over dims of a tensor: complex to complex, real to complex, complex to real. All that torch.fft
// has is made of these.
//
// The real side of a transform is the one whose size `n` is given or known; its last dim has n / 2 + 1 elements on the
// complex side, the rest being their mirror image.
#include "ops/fft/transforms.h"

#include <cmath>

#include "cpu/fft/fft.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/tensor_operators.h"
#include "ops/typed/fft.h"
#include "ops/typed/view.h"

namespace vt {

namespace fft {

double scale_of(int64_t normalization, IntSpan sizes, IntSpan dims) {
  double elements = 1;
  for (const int64_t dim : dims) elements *= static_cast<double>(sizes[static_cast<size_t>(dim)]);
  switch (static_cast<Normalization>(normalization)) {
    case Normalization::kByRootN: return 1 / std::sqrt(elements);
    case Normalization::kByN: return 1 / elements;
    default: return 1;
  }
}

}  // namespace fft

namespace {

using cpu::fft::Kind;
using cpu::fft::Lines1d;

constexpr unsigned kReal = set_of(DType::float32) | set_of(DType::float64);

void check_call(const Tensor& self, DimVec& dims, int64_t normalization, bool is_real, std::string_view name) {
  VT_CHECK(is_real ? (set_of(self.dtype()) & kReal) != 0 : is_complex(self.dtype()), Runtime, name, " expects a ",
           is_real ? "float32 or float64" : "complex", " tensor, got ", to_string(self));
  VT_CHECK(normalization >= 0 && normalization <= 2, Runtime, name, ": expected a normalization of 0, 1 or 2, got ",
           normalization);
  VT_CHECK(!dims.empty() || (!is_real && name == "_fft_c2c"), Runtime, name, " must transform at least one dim");
  uint64_t seen = 0;
  for (int64_t& dim : dims) {
    VT_CHECK(self.dim() > 0, Index, "Dimension specified as ", dim, " but tensor has no dimensions");
    dim = wrap_dim(dim, self.dim());
    const uint64_t bit = uint64_t(1) << dim;
    VT_CHECK(!(seen & bit), Runtime, "FFT dims must be unique");
    seen |= bit;
    VT_CHECK(self.size(dim) > 0, Runtime, "Invalid number of data points (", self.size(dim), ") specified");
  }
}

TensorSpec c2c_meta(const Tensor& self, DimVec& dims, int64_t normalization, bool) {
  check_call(self, dims, normalization, false, "_fft_c2c");
  return {DimVec(self.sizes()), self.dtype(), self.device(), {}};
}

TensorSpec r2c_meta(const Tensor& self, DimVec& dims, int64_t normalization, bool onesided) {
  check_call(self, dims, normalization, true, "_fft_r2c");
  DimVec sizes(self.sizes());
  if (onesided) sizes[static_cast<size_t>(dims.back())] = self.size(dims.back()) / 2 + 1;
  return {sizes, to_complex(self.dtype()), self.device(), {}};
}

TensorSpec c2r_meta(const Tensor& self, DimVec& dims, int64_t normalization, int64_t last_dim_size) {
  check_call(self, dims, normalization, false, "_fft_c2r");
  VT_CHECK(last_dim_size >= 1, Runtime, "Invalid number of data points (", last_dim_size, ") specified");
  VT_CHECK(self.size(dims.back()) == last_dim_size / 2 + 1, Runtime, "_fft_c2r: expected ", last_dim_size / 2 + 1,
           " elements in dim ", dims.back(), " for a result of ", last_dim_size, ", got ", to_string(self));
  DimVec sizes(self.sizes());
  sizes[static_cast<size_t>(dims.back())] = last_dim_size;
  return {sizes, to_real(self.dtype()), self.device(), {}};
}

// ---- CPU ----

// `job` along `dim` of `from` into `to`, which may be `from`.
void along(Lines1d job, const Tensor& from, const Tensor& to, int64_t dim) {
  if (to.numel() == 0) return;
  for (int64_t d = 0; d < from.dim(); ++d) {
    if (d != dim) job.outer.push_back({from.size(d), from.stride(d), to.stride(d)});
  }
  job.in_step = from.stride(dim);
  job.out_step = to.stride(dim);
  job.length = job.kind == Kind::kComplexToReal ? to.size(dim) : from.size(dim);
  if (to_real(from.dtype()) == DType::float32) {
    cpu::fft::transform_lines<float>(job, from.data(), to.data());
  } else {
    cpu::fft::transform_lines<double>(job, from.data(), to.data());
  }
}

// Over all dims but the last `kept`; the first of them takes `self` to `out`. Returns where the values are.
Tensor complex_dims(const Tensor& self, const Tensor& out, IntSpan dims, bool inverse, double scale) {
  Tensor from = self;
  for (size_t i = dims.size(); i-- > 0;) {
    along({.inverse = inverse, .scale = from.is_same(self) ? scale : 1}, from, out, dims[i]);
    from = out;
  }
  return from;
}

void c2c_cpu(const Tensor& self, const DimVec& dims, int64_t normalization, bool forward, Tensor& out) {
  const double scale = fft::scale_of(normalization, self.sizes(), dims);
  if (!complex_dims(self, out, dims, !forward, scale).is_same(out)) copy_data(out, self);
}

void r2c_cpu(const Tensor& self, const DimVec& dims, int64_t normalization, bool onesided, Tensor& out) {
  const double scale = fft::scale_of(normalization, self.sizes(), dims);
  along({.kind = Kind::kRealToComplex, .whole = !onesided, .scale = scale}, self, out, dims.back());
  complex_dims(out, out, IntSpan(dims).first(dims.size() - 1), false, 1);
}

void c2r_cpu(const Tensor& self, const DimVec& dims, int64_t normalization, int64_t, Tensor& out) {
  const IntSpan others = IntSpan(dims).first(dims.size() - 1);
  const Tensor spectrum = others.empty() ? self : empty_like(self);
  complex_dims(self, spectrum, others, true, 1);
  along({.kind = Kind::kComplexToReal, .inverse = true, .scale = fft::scale_of(normalization, out.sizes(), dims)},
        spectrum, out, dims.back());
}

// ---- derivatives ----

// The transforms are linear, so a derivative is the adjoint, a transform itself. Of a spectrum given by half, each
// element but the first, and the last of an even length n, stands for two: weights of those `inner` ones, and 1.
Tensor weighted_half(const Tensor& spectrum, int64_t dim, int64_t n, double inner) {
  const int64_t size = spectrum.size(dim);
  const Tensor weights = ops::filled(DimVec{size}, inner, to_real(spectrum.dtype()), spectrum.device());
  fill_data(make_view(weights, DimVec{1}, DimVec{1}, 0), 1.0);
  if (n % 2 == 0) fill_data(make_view(weights, DimVec{1}, DimVec{1}, size - 1), 1.0);
  DimVec shape(static_cast<size_t>(spectrum.dim()), 1);
  shape[static_cast<size_t>(dim)] = size;
  return spectrum * ops::view(weights, shape);
}

DimVec wrapped(IntSpan dims, size_t ndim) {
  DimVec out(dims);
  for (int64_t& dim : out) dim = wrap_dim(dim, static_cast<int64_t>(ndim));
  return out;
}

void c2c_backward(GradContext& ctx) {
  ctx.set(0, ops::_fft_c2c(ctx.grad(), ctx.arg<IntSpan>(1), ctx.arg<int64_t>(2), !ctx.arg<bool>(3)));
}

void r2c_backward(GradContext& ctx) {
  const IntSpan sizes = ctx.sizes(0);
  const DimVec dims = wrapped(ctx.arg<IntSpan>(1), sizes.size());
  const int64_t normalization = ctx.arg<int64_t>(2), dim = dims.back(), n = sizes[static_cast<size_t>(dim)];
  if (!ctx.arg<bool>(3)) {
    ctx.set(0, ops::real(ops::_fft_c2c(ctx.grad(), dims, normalization, false)));
    return;
  }
  ctx.set(0, ops::_fft_c2r(weighted_half(ctx.grad(), dim, n, 0.5), dims, normalization, n));
}

void c2r_backward(GradContext& ctx) {
  const DimVec dims = wrapped(ctx.arg<IntSpan>(1), ctx.sizes(0).size());
  const Tensor spectrum = ops::_fft_r2c(ctx.grad(), dims, ctx.arg<int64_t>(2), true);
  ctx.set(0, weighted_half(spectrum, dims.back(), ctx.arg<int64_t>(3), 2));
}

bool c2c_jvp(JvpContext& ctx) {
  ctx.set(0, ops::_fft_c2c(ctx.tangent(0), ctx.arg<IntSpan>(1), ctx.arg<int64_t>(2), ctx.arg<bool>(3)));
  return true;
}
bool r2c_jvp(JvpContext& ctx) {
  ctx.set(0, ops::_fft_r2c(ctx.tangent(0), ctx.arg<IntSpan>(1), ctx.arg<int64_t>(2), ctx.arg<bool>(3)));
  return true;
}
bool c2r_jvp(JvpContext& ctx) {
  ctx.set(0, ops::_fft_c2r(ctx.tangent(0), ctx.arg<IntSpan>(1), ctx.arg<int64_t>(2), ctx.arg<int64_t>(3)));
  return true;
}

}  // namespace

void register_fft(Registry& r) {
  r.def("_fft_c2c(Tensor self, int[] dim, int normalization, bool forward) -> Tensor")
      .meta(c2c_meta)
      .cpu(c2c_cpu)
      .backward(keep::none, c2c_backward)
      .jvp(c2c_jvp)
      .internal()
      .doc("The transform over `dim` of a complex tensor; normalization 0: by nothing, 1: by the root of n, 2: by n.");
  r.def("_fft_r2c(Tensor self, int[] dim, int normalization, bool onesided) -> Tensor")
      .meta(r2c_meta)
      .cpu(r2c_cpu)
      .backward(keep::none, r2c_backward)
      .jvp(r2c_jvp)
      .internal()
      .doc(
          "The forward transform over `dim` of a real tensor; onesided: n / 2 + 1 elements of the last of these dims.");
  r.def("_fft_c2r(Tensor self, int[] dim, int normalization, int last_dim_size) -> Tensor")
      .meta(c2r_meta)
      .cpu(c2r_cpu)
      .backward(keep::none, c2r_backward)
      .jvp(c2r_jvp)
      .internal()
      .doc("The inverse transform over `dim` of half a spectrum, a real tensor.");
}

}  // namespace vt
