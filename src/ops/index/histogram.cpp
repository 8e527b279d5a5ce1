// Counting elements by bin: bincount, histc.
#include "ops/index/histogram.h"

#include <mutex>

#include "cpu/thread_pool.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/copy/value_range.h"
#include "ops/factory/factory.h"
#include "ops/index/register.h"

namespace vt {

constinit BackendTable<void(const Tensor&, const Tensor&, const Tensor&)> count_weights{"bincount"};
constinit BackendTable<void(const Tensor&, double, double, const Tensor&)> count_bins{"histc"};

namespace {

void bincount_cpu(const Tensor& self, const Tensor& weights, const Tensor& totals) {
  visit_dtype<kIntegralSet>(self.dtype(), [&](auto tag) {
    const auto* bin = self.data<typename decltype(tag)::type>();
    auto count = [&]<class Total>(TypeTag<Total>) {
      const Total* weight = weights.defined() ? weights.data<Total>() : nullptr;
      Total* total = totals.data<Total>();
      for (int64_t i = 0; i < self.numel(); ++i) total[bin[i]] += weight ? weight[i] : Total(1);
    };
    switch (totals.dtype()) {
      case DType::int64: return count(TypeTag<int64_t>{});
      case DType::float32: return count(TypeTag<float>{});
      default: return count(TypeTag<double>{});
    }
  });
}

Tensor bincount(const Tensor& self, const Tensor& weights, int64_t minlength) {
  VT_CHECK(minlength >= 0, Runtime, "minlength should be >= 0, got ", minlength);
  VT_CHECK(is_integral(self.dtype()), NotImplemented, "bincount is implemented for integers, got ", self.dtype());
  VT_CHECK(self.dim() == 1, Runtime, "bincount only supports 1-d non-negative integral inputs, got sizes ",
           self.sizes());
  VT_CHECK(!weights.defined() || same(weights.sizes(), self.sizes()), Runtime,
           "weights should be 1-d and have the same length as input, ", self.numel(), ", got sizes ",
           weights.defined() ? weights.sizes() : IntSpan());
  int64_t bins = minlength;
  if (self.numel() > 0) {
    const auto [least, most] = value_range(self);
    VT_CHECK(least.to_int() >= 0, Runtime, "bincount only supports 1-d non-negative integral inputs, got ",
             least.to_int());
    bins = std::max(bins, checked_add(most.to_int(), 1));
  }
  const DType dtype = !weights.defined()                  ? DType::int64
                      : weights.dtype() == DType::float32 ? DType::float32
                                                          : DType::float64;
  const Tensor totals = ops::filled(DimVec{bins}, 0, dtype, self.device());
  const Tensor added = weights.defined() ? contiguous_data(cast_data(weights, dtype)) : weights;
  count_weights(self.device(), contiguous_data(self), added, totals);
  return totals;
}

void histc_cpu(const Tensor& self, double low, double high, const Tensor& counts) {
  visit_dtype<kIntegralSet | kFloatingSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Math = fraction_t<T>;
    const BinRange<Math> range{static_cast<Math>(low), static_cast<Math>(high), counts.numel()};
    const T* from = self.data<T>();
    int64_t* to = counts.data<int64_t>();
    std::mutex joining;
    parallel_for(0, self.numel(), 1 << 15, [&](int64_t begin, int64_t end) {
      std::vector<int64_t> own(static_cast<size_t>(range.bins));
      for (int64_t i = begin; i < end; ++i) {
        if (const int64_t bin = range.bin_of(static_cast<Math>(from[i])); bin >= 0) ++own[static_cast<size_t>(bin)];
      }
      const std::lock_guard lock(joining);
      for (int64_t b = 0; b < range.bins; ++b) to[b] += own[static_cast<size_t>(b)];
    });
  });
}

void check_range(double low, double high) {
  VT_CHECK(std::isfinite(low) && std::isfinite(high), Runtime, "histc: expected a finite range, got [", low, ", ", high,
           "]");
  VT_CHECK(low <= high, Runtime, "histc: expected a max that is not below min, got min ", low, " and max ", high);
}

TensorSpec histc_meta(const Tensor& self, int64_t& bins, Scalar& min, Scalar& max) {
  VT_CHECK(bins > 0, Runtime, "histc: expected bins > 0, got ", bins);
  VT_CHECK(is_integral(self.dtype()) || is_floating(self.dtype()), NotImplemented,
           "histc is implemented for integers and floats, got ", self.dtype());
  check_range(min.to_double(), max.to_double());
  return {DimVec{bins}, self.dtype(), self.device()};
}

void histc(const Tensor& self, int64_t, const Scalar& min, const Scalar& max, Tensor& out) {
  double low = min.to_double(), high = max.to_double();
  if (low == high && self.numel() > 0) {
    const auto [least, most] = value_range(self);
    low = least.to_double();
    high = most.to_double();
    check_range(low, high);
  }
  if (low == high) {
    low -= 1;
    high += 1;
  }
  const Tensor counts = ops::filled(out.sizes(), 0, DType::int64, self.device());
  count_bins(self.device(), contiguous_data(self), low, high, counts);
  copy_data(out, counts);
}

}  // namespace

void register_histogram(Registry& r) {
  count_weights.cpu(bincount_cpu);
  count_bins.cpu(histc_cpu);
  r.def("bincount(Tensor self, Tensor? weights=None, int minlength=0) -> Tensor")
      .all(bincount)
      .value_dependent()
      .not_differentiable();
  r.def("histc(Tensor self, int bins=100, Scalar min=0, Scalar max=0) -> Tensor")
      .meta(histc_meta)
      .all(histc)
      .not_differentiable();
}

}  // namespace vt
