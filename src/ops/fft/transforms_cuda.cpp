// The Fourier transforms on CUDA: cuFFT takes up to three dims that lie last and dense; others are brought there.
#include <algorithm>

#include "cuda/fft.h"
#include "cuda/stream.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/fft/transforms.h"
#include "ops/typed/pointwise.h"

namespace vt {
namespace {

using cuda::FftKind;
using cuda::FftProblem;

constexpr size_t kMaxRank = 3;

// A view of `t` with `dims` last, in their order.
Tensor with_last(const Tensor& t, IntSpan dims) {
  DimVec order;
  for (int64_t d = 0; d < t.dim(); ++d) {
    if (std::ranges::find(dims, d) == dims.end()) order.push_back(d);
  }
  for (const int64_t d : dims) order.push_back(d);
  DimVec sizes, strides;
  for (const int64_t d : order) {
    sizes.push_back(t.size(d));
    strides.push_back(t.stride(d));
  }
  return Tensor(make_intrusive<TensorImpl>(t.storage(), t.dtype(), sizes, strides, t.storage_offset()));
}

Tensor dense_copy(const Tensor& t) {
  Tensor out = empty_like(t);
  copy_data(out, t);
  return out;
}

// `from` over up to three dims into `to`, which may be `from`.
void run(FftKind kind, bool inverse, const Tensor& from, const Tensor& to, IntSpan dims) {
  if (to.numel() == 0) return;
  const Tensor target = with_last(to, dims), source = with_last(from, dims);
  const Tensor in = kind == FftKind::kComplexToReal ? dense_copy(source) : contiguous_data(source);
  const Tensor out = target.is_contiguous() ? target : empty_like(target);
  const Tensor& signal = kind == FftKind::kComplexToReal ? out : in;
  FftProblem problem{kind, to_real(in.dtype()) == DType::float64, static_cast<int>(dims.size()), {}, 1};
  const int64_t first = signal.dim() - problem.rank;
  for (int64_t d = 0; d < first; ++d) problem.batch *= signal.size(d);
  for (int i = 0; i < problem.rank; ++i) problem.sizes[i] = signal.size(first + i);
  if (kind == FftKind::kComplexToReal) {
    // Imaginary parts that a real signal has none of: what cuFFT makes of them depends on the size.
    const Tensor parts(make_intrusive<TensorImpl>(in.storage(), to_real(in.dtype()), DimVec{in.numel() / in.size(-1)},
                                                  DimVec{2 * in.size(-1)}, 1));
    fill_data(parts, 0.0);
    if (problem.sizes[problem.rank - 1] % 2 == 0) {
      fill_data(Tensor(make_intrusive<TensorImpl>(parts.storage(), parts.dtype(), parts.sizes(), parts.strides(),
                                                  2 * in.size(-1) - 1)),
                0.0);
    }
  }
  const StorageImpl* storages[] = {in.storage().get(), out.storage().get()};
  cuda::fft(problem, inverse, in.data(), out.data(), cuda::current_stream(out.device().index), storages);
  if (!out.is_same(target)) copy_data(target, out);
}

Tensor complex_dims(const Tensor& self, const Tensor& out, IntSpan dims, bool inverse) {
  Tensor from = self;
  while (!dims.empty()) {
    const size_t count = std::min(dims.size(), kMaxRank);
    run(FftKind::kComplex, inverse, from, out, dims.last(count));
    dims = dims.first(dims.size() - count);
    from = out;
  }
  return from;
}

void scale(Tensor& out, double by) {
  if (by != 1) ops::mul_(out, wrapped_number(by));
}

void c2c_cuda(const Tensor& self, const DimVec& dims, int64_t normalization, bool forward, Tensor& out) {
  if (!complex_dims(self, out, dims, !forward).is_same(out)) copy_data(out, self);
  scale(out, fft::scale_of(normalization, self.sizes(), dims));
}

void r2c_cuda(const Tensor& self, const DimVec& dims, int64_t normalization, bool onesided, Tensor& out) {
  if (onesided) {
    const size_t count = std::min(dims.size(), kMaxRank);
    run(FftKind::kRealToComplex, false, self, out, IntSpan(dims).last(count));
    complex_dims(out, out, IntSpan(dims).first(dims.size() - count), false);
  } else {
    complex_dims(cast_data(self, out.dtype()), out, dims, false);
  }
  scale(out, fft::scale_of(normalization, self.sizes(), dims));
}

// Dim by dim: cuFFT's transform of several dims to real numbers takes its input to be symmetric in all of them.
void c2r_cuda(const Tensor& self, const DimVec& dims, int64_t normalization, int64_t, Tensor& out) {
  const IntSpan others = IntSpan(dims).first(dims.size() - 1);
  const Tensor spectrum = others.empty() ? self : empty_like(self);
  complex_dims(self, spectrum, others, true);
  run(FftKind::kComplexToReal, true, spectrum, out, IntSpan(dims).last(1));
  scale(out, fft::scale_of(normalization, out.sizes(), dims));
}

}  // namespace

void register_fft_cuda(Registry& r) {
  r.at("_fft_c2c").cuda(c2c_cuda);
  r.at("_fft_r2c").cuda(r2c_cuda);
  r.at("_fft_c2r").cuda(c2r_cuda);
}

}  // namespace vt
