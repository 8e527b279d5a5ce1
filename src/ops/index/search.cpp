// Counting and finding: bincount, searchsorted, bucketize.
#include "cpu/thread_pool.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/index/register.h"

namespace vt {
namespace {

Tensor bincount_kernel(const Tensor& self, const Tensor& weights, int64_t minlength) {
  VT_CHECK(minlength >= 0, Runtime, "minlength should be >= 0, got ", minlength);
  VT_CHECK(is_integral(self.dtype()), NotImplemented, "\"bincount_cpu\" not implemented for '", self.dtype(), "'");
  VT_CHECK(self.dim() == 1, Runtime, "bincount only supports 1-d non-negative integral inputs.");
  VT_CHECK(!weights.defined() || same(weights.sizes(), self.sizes()), Runtime,
           "weights should be 1-d and have the same length as input");
  const Tensor values = contiguous_data(cast_data(ops::to(self, kCPU), DType::int64));
  const int64_t* value = values.data<int64_t>();
  int64_t bins = minlength;
  for (int64_t i = 0; i < values.numel(); ++i) {
    VT_CHECK(value[i] >= 0, Runtime, "bincount only supports 1-d non-negative integral inputs.");
    bins = std::max(bins, checked_add(value[i], 1));
  }
  Tensor counts;
  auto count = [&]<class T>(T* bin, const T* weight) {
    for (int64_t i = 0; i < values.numel(); ++i) bin[value[i]] += weight ? weight[i] : T(1);
  };
  if (!weights.defined()) {
    counts = ops::zeros(DimVec{bins}, DType::int64);
    count(counts.data<int64_t>(), static_cast<const int64_t*>(nullptr));
  } else if (weights.dtype() == DType::float32) {
    counts = ops::zeros(DimVec{bins}, DType::float32);
    count(counts.data<float>(), static_cast<const float*>(contiguous_data(ops::to(weights, kCPU)).data<float>()));
  } else {
    const Tensor w = contiguous_data(cast_data(ops::to(weights, kCPU), DType::float64));
    counts = ops::zeros(DimVec{bins}, DType::float64);
    count(counts.data<double>(), static_cast<const double*>(w.data<double>()));
  }
  return ops::to(counts, self.device());
}

// Number of boundaries of a sorted row below (or, to the right, not above) a value; NaN is above all.
template <class T>
int64_t lower_or_upper(const T* row, int64_t n, T value, bool right) {
  auto less = [](T a, T b) { return a < b || (b != b && a == a); };
  return right ? std::upper_bound(row, row + n, value, less) - row : std::lower_bound(row, row + n, value, less) - row;
}

Tensor search_kernel(const Tensor& sorted_sequence, const Tensor& self, bool out_int32, bool right) {
  VT_CHECK(sorted_sequence.dim() > 0, Runtime, "boundaries tensor should have positive dimension, but got 0 dimension");
  const int64_t width = sorted_sequence.size(-1);
  const bool one_row = sorted_sequence.dim() == 1;
  if (!one_row) {
    const size_t lead = sorted_sequence.sizes().size() - 1;
    VT_CHECK(self.sizes().size() == lead + 1 && same(self.sizes().first(lead), sorted_sequence.sizes().first(lead)),
             Runtime,
             "boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value "
             "tensor "
             "must match, but we got boundaries tensor ",
             sorted_sequence.sizes(), " and input value tensor ", self.sizes());
  }
  VT_CHECK(!out_int32 || width < std::numeric_limits<int32_t>::max(), Runtime,
           "the size of boundaries' last dimension should be less than INT32_MAX for int32 output");
  const DType common = promote(sorted_sequence.dtype(), self.dtype());
  const Tensor rows = contiguous_data(cast_data(ops::to(sorted_sequence, kCPU), common));
  const Tensor values = contiguous_data(cast_data(ops::to(self, kCPU), common));
  Tensor out = empty(self.sizes(), DType::int64);
  const int64_t per_row = self.dim() == 0 ? 1 : self.size(-1);
  visit_dtype<kRealSet>(common, [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* row = rows.data<T>();
    const T* value = values.data<T>();
    int64_t* to = out.data<int64_t>();
    parallel_for(0, values.numel(), 1024, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        to[i] = lower_or_upper(row + (one_row ? 0 : i / per_row * width), width, value[i], right);
    });
  });
  return ops::to(out_int32 ? cast_data(out, DType::int32) : out, self.device());
}

bool to_the_right(bool right, std::optional<std::string_view> side) {
  if (!side) return right;
  VT_CHECK(*side == "left" || *side == "right", Runtime,
           "torch.searchsorted(): side can only be 'left' or 'right' but got ", *side);
  VT_CHECK(*side == "right" || !right, Runtime,
           "torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True");
  return *side == "right";
}

Tensor searchsorted(const Tensor& sorted_sequence, const Tensor& self, bool out_int32, bool right,
                    std::optional<std::string_view> side, const Tensor& sorter) {
  VT_CHECK(!sorter.defined(), NotImplemented, "searchsorted with a sorter is not there yet");
  return search_kernel(sorted_sequence, self, out_int32, to_the_right(right, side));
}

Tensor bucketize(const Tensor& self, const Tensor& boundaries, bool out_int32, bool right) {
  VT_CHECK(boundaries.dim() == 1, Runtime, "boundaries tensor must be 1 dimension, but got dim(", boundaries.dim(),
           ")");
  return search_kernel(boundaries, self, out_int32, right);
}

}  // namespace

void register_search(Registry& r) {
  r.def("bincount(Tensor self, Tensor? weights=None, int minlength=0) -> Tensor")
      .all(bincount_kernel)
      .not_differentiable();
  r.def(
       "searchsorted.Tensor(Tensor sorted_sequence, Tensor self, *, bool out_int32=False, bool right=False, "
       "str? side=None, Tensor? sorter=None) -> Tensor")
      .all(searchsorted)
      .not_differentiable();
  r.def("bucketize.Tensor(Tensor self, Tensor boundaries, *, bool out_int32=False, bool right=False) -> Tensor")
      .all(bucketize)
      .not_differentiable()
      .function_only();
}

}  // namespace vt
