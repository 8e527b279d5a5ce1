// torch.fft: lengths, dims and normalization as its functions have them, on the three transforms of transforms.cpp.
#include <numeric>
#include <string>

#include "dispatch/frontend.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/fft/transforms.h"
#include "ops/typed/copy.h"
#include "ops/typed/fft.h"
#include "ops/typed/join.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using fft::Normalization;
using Length = std::optional<int64_t>;
using Lengths = std::optional<DimVec>;
using Dims = std::optional<DimVec>;
using Norm = std::optional<std::string_view>;

int64_t normalization_of(const Norm& norm, bool forward) {
  const std::string_view name = norm.value_or("backward");
  VT_CHECK(name == "backward" || name == "forward" || name == "ortho", Runtime, "Invalid normalization mode: \"", name,
           "\"");
  if (name == "ortho") return static_cast<int64_t>(Normalization::kByRootN);
  const bool divides = (name == "forward") == forward;
  return static_cast<int64_t>(divides ? Normalization::kByN : Normalization::kNone);
}

// Integers become the default dtype; 16-bit floats have no transform.
Tensor as_signal(const Tensor& self, bool needs_complex) {
  DType dtype = self.dtype();
  if (!is_complex(dtype)) {
    if (!is_floating(dtype)) dtype = default_dtype();
    VT_CHECK(dtype == DType::float32 || dtype == DType::float64, Runtime, "Unsupported dtype ", dtype);
    if (needs_complex) dtype = to_complex(dtype);
  }
  return ops::as_dtype(self, dtype);
}

void check_real(const Tensor& self, std::string_view name, std::string_view what = " expects a real input tensor") {
  VT_CHECK(!is_complex(self.dtype()), Runtime, name, what, ", but got ", self.dtype());
}

void check_length(int64_t n) { VT_CHECK(n >= 1, Runtime, "Invalid number of data points (", n, ") specified"); }

int64_t wrapped_dim(const Tensor& self, int64_t dim) {
  VT_CHECK(self.dim() > 0, Index, "Dimension specified as ", dim, " but tensor has no dimensions");
  return wrap_dim(dim, self.dim());
}

// Cut at the end of each dim, or filled up with zeros.
Tensor resized(Tensor x, IntSpan dims, IntSpan sizes) {
  DimVec padding(static_cast<size_t>(2 * x.dim()), 0);
  bool pads = false;
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t have = x.size(dims[i]);
    if (have > sizes[i]) x = ops::narrow(x, dims[i], 0, sizes[i]);
    if (have < sizes[i]) {
      padding[static_cast<size_t>(2 * (x.dim() - 1 - dims[i]) + 1)] = sizes[i] - have;
      pads = true;
    }
  }
  return pads ? ops::constant_pad_nd(x, padding, Scalar(0)) : x;
}

// ---- one dim ----

Tensor real_to_complex(const Tensor& self, Length n, int64_t dim, const Norm& norm, bool forward, bool onesided,
                       std::string_view name) {
  check_real(self, name);
  const Tensor x = as_signal(self, false);
  const DimVec dims{wrapped_dim(x, dim)}, sizes{n.value_or(x.size(dims[0]))};
  check_length(sizes[0]);
  const Tensor spectrum = ops::_fft_r2c(resized(x, dims, sizes), dims, normalization_of(norm, forward), onesided);
  return forward ? spectrum : ops::conj_physical(spectrum);
}

Tensor complex_to_complex(const Tensor& self, Length n, int64_t dim, const Norm& norm, bool forward) {
  const DimVec dims{wrapped_dim(self, dim)}, sizes{n.value_or(self.size(dims[0]))};
  check_length(sizes[0]);
  return ops::_fft_c2c(resized(self, dims, sizes), dims, normalization_of(norm, forward), forward);
}

Tensor complex_to_real(const Tensor& self, Length n, int64_t dim, const Norm& norm, bool forward) {
  const Tensor x = as_signal(self, true);
  const DimVec dims{wrapped_dim(x, dim)};
  const int64_t size = n.value_or(2 * (x.size(dims[0]) - 1));
  check_length(size);
  const Tensor half = resized(x, dims, DimVec{size / 2 + 1});
  return ops::_fft_c2r(forward ? ops::conj_physical(half) : half, dims, normalization_of(norm, forward), size);
}

