// The distinct elements, or slices, of a tensor.
#include <numeric>

#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/pointwise/signed_order.h"
#include "ops/sort/register.h"
#include "ops/sort/slices.h"
#include "ops/sort/unique_groups.h"
#include "ops/typed/index.h"
#include "ops/typed/view.h"

namespace vt {

constinit BackendTable<ItemGroups(const Tensor&, int64_t, int64_t, bool, bool, bool)> group_items{"unique"};

namespace {

using Unique = std::tuple<Tensor, Tensor, Tensor>;

Tensor int64_tensor(const std::vector<int64_t>& values) {
  const Tensor t = empty(DimVec{static_cast<int64_t>(values.size())}, DType::int64);
  std::copy(values.begin(), values.end(), t.data<int64_t>());
  return t;
}

// Groups of the runs of equal items along `order`.
template <class Equal>
ItemGroups find_runs(const std::vector<int64_t>& order, const Equal& equal) {
  std::vector<int64_t> first, members, group_of(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || !equal(order[i - 1], order[i])) {
      first.push_back(order[i]);
      members.push_back(0);
    }
    ++members.back();
    group_of[static_cast<size_t>(order[i])] = static_cast<int64_t>(first.size()) - 1;
  }
  return {int64_tensor(first), int64_tensor(members), int64_tensor(group_of)};
}

ItemGroups group_items_cpu(const Tensor& items, int64_t count, int64_t width, bool consecutive, bool, bool) {
  return visit_dtype<kAllSet>(items.dtype(), [&](auto tag) -> ItemGroups {
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

// Of the groups' values, what they were in `self`, at `dim` of its sizes.
Tensor values_of(const Tensor& values, const Tensor& self, int64_t dim) {
  DimVec sizes(self.sizes());
  sizes[static_cast<size_t>(dim)] = values.numel();
  const Tensor shaped = ops::view(values, sizes);
  if (values.dtype() == self.dtype()) return shaped;
  const Tensor out = empty(sizes, self.dtype(), self.device());
  pointwise::from_signed_order(out, shaped);
  return out;
}

// The kept slices along `dim`; inverse of shape `sizes`, and counts, where wanted.
Unique results_of(const ItemGroups& groups, const Tensor& self, int64_t dim, bool inverse, bool counts, IntSpan sizes) {
  const Tensor none = empty(DimVec{0}, DType::int64, self.device());
  return {groups.values.defined() ? values_of(groups.values, self, dim) : ops::index_select(self, dim, groups.first),
          inverse ? ops::view(groups.group_of, sizes) : none, counts ? groups.members : none};
}

Unique unique_flat(const Tensor& self, bool inverse, bool counts, bool consecutive) {
  const Tensor flat = ops::view(contiguous_data(self), DimVec{self.numel()});
  const Tensor items = pointwise::in_signed_order(flat);
  return results_of(group_items(items.device(), items, items.numel(), 1, consecutive, inverse, counts), flat, 0,
                    inverse, counts, self.sizes());
}

Unique unique_slices(const Tensor& self, int64_t dim, bool inverse, bool counts, bool consecutive) {
  dim = wrap_dim(dim, self.dim());
  VT_CHECK(self.dim() > 0, Index, "Dimension specified as ", dim, " but tensor has no dimensions");
  const int64_t count = self.sizes()[dim];
  VT_CHECK(self.numel() > 0 || count == 0, Runtime,
           "There are 0 sized dimensions, and they aren't selected, so unique cannot be applied");
  const Tensor items = pointwise::in_signed_order(contiguous_data(ops::movedim(self, dim, 0)));
  const int64_t width = count == 0 ? 1 : items.numel() / count;
  return results_of(group_items(items.device(), items, count, width, consecutive, inverse, counts), self, dim, inverse,
                    counts, DimVec{count});
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
  group_items.cpu(group_items_cpu);
  r.def(
       "_unique2(Tensor self, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (Tensor, Tensor, Tensor)")
      .all(unique2)
      .value_dependent()
      .not_differentiable()
      .internal();
  r.def(
       "unique_dim(Tensor self, int dim, bool sorted=True, bool return_inverse=False, bool return_counts=False) -> (Tensor, Tensor, Tensor)")
      .all(unique_dim)
      .value_dependent()
      .not_differentiable()
      .surface(kNode);
  r.def(
       "unique_consecutive(Tensor self, bool return_inverse=False, bool return_counts=False, int? dim=None) -> (Tensor, Tensor, Tensor)")
      .all(unique_consecutive)
      .value_dependent()
      .not_differentiable()
      .surface(kNode);
}

}  // namespace vt
