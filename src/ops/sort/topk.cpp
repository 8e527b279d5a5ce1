// A few elements by rank: topk, kthvalue, median.
#include "cpu/thread_pool.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/sort/register.h"
#include "ops/sort/slices.h"
#include "ops/sort/sort.h"
#include "ops/sort/through_host.h"
#include "ops/view/view.h"

namespace vt {
namespace {

std::array<TensorSpec, 2> values_and_positions(DimVec sizes, const Tensor& self) {
  return {TensorSpec{sizes, self.dtype(), self.device(), {}}, TensorSpec{sizes, DType::int64, self.device(), {}}};
}

std::array<TensorSpec, 2> topk_meta(const Tensor& self, int64_t& k, int64_t& dim, bool&, bool&) {
  dim = wrap_dim(dim, self.dim());
  VT_CHECK(!is_complex(self.dtype()) && self.dtype() != DType::bool_, Runtime, "topk does not support ", self.dtype(),
           " dtypes on CPU");
  VT_CHECK(k >= 0 && k <= (self.dim() > 0 ? self.sizes()[dim] : 1), Runtime, "selected index k out of range: k = ", k,
           ", dimension ", dim, " of ", self.sizes());
  DimVec sizes(self.sizes());
  if (!sizes.empty()) sizes[dim] = k;
  return values_and_positions(std::move(sizes), self);
}

// Ties come in the order that the standard algorithms leave them in, which is PyTorch's on the CPU.
template <class T, class Order>
void topk_slices(const Tensor& self, int64_t k, int64_t dim, bool sorted, Tensor& values, Tensor& indices) {
  using Keyed = std::pair<T, int64_t>;
  const Slices in(self, dim), out(values, dim);
  const int64_t n = in.size();
  const T* from = self.data<T>();
  T* to = values.data<T>();
  int64_t* at = indices.data<int64_t>();
  auto before = [](const Keyed& a, const Keyed& b) { return Order()(a.first, b.first); };
  parallel_for(0, in.count(), std::max<int64_t>(1, 8192 / n), [&](int64_t begin, int64_t end) {
    std::vector<Keyed> slice(static_cast<size_t>(n));
    for (int64_t s = begin; s < end; ++s) {
      const T* source = from + in.offset(s);
      for (int64_t i = 0; i < n; ++i) slice[i] = {source[i * in.stride()], i};
      if (k * 64 <= n) {
        std::partial_sort(slice.begin(), slice.begin() + k, slice.end(), before);
      } else {
        std::nth_element(slice.begin(), slice.begin() + k - 1, slice.end(), before);
        if (sorted) std::sort(slice.begin(), slice.begin() + k - 1, before);
      }
      const int64_t target = out.offset(s);
      for (int64_t i = 0; i < k; ++i) {
        to[target + i * out.stride()] = slice[i].first;
        at[target + i * out.stride()] = slice[i].second;
      }
    }
  });
}

void topk_cpu(const Tensor& self, int64_t k, int64_t dim, bool largest, bool sorted, Tensor& values, Tensor& indices) {
  if (values.numel() == 0) return;
  visit_dtype<kIntegralSet | kFloatingSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (largest) {
      topk_slices<T, Descending<T>>(self, k, dim, sorted, values, indices);
    } else {
      topk_slices<T, Ascending<T>>(self, k, dim, sorted, values, indices);
    }
  });
}

void topk_backward(GradContext& ctx) { selected_along_dim_backward(ctx, 2, -1); }

// The element of every slice that has a given rank; `rank` gets the slice (for NaN) and its size.
template <class T, class Rank>
void pick_slices(const Tensor& self, int64_t dim, const Rank& rank, Tensor& values, Tensor& indices) {
  using Keyed = std::pair<T, int64_t>;
  const Slices in(self, dim);
  const int64_t n = in.size();
  const T* from = self.data<T>();
  T* to = values.data<T>();
  int64_t* at = indices.data<int64_t>();
  auto before = [](const Keyed& a, const Keyed& b) { return Ascending<T>()(a.first, b.first); };
  parallel_for(0, in.count(), std::max<int64_t>(1, 8192 / n), [&](int64_t begin, int64_t end) {
    std::vector<Keyed> slice(static_cast<size_t>(n));
    for (int64_t s = begin; s < end; ++s) {
      const T* source = from + in.offset(s);
      for (int64_t i = 0; i < n; ++i) slice[i] = {source[i * in.stride()], i};
      const int64_t k = rank(slice);
      std::nth_element(slice.begin(), slice.begin() + k, slice.end(), before);
      to[s] = slice[k].first;
      at[s] = slice[k].second;
    }
  });
}

