// Fractional max pooling: windows of one size whose starts are spread over each plane, a little differently in each.
//
// Graham, "Fractional Max-Pooling", 2014. Written in other ops: the windows of a plane are gathered, so that a value is
// there as often as windows reach over it.
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/tensor_operators.h"
#include "ops/typed/factory.h"
#include "ops/typed/index.h"
#include "ops/typed/join.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

// Where the windows begin, (N, C, out) int64: the last one ends with the plane. `sample` (N, C), from 0 to 1.
Tensor window_starts(const Tensor& sample, int64_t size, int64_t kernel, int64_t out) {
  const DimVec planes{sample.size(0), sample.size(1), 1};
  const Tensor last = ops::full(planes, size - kernel, DType::int64, sample.device());
  if (out == 1) return last;
  const double step = static_cast<double>(size - kernel) / static_cast<double>(out - 1);
  const Tensor u = ops::unsqueeze(sample, -1), n = ops::arange(Scalar(out - 1), sample.dtype(), sample.device());
  const Tensor starts = ops::trunc((n + u) * Scalar(step)) - ops::trunc(u * Scalar(step));
  const Tensor parts[] = {ops::as_dtype(starts, DType::int64), last};
  return ops::cat(parts, -1);
}

template <int dims>
std::tuple<Tensor, Tensor> fractional_max_pool(const Tensor& self, IntSpan kernel_size, IntSpan output_size,
                                               const Tensor& given_samples) {
  VT_CHECK(self.dim() == dims + 1 || self.dim() == dims + 2, Runtime, "fractional_max_pool", dims, "d: expected ",
           dims + 1, " or ", dims + 2, " dims, got ", self.dim());
  const bool batched = self.dim() == dims + 2;
  const Tensor planes = batched ? self : ops::unsqueeze(self, 0);
  const int64_t n = planes.size(0), c = planes.size(1);
  // without a batch the first image's samples are taken
  const bool more = !batched && given_samples.dim() == 3 && given_samples.size(0) > 1;
  const Tensor random_samples = more ? ops::narrow(given_samples, 0, 0, 1) : given_samples;
  const int64_t wanted[] = {n, c, dims};
  VT_CHECK(same(random_samples.sizes(), IntSpan(wanted, 3)), Runtime, "fractional_max_pool", dims,
           "d: expected samples of shape [", n, ", ", c, ", ", dims, "], got ", random_samples.sizes());
  VT_CHECK(random_samples.dtype() == self.dtype(), Runtime, "fractional_max_pool", dims, "d: expected samples of ",
           self.dtype(), ", got ", random_samples.dtype());

  // The place in the plane of each element of each window, (N, C, out..., kernel...).
  Tensor at;
  DimVec result{n, c};
  int64_t windows = 1, elements = 1;
  for (int i = 0; i < dims; ++i) {
    const int64_t size = planes.size(2 + i), kernel = kernel_size[i], out = output_size[i];
    VT_CHECK(out > 0 && kernel > 0, Runtime, "fractional_max_pool", dims, "d: sizes have to be positive");
    VT_CHECK(out + kernel - 1 + (dims == 3) <= size, Runtime, "fractional_max_pool", dims, "d: kernel size ", kernel,
             " is too large for ", out, " windows in ", size);
    // PyTorch draws the sample of the last dim of a picture first.
    const int64_t draw = dims == 2 ? 1 - i : i;
    const Tensor starts = window_starts(ops::select(random_samples, 2, draw), size, kernel, out);
    const Tensor inside = ops::arange(Scalar(kernel), DType::int64, self.device());
    DimVec start_shape{n, c}, inside_shape;
    for (int j = 0; j < dims; ++j) start_shape.push_back(j == i ? out : 1);
    for (int j = 0; j < dims; ++j) start_shape.push_back(1);
    for (int j = 0; j < dims; ++j) inside_shape.push_back(j == i ? kernel : 1);
    const Tensor place = ops::reshape(starts, start_shape) + ops::reshape(inside, inside_shape);
    at = at.defined() ? at * Scalar(size) + place : place;
    result.push_back(out);
    windows *= out;
    elements *= kernel;
  }
  const Tensor flat = ops::reshape(at, DimVec{n, c, windows * elements});
  const Tensor values = ops::gather(ops::flatten(planes, 2, -1), 2, flat);
  const DimVec split{n, c, windows, elements};
  auto [largest, which] = ops::max(ops::reshape(values, split), -1);
  const Tensor indices = ops::squeeze(ops::gather(ops::reshape(flat, split), 3, ops::unsqueeze(which, -1)), -1);
  auto shaped = [&](const Tensor& t) {
    const Tensor whole = ops::reshape(t, result);
    return batched ? whole : ops::squeeze(whole, 0);
  };
  return {shaped(largest), shaped(indices)};
}

}  // namespace

void register_fractional_pooling(Registry& r) {
  r.def(
       "fractional_max_pool2d(Tensor self, int[2] kernel_size, int[2] output_size, Tensor random_samples) -> (Tensor, Tensor)")
      .composite(fractional_max_pool<2>)
      .autocast({.cpu = AutocastPolicy::Float32})
      .surface(kNode);
  r.def(
       "fractional_max_pool3d(Tensor self, int[3] kernel_size, int[3] output_size, Tensor random_samples) -> (Tensor, Tensor)")
      .composite(fractional_max_pool<3>)
      .autocast({.cpu = AutocastPolicy::Float32})
      .surface(kNode);
}

}  // namespace vt