Tensor fft_fft(const Tensor& self, Length n, int64_t dim, const Norm& norm) {
  if (is_complex(self.dtype())) return complex_to_complex(self, n, dim, norm, true);
  return real_to_complex(self, n, dim, norm, true, false, "fft");
}
Tensor fft_ifft(const Tensor& self, Length n, int64_t dim, const Norm& norm) {
  if (is_complex(self.dtype())) return complex_to_complex(self, n, dim, norm, false);
  return real_to_complex(self, n, dim, norm, false, false, "ifft");
}
Tensor fft_rfft(const Tensor& self, Length n, int64_t dim, const Norm& norm) {
  return real_to_complex(self, n, dim, norm, true, true, "rfft");
}
Tensor fft_irfft(const Tensor& self, Length n, int64_t dim, const Norm& norm) {
  return complex_to_real(self, n, dim, norm, false);
}
Tensor fft_hfft(const Tensor& self, Length n, int64_t dim, const Norm& norm) {
  return complex_to_real(self, n, dim, norm, true);
}
Tensor fft_ihfft(const Tensor& self, Length n, int64_t dim, const Norm& norm) {
  return real_to_complex(self, n, dim, norm, false, true, "ihfft");
}

// ---- several dims ----

struct Extent {
  DimVec dims, sizes;
};

// The last dims if only sizes are given, all if neither is; a size of -1 is the input's.
Extent extent_of(const Tensor& self, const Lengths& s, const Dims& dim) {
  Extent e;
  const int64_t ndim = self.dim();
  if (dim) {
    uint64_t seen = 0;
    for (const int64_t d : *dim) {
      e.dims.push_back(wrapped_dim(self, d));
      const uint64_t bit = uint64_t(1) << e.dims.back();
      VT_CHECK(!(seen & bit), Runtime, "FFT dims must be unique");
      seen |= bit;
    }
  }
  if (s) {
    VT_CHECK(!dim || dim->size() == s->size(), Runtime,
             "When given, dim and shape arguments must have the same length");
    VT_CHECK(static_cast<int64_t>(s->size()) <= ndim, Runtime, "Got shape with ", s->size(),
             " values but input tensor only has ", ndim, " dimensions.");
  }
  if (!dim) {
    const int64_t count = s ? static_cast<int64_t>(s->size()) : ndim;
    for (int64_t d = ndim - count; d < ndim; ++d) e.dims.push_back(d);
  }
  for (size_t i = 0; i < e.dims.size(); ++i) {
    const int64_t size = s && (*s)[i] != -1 ? (*s)[i] : self.size(e.dims[i]);
    check_length(size);
    e.sizes.push_back(size);
  }
  return e;
}

void check_some_dim(const Extent& e, std::string_view name) {
  VT_CHECK(!e.dims.empty(), Runtime, name, " must transform at least one axis");
}

IntSpan all_but_last(const DimVec& dims) { return IntSpan(dims).first(dims.size() - 1); }

Tensor complex_n(const Tensor& self, const Lengths& s, const Dims& dim, const Norm& norm, bool forward) {
  const Extent e = extent_of(self, s, dim);
  return ops::_fft_c2c(resized(as_signal(self, true), e.dims, e.sizes), e.dims, normalization_of(norm, forward),
                       forward);
}

// The half spectrum of a real result whose last transformed dim has `last` elements.
struct HalfSpectrum {
  Tensor values;
  DimVec dims;
  int64_t last;
};
HalfSpectrum half_spectrum(const Tensor& self, const Lengths& s, const Dims& dim, std::string_view name) {
  Extent e = extent_of(self, s, dim);
  check_some_dim(e, name);
  const int64_t last = !s || s->back() == -1 ? 2 * (self.size(e.dims.back()) - 1) : e.sizes.back();
  check_length(last);
  e.sizes.back() = last / 2 + 1;
  return {resized(as_signal(self, true), e.dims, e.sizes), e.dims, last};
}

Tensor fft_fftn(const Tensor& self, Lengths s, Dims dim, Norm norm) { return complex_n(self, s, dim, norm, true); }
Tensor fft_ifftn(const Tensor& self, Lengths s, Dims dim, Norm norm) { return complex_n(self, s, dim, norm, false); }

Tensor fft_rfftn(const Tensor& self, Lengths s, Dims dim, Norm norm) {
  check_real(self, "rfftn", " expects a real-valued input tensor");
  const Extent e = extent_of(self, s, dim);
  check_some_dim(e, "rfftn");
  return ops::_fft_r2c(resized(as_signal(self, false), e.dims, e.sizes), e.dims, normalization_of(norm, true), true);
}

Tensor fft_irfftn(const Tensor& self, Lengths s, Dims dim, Norm norm) {
  const HalfSpectrum half = half_spectrum(self, s, dim, "irfftn");
  return ops::_fft_c2r(half.values, half.dims, normalization_of(norm, false), half.last);
}

