#include "ops/random/memory_order.h"

#include <numeric>
#include <vector>

#include "dispatch/dispatch.h"

namespace vt::random {

namespace {

// Positive if dim `a`, now before `b` in ascending order of stride, belongs after it. Stride 0 says nothing about
// order.
int compare_dims(IntSpan sizes, IntSpan strides, int64_t a, int64_t b) {
  if (strides[a] == 0 || strides[b] == 0) return 0;
  if (strides[a] != strides[b]) return strides[a] < strides[b] ? -1 : 1;
  return sizes[a] > sizes[b] ? 1 : 0;
}

// Dims from the fastest to the slowest. The comparison is no strict order, so the steps of the sort matter: insertion
// from the last dim on, stopping at the first dim that is clearly smaller.
std::vector<int64_t> order_of_dims(IntSpan sizes, IntSpan strides) {
  const auto n = static_cast<int64_t>(sizes.size());
  std::vector<int64_t> order(n);
  std::iota(order.rbegin(), order.rend(), 0);
  for (int64_t i = 1; i < n; ++i) {
    int64_t at = i;
    for (int64_t j = i - 1; j >= 0; --j) {
      const int comparison = compare_dims(sizes, strides, order[j], order[at]);
      if (comparison < 0) break;
      if (comparison > 0) {
        std::swap(order[j], order[at]);
        at = j;
      }
    }
  }
  return order;
}

}  // namespace

DimVec dense_strides(IntSpan sizes, IntSpan strides) {
  if (is_non_overlapping_and_dense(sizes, strides)) return DimVec(strides);
  DimVec result(sizes.size());
  int64_t stride = 1;
  for (const int64_t dim : order_of_dims(sizes, strides)) {
    result[dim] = stride;
    stride *= std::max<int64_t>(sizes[dim], 1);
  }
  return result;
}

void check_fillable(const Tensor& self) {
  check_writable(self);
  for (int64_t d = 0; d < self.dim(); ++d) {
    VT_CHECK(
        self.strides()[d] != 0 || self.sizes()[d] <= 1, Runtime,
        "unsupported operation: more than one element of the written-to tensor refers to a single memory location, "
        "expected a tensor without expanded dimensions; clone() it first");
  }
}

Tensor packed(const Tensor& self, IntSpan strides) {
  if (same(self.strides(), strides) && is_non_overlapping_and_dense(self.sizes(), self.strides())) return self;
  static const Op& copy = find_op("copy_");
  const Tensor result = empty_strided(self.sizes(), strides, self.dtype(), self.device());
  call<Tensor>(copy, result, self);
  return result;
}

Tensor expanded(const Tensor& self, IntSpan sizes) {
  DimVec strides(sizes.size());
  const size_t added = sizes.size() - self.sizes().size();
  for (size_t d = added; d < sizes.size(); ++d) {
    strides[d] = self.sizes()[d - added] == 1 ? 0 : self.strides()[d - added];
  }
  return make_view(self, sizes, strides, self.storage_offset());
}

Tensor begin_fill(const Tensor& self) {
  check_fillable(self);
  if (is_non_overlapping_and_dense(self.sizes(), self.strides())) return self;
  return empty_strided(self.sizes(), dense_strides(self.sizes(), self.strides()), self.dtype(), self.device());
}

void end_fill(const Tensor& self, const Tensor& filled) {
  if (filled.is_same(self)) {
    self.impl()->bump_version();
    return;
  }
  static const Op& copy = find_op("copy_");
  call<Tensor>(copy, self, filled);
}

}  // namespace vt::random
