// One element of each slice by its rank: kthvalue, median, nanmedian.
#include "cpu/thread_pool.h"
#include "dispatch/registry.h"
#include "ops/factory/factory.h"
#include "ops/pointwise/signed_order.h"
#include "ops/reduce/ties.h"
#include "ops/sort/register.h"
#include "ops/sort/select_cuda.h"
#include "ops/sort/slices.h"
#include "ops/sort/sort.h"
#include "ops/typed/copy.h"
#include "ops/typed/sort.h"
#include "ops/typed/view.h"

namespace vt {

constinit BackendTable<void(const Tensor&, int64_t, RowRank, int64_t, const Tensor&, const Tensor&)> select_ranked{
    "kthvalue"};

namespace {

template <class T>
using Slice = std::vector<std::pair<T, int64_t>>;  // elements and their positions

// The index of the wanted element once the slice is in order, NaN coming last; or kFirstNan.
constexpr int64_t kFirstNan = -1;
template <class T>
int64_t rank_in(const Slice<T>& slice, RowRank rank, int64_t k) {
  const auto n = static_cast<int64_t>(slice.size());
  if (rank == RowRank::Kth) return k;
  int64_t nans = 0;
  for (const auto& [value, position] : slice) nans += value != value;
  return nans == n || (nans > 0 && rank == RowRank::Median) ? kFirstNan : (n - nans - 1) / 2;
}

template <class T>
void select_slices(const Tensor& self, int64_t dim, RowRank rank, int64_t k, const Tensor& values,
                   const Tensor& indices) {
  const Slices in(self, dim);
  const int64_t n = in.size();
  const T* from = self.data<T>();
  T* to = values.data<T>();
  int64_t* at = indices.data<int64_t>();
  auto before = [](const auto& a, const auto& b) { return Ascending<T>()(a.first, b.first); };
  parallel_for(0, in.count(), std::max<int64_t>(1, 8192 / n), [&](int64_t begin, int64_t end) {
    Slice<T> slice(static_cast<size_t>(n));
    for (int64_t s = begin; s < end; ++s) {
      const T* source = from + in.offset(s);
      for (int64_t i = 0; i < n; ++i) slice[i] = {source[i * in.stride()], i};
      const int64_t wanted_rank = rank_in<T>(slice, rank, k);
      auto wanted = slice.begin() + std::max<int64_t>(wanted_rank, 0);
      if (wanted_rank == kFirstNan) {
        while (wanted->first == wanted->first) ++wanted;
      } else {
        std::nth_element(slice.begin(), wanted, slice.end(), before);
      }
      to[s] = wanted->first;
      at[s] = wanted->second;
    }
  });
}

// values and indices are contiguous with the dim dropped or 1, so slice s of self is element s of them.
void select_ranked_cpu(const Tensor& self, int64_t dim, RowRank rank, int64_t k, const Tensor& values,
                       const Tensor& indices) {
  visit_dtype<kIntegralSet | kFloatingSet>(self.dtype(), [&](auto tag) {
    select_slices<typename decltype(tag)::type>(self, dim, rank, k, values, indices);
  });
}

void select_ordered(const Tensor& self, int64_t dim, RowRank rank, int64_t k, const Tensor& values,
                    const Tensor& indices) {
  if (values.numel() == 0) return;
  if (!is_wide_unsigned(self.dtype())) return select_ranked(self.device(), self, dim, rank, k, values, indices);
  pointwise::run_in_signed_order(self, values, [&](const Tensor& ordered, const Tensor& selected) {
    select_ranked(self.device(), ordered, dim, rank, k, selected, indices);
  });
}

std::array<TensorSpec, 2> kthvalue_meta(const Tensor& self, int64_t& k, int64_t& dim, bool& keepdim) {
  dim = wrap_dim(dim, self.dim());
  const int64_t n = self.dim() == 0 ? 1 : self.sizes()[dim];
  VT_CHECK(n > 0, Index, "kthvalue(): Expected reduction dim ", dim, " to have non-zero size.");
  VT_CHECK(k >= 1 && k <= n, Runtime, "kthvalue(): selected number k out of range for dimension ", dim, ": k = ", k,
           ", size ", n);
  return values_and_positions(sizes_without(self, dim, keepdim), self);
}
void kthvalue(const Tensor& self, int64_t k, int64_t dim, bool, Tensor& values, Tensor& indices) {
  select_ordered(self, dim, RowRank::Kth, k - 1, values, indices);
}
void kthvalue_backward(GradContext& ctx) { selected_along_dim_backward(ctx, 2, 3); }

template <RowRank rank>
std::array<TensorSpec, 2> median_dim_meta(const Tensor& self, int64_t& dim, bool& keepdim) {
  dim = wrap_dim(dim, self.dim());
  VT_CHECK(self.dim() == 0 || self.sizes()[dim] > 0, Index, rank == RowRank::Median ? "median" : "nanmedian",
           "(): Expected reduction dim ", dim, " to have non-zero size.");
  return values_and_positions(sizes_without(self, dim, keepdim), self);
}
template <RowRank rank>
void median_dim(const Tensor& self, int64_t dim, bool, Tensor& values, Tensor& indices) {
  select_ordered(self, dim, rank, 0, values, indices);
}
void median_dim_backward(GradContext& ctx) { selected_along_dim_backward(ctx, 1, 2); }

TensorSpec median_of_all_meta(const Tensor& self) {
  VT_CHECK(self.numel() > 0 || is_floating(self.dtype()), Runtime,
           "median() operation does not have an identity for empty input.");
  return {{}, self.dtype(), self.device()};
}
template <std::tuple<Tensor, Tensor> (*along_dim)(const Tensor&, int64_t, bool)>
void median_of_all(const Tensor& self, Tensor& out) {
  if (self.numel() == 0) {
    ops::fill_(out, Scalar(std::numeric_limits<double>::quiet_NaN()));
  } else {
    ops::copy_(out, std::get<0>(along_dim(ops::reshape(self, DimVec{-1}), 0, false)));
  }
}

}  // namespace

void register_rank(Registry& r) {
  select_ranked.cpu(select_ranked_cpu);
  r.def("kthvalue(Tensor self, int k, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)")
      .meta(kthvalue_meta)
      .all(kthvalue)
      .backward(Keep::result(1), kthvalue_backward);
  r.def("median.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)")
      .meta(median_dim_meta<RowRank::Median>)
      .all(median_dim<RowRank::Median>)
      .backward(Keep::result(1), median_dim_backward);
  r.def("median(Tensor self) -> Tensor")
      .meta(median_of_all_meta)
      .all(median_of_all<ops::median>)
      .backward(keep::args(0) | keep::result, reduce::share_among_ties);
  r.def("nanmedian.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)")
      .meta(median_dim_meta<RowRank::NanMedian>)
      .all(median_dim<RowRank::NanMedian>)
      .backward(Keep::result(1), median_dim_backward);
  r.def("nanmedian(Tensor self) -> Tensor")
      .meta(median_of_all_meta)
      .all(median_of_all<ops::nanmedian>)
      .backward(keep::args(0) | keep::result, reduce::share_among_ties);
}

}  // namespace vt