Tensor fft_hfftn(const Tensor& self, Lengths s, Dims dim, Norm norm) {
  const HalfSpectrum half = half_spectrum(self, s, dim, "hfftn");
  const int64_t normalization = normalization_of(norm, true);
  const Tensor partly = ops::_fft_c2c(half.values, all_but_last(half.dims), normalization, true);
  return ops::_fft_c2r(ops::conj_physical(partly), DimVec{half.dims.back()}, normalization, half.last);
}

Tensor fft_ihfftn(const Tensor& self, Lengths s, Dims dim, Norm norm) {
  check_real(self, "ihfftn", " expects a real-valued input tensor");
  const Extent e = extent_of(self, s, dim);
  check_some_dim(e, "ihfftn");
  const int64_t normalization = normalization_of(norm, false);
  const Tensor x = resized(as_signal(self, false), e.dims, e.sizes);
  const Tensor half = ops::conj_physical(ops::_fft_r2c(x, DimVec{e.dims.back()}, normalization, true));
  return ops::_fft_c2c(half, all_but_last(e.dims), normalization, false);
}

// ---- frequencies and shifts ----

// 0, 1, ..., and the negative ones if `both`, over n * d.
Tensor frequencies(int64_t n, double d, std::optional<DType> dtype, std::optional<Device> device, bool both) {
  VT_CHECK(n >= 0, Runtime, "expected a number of elements, got ", n);
  const DType result = dtype.value_or(default_dtype());
  VT_CHECK(is_differentiable(result), Runtime, both ? "fftfreq" : "rfftfreq",
           " requires a floating point or complex dtype");
  const Device where = device.value_or(default_device());
  auto steps = [&](int64_t first, int64_t count) { return ops::counted(first, 1, count, result, where); };
  const Tensor counts =
      both ? ops::cat(std::vector<Tensor>{steps(0, (n + 1) / 2), steps(-(n / 2), n / 2)}) : steps(0, n / 2 + 1);
  return ops::mul_(counts, wrapped_number(1.0 / (static_cast<double>(n) * d)));
}
Tensor fft_fftfreq(int64_t n, double d, std::optional<DType> dtype, std::optional<Device> device) {
  return frequencies(n, d, dtype, device, true);
}
Tensor fft_rfftfreq(int64_t n, double d, std::optional<DType> dtype, std::optional<Device> device) {
  return frequencies(n, d, dtype, device, false);
}

Tensor shifted(const Tensor& self, const Dims& dim, int64_t rounding) {
  DimVec dims, shifts;
  if (dim) {
    for (const int64_t d : *dim) dims.push_back(wrapped_dim(self, d));
  } else {
    for (int64_t d = 0; d < self.dim(); ++d) dims.push_back(d);
  }
  if (dims.empty()) return ops::clone(self);
  for (const int64_t d : dims) shifts.push_back((self.size(d) + rounding) / 2);
  return ops::roll(self, shifts, dims);
}
Tensor fft_fftshift(const Tensor& self, Dims dim) { return shifted(self, dim, 0); }
Tensor fft_ifftshift(const Tensor& self, Dims dim) { return shifted(self, dim, 1); }

}  // namespace