// values and indices are contiguous with the dim dropped or 1, so slice s of self is element s of them.
void kthvalue_cpu(const Tensor& self, int64_t k, int64_t dim, bool, Tensor& values, Tensor& indices) {
  if (values.numel() == 0) return;
  visit_dtype<kIntegralSet | kFloatingSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    pick_slices<T>(self, dim, [k](const auto&) { return k - 1; }, values, indices);
  });
}

void kthvalue_cuda(const Tensor& self, int64_t k, int64_t dim, bool keepdim, Tensor& values, Tensor& indices) {
  through_host([&](const Tensor& s, Tensor& v, Tensor& i) { kthvalue_cpu(s, k, dim, keepdim, v, i); }, self, values,
               indices);
}

DimVec without_dim(const Tensor& self, int64_t dim, bool keepdim) {
  DimVec sizes(self.sizes());
  if (sizes.empty()) return sizes;
  if (keepdim) {
    sizes[dim] = 1;
  } else {
    sizes.erase(static_cast<size_t>(dim));
  }
  return sizes;
}

std::array<TensorSpec, 2> kthvalue_meta(const Tensor& self, int64_t& k, int64_t& dim, bool& keepdim) {
  dim = wrap_dim(dim, self.dim());
  const int64_t n = self.dim() == 0 ? 1 : self.sizes()[dim];
  VT_CHECK(n > 0, Index, "kthvalue(): Expected reduction dim ", dim, " to have non-zero size.");
  VT_CHECK(k >= 1 && k <= n, Runtime, "kthvalue(): selected number k out of range for dimension ", dim, ": k = ", k,
           ", size ", n);
  return values_and_positions(without_dim(self, dim, keepdim), self);
}
void kthvalue_backward(GradContext& ctx) { selected_along_dim_backward(ctx, 2, 3); }

// The lower of the two middle elements; a NaN in the slice is its median.
void median_dim_cpu(const Tensor& self, int64_t dim, bool, Tensor& values, Tensor& indices) {
  if (values.numel() == 0) return;
  visit_dtype<kIntegralSet | kFloatingSet>(self.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    auto rank = [](auto& slice) {
      const int64_t n = static_cast<int64_t>(slice.size());
      for (int64_t i = 0; i < n; ++i) {
        if (slice[i].first != slice[i].first) {
          // Ranked by itself alone: moved to the front of an otherwise empty race.
          const auto nan = slice[i];
          for (auto& element : slice) element = nan;
          return int64_t{0};
        }
      }
      return (n - 1) / 2;
    };
    pick_slices<T>(self, dim, rank, values, indices);
  });
}

void median_dim_cuda(const Tensor& self, int64_t dim, bool keepdim, Tensor& values, Tensor& indices) {
  through_host([&](const Tensor& s, Tensor& v, Tensor& i) { median_dim_cpu(s, dim, keepdim, v, i); }, self, values,
               indices);
}

std::array<TensorSpec, 2> median_dim_meta(const Tensor& self, int64_t& dim, bool& keepdim) {
  dim = wrap_dim(dim, self.dim());
  VT_CHECK(self.dim() == 0 || self.sizes()[dim] > 0, Index, "median(): Expected reduction dim ", dim,
           " to have non-zero size.");
  return values_and_positions(without_dim(self, dim, keepdim), self);
}
void median_dim_backward(GradContext& ctx) { selected_along_dim_backward(ctx, 1, 2); }

Tensor median(const Tensor& self) {
  static const Op& median_dim = find_op("median.dim");
  if (self.numel() == 0) {
    VT_CHECK(is_floating(self.dtype()), Runtime, "median() operation does not have an identity for empty input.");
    return ops::full(IntSpan(), Scalar(std::numeric_limits<double>::quiet_NaN()), self.dtype(), self.device());
  }
  return std::get<0>(call<std::tuple<Tensor, Tensor>>(median_dim, ops::reshape(self, DimVec{-1}), int64_t{0}, false));
}

}  // namespace

void register_topk(Registry& r) {
  r.def("topk(Tensor self, int k, int dim=-1, bool largest=True, bool sorted=True) -> (Tensor values, Tensor indices)")
      .meta(topk_meta)
      .cpu(topk_cpu)
      .backward(Keep::result(1), topk_backward);
  r.def("kthvalue(Tensor self, int k, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)")
      .meta(kthvalue_meta)
      .cpu(kthvalue_cpu)
      .cuda(kthvalue_cuda)
      .backward(Keep::result(1), kthvalue_backward);
  r.def("median.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)")
      .meta(median_dim_meta)
      .cpu(median_dim_cpu)
      .cuda(median_dim_cuda)
      .backward(Keep::result(1), median_dim_backward);
  r.def("median(Tensor self) -> Tensor").composite(median).out();
}

}  // namespace vt
