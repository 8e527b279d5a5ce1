// topk: the first elements of each slice, in order.
#include "cpu/thread_pool.h"
#include "dispatch/registry.h"
#include "ops/pointwise/signed_order.h"
#include "ops/sort/register.h"
#include "ops/sort/slices.h"
#include "ops/sort/sort.h"

namespace vt {
namespace {

std::array<TensorSpec, 2> topk_meta(const Tensor& self, int64_t& k, int64_t& dim, bool&, bool&) {
  dim = wrap_dim(dim, self.dim());
  VT_CHECK(!is_complex(self.dtype()) && self.dtype() != DType::bool_, Runtime, "topk does not support ", self.dtype(),
           " dtypes on CPU");
  VT_CHECK(k >= 0 && k <= (self.dim() > 0 ? self.sizes()[dim] : 1), Runtime, "selected index k out of range: k = ", k,
           ", dimension ", dim, " of ", self.sizes());
  DimVec sizes(self.sizes());
  if (!sizes.empty()) sizes[dim] = k;
  return values_and_positions(sizes, self);
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
  if (is_wide_unsigned(self.dtype())) {
    return pointwise::run_in_signed_order(self, values, [&](const Tensor& ordered, Tensor& sorted_values) {
      topk_cpu(ordered, k, dim, largest, sorted, sorted_values, indices);
    });
  }
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

}  // namespace

void register_topk(Registry& r) {
  r.def("topk(Tensor self, int k, int dim=-1, bool largest=True, bool sorted=True) -> (Tensor values, Tensor indices)")
      .meta(topk_meta)
      .cpu(topk_cpu)
      .backward(Keep::result(1), topk_backward);
}

}  // namespace vt
