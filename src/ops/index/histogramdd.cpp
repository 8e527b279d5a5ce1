// Histograms over bins with edges, in one dim and in several.
#include "core/thread_state.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/value_range.h"
#include "ops/factory/factory.h"
#include "ops/index/register.h"
#include "ops/tensor_operators.h"
#include "ops/typed/factory.h"
#include "ops/typed/index.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using Range = std::optional<std::span<const double>>;

void check_points(const Tensor& self, const Tensor& weight, int64_t dims) {
  VT_CHECK(self.dtype() == DType::float32 || self.dtype() == DType::float64, NotImplemented,
           "\"histogramdd\" not implemented for '", self.dtype(), "'");
  VT_CHECK(self.dim() >= 2, Runtime, "torch.histogramdd: input tensor should have at least 2 dimensions, but got ",
           self.dim());
  VT_CHECK(self.size(-1) == dims, Runtime, "torch.histogramdd: expected ", self.size(-1),
           " sequences of bin edges for a ", self.size(-1), "-dimensional histogram but got ", dims);
  if (!weight.defined()) return;
  VT_CHECK(
      weight.dtype() == self.dtype(), Runtime,
      "torch.histogramdd: if weight tensor is provided, input tensor and weight tensor should have the same dtype, "
      "but got input(",
      self.dtype(), "), and weight(", weight.dtype(), ")");
  VT_CHECK(
      same(weight.sizes(), self.sizes().first(self.sizes().size() - 1)), Runtime,
      "torch.histogramdd: if weight tensor is provided it should have the same shape as the input tensor excluding "
      "its innermost dimension, but got input with shape ",
      self.sizes(), " and weight with shape ", weight.sizes());
}

// Evenly spaced edges of each dim, from the range that is given or that of the points.
std::vector<Tensor> even_edges(const Tensor& self, IntSpan bins, Range range, const Tensor& weight, bool) {
  const auto dims = static_cast<int64_t>(bins.size());
  check_points(self, weight, dims);
  VT_CHECK(!range || range->size() == 2 * bins.size(), Runtime, "torch.histogramdd: for a ", dims,
           "-dimensional histogram range should have ", 2 * dims, " elements, but got ", range ? range->size() : 0);
  std::vector<Tensor> edges;
  for (int64_t d = 0; d < dims; ++d) {
    VT_CHECK(bins[d] > 0, Runtime, "torch.histogram(): bins must be > 0, but got ", bins[d], " for dimension ", d);
    double low = 0, high = 1;
    if (range) {
      low = (*range)[2 * d];
      high = (*range)[2 * d + 1];
    } else if (self.numel() > 0) {
      const auto [least, most] = value_range(ops::select(self, -1, d));
      low = least.to_double();
      high = most.to_double();
    }
    VT_CHECK(std::isfinite(low) && std::isfinite(high), Runtime, "torch.histogramdd: dimension ", d, "'s range [", low,
             ", ", high, "] is not finite");
    VT_CHECK(low <= high, Runtime, "torch.histogramdd: min should not exceed max, but got min ", low, " max ", high,
             " for dimension ", d);
    if (low == high) {
      low -= 0.5;
      high += 0.5;
    }
    edges.push_back(ops::linspace(low, high, bins[d] + 1, self.dtype(), self.device()));
  }
  return edges;
}