void register_fft_functions(Registry& r) {
  // clang-format off
  r.def("fft_fft(Tensor self, int? n=None, int dim=-1, str? norm=None) -> Tensor")
      .composite(fft_fft).out().autocast({.cpu = AutocastPolicy::Float32}).surface(kFft)
      .doc("The discrete Fourier transform along `dim`, cut or filled up to n elements: complex, of the dim's whole length. "
           "norm: \"backward\" (no factor), \"ortho\" (1 / sqrt(n)) or \"forward\" (1 / n). Real and integer tensors are taken.");
  r.def("fft_ifft(Tensor self, int? n=None, int dim=-1, str? norm=None) -> Tensor")
      .composite(fft_ifft).out().autocast({.cpu = AutocastPolicy::Float32}).surface(kFft)
      .doc("The inverse of fft along `dim`; norm \"backward\" divides by n, \"forward\" does not.");
  r.def("fft_rfft(Tensor self, int? n=None, int dim=-1, str? norm=None) -> Tensor")
      .composite(fft_rfft).out().autocast({.cpu = AutocastPolicy::Float32}).surface(kFft)
      .doc("The first n / 2 + 1 elements of a real tensor's transform along `dim`; the rest are their mirror image.");
  r.def("fft_irfft(Tensor self, int? n=None, int dim=-1, str? norm=None) -> Tensor")
      .composite(fft_irfft).out().autocast({.cpu = AutocastPolicy::Float32}).surface(kFft)
      .doc("The inverse of rfft: n real elements (2 (m - 1) of m unless given) from half a spectrum.");
  r.def("fft_hfft(Tensor self, int? n=None, int dim=-1, str? norm=None) -> Tensor")
      .composite(fft_hfft).out().autocast({.cpu = AutocastPolicy::Float32}).surface(kFft)
      .doc("The transform, real, of a signal of n elements that equals its conjugate mirror image and is given by half.");
  r.def("fft_ihfft(Tensor self, int? n=None, int dim=-1, str? norm=None) -> Tensor")
      .composite(fft_ihfft).out().autocast({.cpu = AutocastPolicy::Float32}).surface(kFft)
      .doc("The inverse of hfft: n / 2 + 1 elements of a real tensor's inverse transform.");
  r.def("fft_fftn(Tensor self, int[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor")
      .composite(fft_fftn).out().autocast({.cpu = AutocastPolicy::Float32}).surface(kFft)
      .doc("fft over several dims, all or the last of as many as `s` has sizes; a size of -1 is the tensor's.");
  r.def("fft_ifftn(Tensor self, int[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor")
      .composite(fft_ifftn).out().autocast({.cpu = AutocastPolicy::Float32}).surface(kFft)
      .doc("The inverse of fftn.");
  r.def("fft_rfftn(Tensor self, int[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor")
      .composite(fft_rfftn).out().autocast({.cpu = AutocastPolicy::Float32}).surface(kFft)
      .doc("fftn of a real tensor, of whose last transformed dim n / 2 + 1 elements are given.");
  r.def("fft_irfftn(Tensor self, int[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor")
      .composite(fft_irfftn).out().autocast({.cpu = AutocastPolicy::Float32}).surface(kFft)
      .doc("The inverse of rfftn; the last of `s` is the real tensor's size.");
  r.def("fft_hfftn(Tensor self, int[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor")
      .composite(fft_hfftn).out().surface(kFft)
      .doc("hfft over several dims; the last is given by half.");
  r.def("fft_ihfftn(Tensor self, int[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor")
      .composite(fft_ihfftn).out().surface(kFft)
      .doc("The inverse of hfftn.");
  r.def("fft_fft2(Tensor self, int[1]? s=None, int[1]? dim=[-2,-1], str? norm=None) -> Tensor")
      .composite(fft_fftn).out().autocast({.cpu = AutocastPolicy::Float32}).surface(kFft)
      .doc("fftn over the last two dims.");
  r.def("fft_ifft2(Tensor self, int[1]? s=None, int[1]? dim=[-2,-1], str? norm=None) -> Tensor")
      .composite(fft_ifftn).out().autocast({.cpu = AutocastPolicy::Float32}).surface(kFft)
      .doc("ifftn over the last two dims.");
  r.def("fft_rfft2(Tensor self, int[1]? s=None, int[1]? dim=[-2,-1], str? norm=None) -> Tensor")
      .composite(fft_rfftn).out().autocast({.cpu = AutocastPolicy::Float32}).surface(kFft)
      .doc("rfftn over the last two dims.");
  r.def("fft_irfft2(Tensor self, int[1]? s=None, int[1]? dim=[-2,-1], str? norm=None) -> Tensor")
      .composite(fft_irfftn).out().autocast({.cpu = AutocastPolicy::Float32}).surface(kFft)
      .doc("irfftn over the last two dims.");
  r.def("fft_hfft2(Tensor self, int[1]? s=None, int[1]? dim=[-2,-1], str? norm=None) -> Tensor")
      .composite(fft_hfftn).out().surface(kFft)
      .doc("hfftn over the last two dims.");
  r.def("fft_ihfft2(Tensor self, int[1]? s=None, int[1]? dim=[-2,-1], str? norm=None) -> Tensor")
      .composite(fft_ihfftn).out().surface(kFft)
      .doc("ihfftn over the last two dims.");
  r.def("fft_fftfreq(int n, float d=1.0, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(fft_fftfreq).surface(kFft)
      .doc("The frequencies of the elements of fft's result of length n, for samples d apart: 0, 1, ..., -2, -1 over n d.");
  r.def("fft_rfftfreq(int n, float d=1.0, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(fft_rfftfreq).surface(kFft)
      .doc("The frequencies of the elements of rfft's result: 0, 1, ..., n / 2 over n d.");
  r.def("fft_fftshift(Tensor self, int[1]? dim=None) -> Tensor")
      .composite(fft_fftshift).surface(kFft)
      .doc("Turns fft's order of frequencies into the ascending one, with 0 in the middle, along `dim` or all dims.");
  r.def("fft_ifftshift(Tensor self, int[1]? dim=None) -> Tensor")
      .composite(fft_ifftshift).surface(kFft)
      .doc("The inverse of fftshift.");
  // clang-format on
}

}  // namespace vt
