// quantile and nanquantile: elements of the sorted slice, and what lies between two of them.
#include <limits>

#include "dispatch/registry.h"
#include "iter/promotion.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/copy/read_at_once.h"
#include "ops/copy/value_range.h"
#include "ops/factory/factory.h"
#include "ops/index/register.h"
#include "ops/tensor_operators.h"
#include "ops/typed/index.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/sort.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

void check(const Tensor& self, const Tensor& q, std::string_view interpolation) {
  VT_CHECK(self.numel() > 0, Runtime, "input tensor must be non-empty");
  VT_CHECK(q.dim() <= 1, Runtime, "q must be a scalar or 1D tensor");
  VT_CHECK(self.dtype() == DType::float32 || self.dtype() == DType::float64, Runtime,
           "input tensor must be either float or double dtype, got ", self.dtype());
  VT_CHECK(self.dtype() == q.dtype(), Runtime, "q tensor must be same dtype as the input tensor, got ", q.dtype());
  VT_CHECK(self.device() == q.device(), Runtime, "q tensor must be on the same device as the input tensor");
  bool known = false;
  for (const std::string_view name : {"linear", "lower", "higher", "midpoint", "nearest"})
    known |= interpolation == name;
  VT_CHECK(known, Runtime, "interpolation must be one of linear, lower, higher, midpoint or nearest, but got ",
           interpolation);
  if (is_read_at_once(q) && q.numel() > 0) {
    const auto [least, most] = value_range(q);
    VT_CHECK(least.to_double() >= 0 && most.to_double() <= 1, Runtime, "q values must be in the range [0, 1]");
  }
}

// Where in the sorted slices (*, n) the quantiles lie, as fractions of places: (*, q). NaN comes last when sorted; a
// slice that has one is NaN unless they are ignored.
Tensor ranks_in(const Tensor& sorted, const Tensor& q, bool ignores_nan) {
  const int64_t n = sorted.size(-1);
  if (ignores_nan) {
    const Tensor last = ops::sum(ops::logical_not(ops::isnan(sorted)), DimVec{-1}, true) - Scalar(1);
    return ops::clamp_min(q * ops::as_dtype(last, q.dtype()), Scalar(0));
  }
  const Tensor has_nan = ops::isnan(ops::narrow(sorted, -1, n - 1, 1));
  return ops::where(has_nan, wrapped_number(static_cast<double>(n - 1)), q * Scalar(n - 1));
}

Tensor elements_at(const Tensor& sorted, const Tensor& ranks, std::string_view interpolation) {
  auto at = [&](const Tensor& places) { return ops::gather(sorted, -1, ops::as_dtype(places, DType::int64)); };
  if (interpolation == "lower") return at(ops::floor(ranks));
  if (interpolation == "higher") return at(ops::ceil(ranks));
  if (interpolation == "nearest") return at(ops::round(ranks));
  const Tensor below = ops::floor(ranks);
  const Tensor weight = interpolation == "midpoint" ? ops::filled_like(ranks, 0.5) : ranks - below;
  return ops::lerp(at(below), at(ops::ceil(ranks)), weight);
}

Tensor quantiles(const Tensor& self, const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                 std::string_view interpolation, bool ignores_nan) {
  check(self, q, interpolation);
  const int64_t d = dim ? wrap_dim(*dim, self.dim()) : 0;
  const bool is_line = !dim || self.dim() == 0;
  const Tensor slices = is_line ? ops::reshape(self, DimVec{-1}) : ops::movedim(self, d, int64_t{-1});
  const Tensor sorted = std::get<0>(ops::sort(slices));
  const Tensor each = ops::reshape(q, DimVec{-1});
  Tensor out = elements_at(sorted, ranks_in(sorted, each, ignores_nan), interpolation);  // (*, q)
  out = ops::movedim(out, int64_t{-1}, int64_t{0});
  if (keepdim) {
    DimVec sizes(self.sizes());
    if (is_line) {
      for (int64_t& size : sizes) size = 1;
    } else {
      sizes[d] = 1;
    }
    DimVec with_q{each.numel()};
    for (const int64_t size : sizes) with_q.push_back(size);
    out = ops::reshape(out, with_q);
  }
  return q.dim() == 0 ? ops::select(out, 0, 0) : out;
}

Tensor as_quantile(double q, const Tensor& self) {
  VT_CHECK(q >= 0 && q <= 1, Runtime, "q must be in the range [0, 1] but got ", q);
  return ops::filled({}, q, self.dtype(), self.device());
}

template <bool ignores_nan>
Tensor quantile(const Tensor& self, const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                std::string_view interpolation) {
  return quantiles(self, q, dim, keepdim, interpolation, ignores_nan);
}
template <bool ignores_nan>
Tensor quantile_of_number(const Tensor& self, double q, std::optional<int64_t> dim, bool keepdim,
                          std::string_view interpolation) {
  return quantiles(self, as_quantile(q, self), dim, keepdim, interpolation, ignores_nan);
}

}  // namespace

void register_quantile(Registry& r) {
  r.def(
       "quantile.scalar(Tensor self, float q, int? dim=None, bool keepdim=False, *, str interpolation=\"linear\") -> Tensor")
      .composite(quantile_of_number<false>)
      .autocast({.cpu = AutocastPolicy::Float32})
      .out()
      .doc(
          "The elements below which the shares q in [0, 1] of self lie, of all or along dim: the dim of q comes first. "
          "interpolation between neighbours: linear, lower, higher, midpoint or nearest.");
  r.def("quantile(Tensor self, Tensor q, int? dim=None, bool keepdim=False, *, str interpolation=\"linear\") -> Tensor")
      .composite(quantile<false>)
      .autocast({.cpu = AutocastPolicy::Float32})
      .out();
  r.def(
       "nanquantile.scalar(Tensor self, float q, int? dim=None, bool keepdim=False, *, str interpolation=\"linear\") -> Tensor")
      .composite(quantile_of_number<true>)
      .autocast({.cpu = AutocastPolicy::Float32})
      .out()
      .doc("quantile of what is not NaN.");
  r.def(
       "nanquantile(Tensor self, Tensor q, int? dim=None, bool keepdim=False, *, str interpolation=\"linear\") -> Tensor")
      .composite(quantile<true>)
      .autocast({.cpu = AutocastPolicy::Float32})
      .out();
}

}  // namespace vt
