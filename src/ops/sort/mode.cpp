// mode: the most frequent element of each slice.
#include "cpu/thread_pool.h"
#include "dispatch/registry.h"
#include "ops/sort/register.h"
#include "ops/sort/slices.h"
#include "ops/sort/sort.h"

namespace vt {
namespace {

// Of the values that are as frequent the smallest, at its last position. A NaN equals nothing, not even another one.
template <class T>
void mode_slices(const Tensor& self, int64_t dim, Tensor& values, Tensor& indices) {
  using Keyed = std::pair<T, int64_t>;
  const Slices in(self, dim);
  const int64_t n = in.size();
  const T* from = self.data<T>();
  T* to = values.data<T>();
  int64_t* at = indices.data<int64_t>();
  parallel_for(0, in.count(), std::max<int64_t>(1, 4096 / n), [&](int64_t begin, int64_t end) {
    std::vector<Keyed> slice(static_cast<size_t>(n));
    for (int64_t s = begin; s < end; ++s) {
      const T* source = from + in.offset(s);
      for (int64_t i = 0; i < n; ++i) slice[i] = {source[i * in.stride()], i};
      std::stable_sort(slice.begin(), slice.end(),
                       [](const Keyed& a, const Keyed& b) { return Ascending<T>()(a.first, b.first); });
      int64_t start = 0, longest = 0, last = 0;
      for (int64_t i = 0; i < n; ++i) {
        if (slice[i].first != slice[start].first || slice[i].first != slice[i].first) start = i;
        if (i - start + 1 <= longest) continue;
        longest = i - start + 1;
        last = i;
      }
      to[s] = slice[last].first;
      at[s] = slice[last].second;
    }
  });
}

void mode_cpu(const Tensor& self, int64_t dim, bool, Tensor& values, Tensor& indices) {
  if (values.numel() == 0) return;
  visit_dtype<kRealSet>(self.dtype(),
                        [&](auto tag) { mode_slices<typename decltype(tag)::type>(self, dim, values, indices); });
}

std::array<TensorSpec, 2> mode_meta(const Tensor& self, int64_t& dim, bool& keepdim) {
  dim = wrap_dim(dim, self.dim());
  VT_CHECK(self.dim() == 0 || self.sizes()[dim] > 0, Index, "mode(): Expected reduction dim ", dim,
           " to have non-zero size.");
  return values_and_positions(sizes_without(self, dim, keepdim), self);
}
void mode_backward(GradContext& ctx) { selected_along_dim_backward(ctx, 1, 2); }

}  // namespace

void register_mode(Registry& r) {
  r.def("mode(Tensor self, int dim=-1, bool keepdim=False) -> (Tensor values, Tensor indices)")
      .meta(mode_meta)
      .cpu(mode_cpu)
      .backward(Keep::result(1), mode_backward);
}

}  // namespace vt
