// sort and topk on CUDA.
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/pointwise/signed_order.h"
#include "ops/sort/mode_cuda.h"
#include "ops/sort/select_cuda.h"
#include "ops/sort/sort_cuda.h"
#include "ops/sort/topk_cuda.h"
#include "ops/sort/unique_groups.h"

namespace vt {
namespace {

// The tensor with `dim` exchanged with the last one; the same memory.
Tensor dim_last(const Tensor& t, int64_t dim) {
  DimVec sizes(t.sizes()), strides(t.strides());
  std::swap(sizes[static_cast<size_t>(dim)], sizes.back());
  std::swap(strides[static_cast<size_t>(dim)], strides.back());
  return Tensor(make_intrusive<TensorImpl>(t.storage(), t.dtype(), sizes, strides, t.storage_offset()));
}

// The first `kept` of each slice of `self` along `dim`, sorted.
void sort_along(const Tensor& self, int64_t dim, bool descending, Tensor& values, Tensor& indices) {
  if (self.dim() == 0) {
    copy_data(values, self);
    fill_data(indices, Scalar(0));
    return;
  }
  if (values.numel() == 0) return;
  if (is_wide_unsigned(self.dtype())) {
    return pointwise::run_in_signed_order(self, values, [&](const Tensor& ordered, Tensor& sorted) {
      sort_along(ordered, dim, descending, sorted, indices);
    });
  }
  const Tensor rows = contiguous_data(dim_last(self, dim));
  const int64_t n = self.size(dim), kept = values.size(dim), count = self.numel() / n;
  const Tensor value_rows = dim_last(values, dim), index_rows = dim_last(indices, dim);
  auto target = [](const Tensor& t) { return t.is_contiguous() ? t : empty_like(t); };
  const Tensor sorted = target(value_rows), places = target(index_rows);
  if (kept < n && topk_rows_suit(count, n, kept)) {
    topk_rows_cuda(rows, count, n, descending, kept, sorted, places);
  } else {
    sort_rows_cuda(rows, count, n, descending, kept, sorted, places);
  }
  if (!sorted.is_same(value_rows)) copy_data(value_rows, sorted);
  if (!places.is_same(index_rows)) copy_data(index_rows, places);
}

void sort_cuda(const Tensor& self, int64_t dim, bool descending, Tensor& values, Tensor& indices) {
  sort_along(self, dim, descending, values, indices);
}

// Always sorted, whether asked or not.
void topk_cuda(const Tensor& self, int64_t, int64_t dim, bool largest, bool, Tensor& values, Tensor& indices) {
  sort_along(self, dim, largest, values, indices);
}

}  // namespace

void register_sort_cuda(Registry& r) {
  r.at("sort").cuda(sort_cuda);
  r.at("topk").cuda(topk_cuda);
  r.at("mode").cuda(mode_cuda);
  select_ranked.cuda(select_ranked_cuda);
  group_items.cuda(group_items_cuda);
}

}  // namespace vt