// Counts, or sums of weights, of points (..., dims) between the edges of each dim. A bin holds its left edge, the last
// one both; points outside are left out.
Tensor counts_between(const Tensor& self, TensorSpan edges, const Tensor& weight, bool density) {
  const GradMode off(false);
  const auto dims = static_cast<int64_t>(edges.size());
  check_points(self, weight, dims);
  const int64_t n = dims == 0 ? 0 : self.numel() / dims;
  const Tensor points = ops::reshape(self, DimVec{n, dims});
  Tensor place = ops::filled(DimVec{n}, 0, DType::int64, self.device());
  Tensor inside = ops::filled(DimVec{n}, 1, DType::bool_, self.device());
  DimVec sizes;
  for (int64_t d = 0; d < dims; ++d) {
    const Tensor& of = edges[static_cast<size_t>(d)];
    VT_CHECK(of.dim() == 1, Runtime, "torch.histogramdd: bins tensor should have one dimension, but got ", of.dim(),
             " dimensions in the bins tensor for dimension ", d);
    VT_CHECK(of.dtype() == self.dtype(), Runtime,
             "torch.histogramdd: input tensor and bins tensors should have the same dtype, but got input with dtype ",
             self.dtype(), " and bins for dimension ", d, " with dtype ", of.dtype());
    const int64_t bins = of.numel() - 1;
    VT_CHECK(bins > 0, Runtime, "torch.histogram(): bins must be > 0, but got ", bins, " for dimension ", d);
    sizes.push_back(bins);
    const Tensor x = ops::contiguous(ops::select(points, 1, d));
    const Tensor bin = ops::searchsorted(ops::contiguous(of), x, false, true) - Scalar(1);
    inside = inside & (x >= ops::select(of, 0, 0)) & (x <= ops::select(of, 0, -1));
    place = place * Scalar(bins) + ops::clamp(bin, Scalar(0), Scalar(bins - 1));
  }
  const Tensor one = ops::filled(IntSpan(), 1, self.dtype(), self.device()), none = ops::zeros_like(one);
  const Tensor share = ops::where(inside, weight.defined() ? ops::reshape(weight, DimVec{n}) : one, none);
  const Tensor zeros = ops::filled(DimVec{checked_numel(sizes)}, 0, self.dtype(), self.device());
  Tensor counts = ops::reshape(ops::index_add_(zeros, 0, place, share), sizes);
  if (!density) return counts;
  counts = counts / ops::sum(counts);
  for (int64_t d = 0; d < dims; ++d) {
    DimVec along(static_cast<size_t>(dims), 1);
    along[static_cast<size_t>(d)] = sizes[static_cast<size_t>(d)];
    counts = counts / ops::reshape(ops::diff(edges[static_cast<size_t>(d)]), along);
  }
  return counts;
}

// ---- of one dim

Tensor as_column(const Tensor& self) { return ops::reshape(self, DimVec{self.numel(), 1}); }
Tensor as_row(const Tensor& weight) { return weight.defined() ? ops::reshape(weight, DimVec{weight.numel()}) : weight; }

std::tuple<Tensor, Tensor> histogram_of_edges(const Tensor& self, const Tensor& bins, const Tensor& weight,
                                              bool density) {
  const Tensor edges[] = {bins};
  return {counts_between(as_column(self), edges, as_row(weight), density), bins};
}
std::tuple<Tensor, Tensor> histogram_of_count(const Tensor& self, int64_t bins, Range range, const Tensor& weight,
                                              bool density) {
  const Tensor edges = even_edges(as_column(self), DimVec{bins}, range, as_row(weight), density)[0];
  return histogram_of_edges(self, edges, weight, density);
}

}  // namespace

void register_histogramdd(Registry& r) {
  r.def(
       "histogram.bins_tensor(Tensor self, Tensor bins, *, Tensor? weight=None, bool density=False) -> (Tensor hist, Tensor bin_edges)")
      .composite(histogram_of_edges)
      .doc("How many elements lie between two edges, or the sum of their weights; the last bin holds both its edges.");
  r.def(
       "histogram.bin_ct(Tensor self, int bins=100, *, float[]? range=None, Tensor? weight=None, bool density=False) -> (Tensor hist, Tensor bin_edges)")
      .composite(histogram_of_count)
      .value_dependent()
      .doc("histogram of that many bins of one width, between the least and the greatest element or in `range`.");
  r.def(
       "_histogramdd_bin_edges(Tensor self, int[] bins, *, float[]? range=None, Tensor? weight=None, bool density=False) -> Tensor[]")
      .composite(even_edges)
      .value_dependent()
      .surface(kNode)
      .doc(
          "For each dim of points (..., dims) the edges of that many bins of one width, in `range` or that of the points.");
  r.def(
       "_histogramdd_from_bin_tensors(Tensor self, Tensor[] bins, *, Tensor? weight=None, bool density=False) -> Tensor")
      .composite(counts_between)
      .surface(kNode)
      .doc("How many points (..., dims) lie between the edges of each dim: (bins of the first dim, ...).");
}

}  // namespace vt
