// The distinct elements, or slices, of a tensor. Computed on the host for every device: the result's size depends on
// the data.
#include <numeric>

#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/sort/register.h"
#include "ops/sort/slices.h"
#include "ops/view/view.h"

namespace vt {
namespace {

using Unique = std::tuple<Tensor, Tensor, Tensor>;

// Which items are kept, in order, and for every item the kept one that equals it.
struct Groups {
  std::vector<int64_t> first;    // item number of each group
  std::vector<int64_t> members;  // how many
  std::vector<int64_t> group_of;
};

// Runs of equal items along `order`.
template <class Equal>
Groups find_runs(const std::vector<int64_t>& order, const Equal& equal) {
  Groups g;
  g.group_of.resize(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || !equal(order[i - 1], order[i])) {
      g.first.push_back(order[i]);
      g.members.push_back(0);
    }
    ++g.members.back();
    g.group_of[static_cast<size_t>(order[i])] = static_cast<int64_t>(g.first.size()) - 1;
  }
  return g;
}

Tensor int64_tensor(const std::vector<int64_t>& values, IntSpan sizes, Device device) {
  const Tensor t = empty(sizes, DType::int64);
  std::copy(values.begin(), values.end(), t.data<int64_t>());
  return ops::to(t, device);
}

// Items are the `width` elements from item * width on. Sorted by content first unless only neighbours count.
Groups group_items(const Tensor& items, int64_t count, int64_t width, bool consecutive) {
  return visit_dtype<kAllSet>(items.dtype(), [&](auto tag) -> Groups {
    using T = typename decltype(tag)::type;
    const T* data = static_cast<const T*>(items.data());
    std::vector<int64_t> order(static_cast<size_t>(count));
    std::iota(order.begin(), order.end(), int64_t{0});
    auto equal = [&](int64_t a, int64_t b) {
      return std::equal(data + a * width, data + (a + 1) * width, data + b * width);
    };
    if (!consecutive) {
      if constexpr (is_complex_v<T>) {
        throw_unsupported_dtype(items.dtype());
      } else {
        std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
          return std::lexicographical_compare(data + a * width, data + (a + 1) * width, data + b * width,
                                              data + (b + 1) * width, Ascending<T>());
        });
      }
    }
    return find_runs(order, equal);
  });
}

Unique unique_flat(const Tensor& self, bool inverse, bool counts, bool consecutive) {
  const Tensor flat = contiguous_data(ops::to(self, kCPU));
  const Groups g = group_items(flat, flat.numel(), 1, consecutive);
  const int64_t n = static_cast<int64_t>(g.first.size());
  const Tensor values = empty(DimVec{n}, self.dtype());
  const size_t bytes = self.element_size();
  for (int64_t i = 0; i < n; ++i) {
    std::memcpy(static_cast<char*>(values.data()) + static_cast<size_t>(i) * bytes,
                static_cast<const char*>(flat.data()) + static_cast<size_t>(g.first[i]) * bytes, bytes);
  }
  const Device device = self.device();
  const Tensor none = empty(DimVec{0}, DType::int64, device);
  return {ops::to(values, device), inverse ? int64_tensor(g.group_of, self.sizes(), device) : none,
          counts ? int64_tensor(g.members, DimVec{n}, device) : none};
}

Unique unique_slices(const Tensor& self, int64_t dim, bool inverse, bool counts, bool consecutive) {
  static const Op& index_select = find_op("index_select");
  dim = wrap_dim(dim, self.dim());
  VT_CHECK(self.dim() > 0, Runtime, "unique: expected a tensor with dimensions to look along dim ", dim);
  const int64_t count = self.sizes()[dim];
  VT_CHECK(self.numel() > 0 || count == 0, Runtime,
           "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied");
  const Tensor items = contiguous_data(ops::to(ops::movedim(self, dim, 0), kCPU));
  const Groups g = group_items(items, count, count == 0 ? 1 : items.numel() / count, consecutive);
  const Device device = self.device();
  const Tensor kept = int64_tensor(g.first, DimVec{static_cast<int64_t>(g.first.size())}, device);
  const Tensor none = empty(DimVec{0}, DType::int64, device);
  return {call<Tensor>(index_select, self, dim, kept), inverse ? int64_tensor(g.group_of, DimVec{count}, device) : none,
          counts ? int64_tensor(g.members, kept.sizes(), device) : none};
}

Unique unique2(const Tensor& self, bool, bool return_inverse, bool return_counts) {
  return unique_flat(self, return_inverse, return_counts, false);
}
// PyTorch gives inverse and counts whether asked or not.
Unique unique_dim(const Tensor& self, int64_t dim, bool, bool, bool) {
  return unique_slices(self, dim, true, true, false);
}
Unique unique_consecutive(const Tensor& self, bool return_inverse, bool return_counts, std::optional<int64_t> dim) {
  return dim ? unique_slices(self, *dim, return_inverse, return_counts, true)
             : unique_flat(self, return_inverse, return_counts, true);
}

}  // namespace

void register_unique(Registry& r) {
  r.def(
       "_unique2(Tensor self, bool sorted=True, bool return_inverse=False, bool return_counts=False) "
       "-> (Tensor, Tensor, Tensor)")
      .all(unique2)
      .not_differentiable()
      .internal();
  r.def(
       "unique_dim(Tensor self, int dim, bool sorted=True, bool return_inverse=False, bool return_counts=False) "
       "-> (Tensor, Tensor, Tensor)")
      .all(unique_dim)
      .not_differentiable()
      .internal();
  r.def(
       "unique_consecutive(Tensor self, bool return_inverse=False, bool return_counts=False, int? dim=None) "
       "-> (Tensor, Tensor, Tensor)")
      .all(unique_consecutive)
      .not_differentiable()
      .internal();
}

}  // namespace vt
