// One-dimensional slices of a tensor along a dim, and the order that sorting follows.
#pragma once

#include "core/dtype.h"
#include "core/tensor.h"
#include "ops/copy/copy_plan.h"

namespace vt {

// Slice s of a tensor: `size` elements from `offset(s)` on, `stride` apart. A 0-dim tensor is one slice of one element.
class Slices {
 public:
  Slices(const Tensor& t, int64_t dim) {
    for (int64_t d = 0; d < t.dim(); ++d) {
      if (d == dim) continue;
      sizes_.push_back(t.sizes()[d]);
      strides_.push_back(t.strides()[d]);
      count_ *= t.sizes()[d];
    }
    if (t.dim() == 0) return;
    size_ = t.sizes()[dim];
    stride_ = t.strides()[dim];
  }
  int64_t count() const { return count_; }
  int64_t size() const { return size_; }
  int64_t stride() const { return stride_; }
  int64_t offset(int64_t slice) const {
    int64_t offset = 0;
    for (size_t d = sizes_.size(); d-- > 0;) {
      offset += slice % sizes_[d] * strides_[d];
      slice /= sizes_[d];
    }
    return offset;
  }

 private:
  DimVec sizes_, strides_;
  int64_t count_ = 1, size_ = 1, stride_ = 1;
};

// NaN is above every number.
template <class T>
struct Ascending {
  bool operator()(T a, T b) const {
    if constexpr (std::is_integral_v<T>) {
      return a < b;
    } else {
      return (b != b && a == a) || a < b;
    }
  }
};
template <class T>
struct Descending {
  bool operator()(T a, T b) const { return Ascending<T>()(b, a); }
};

}  // namespace vt
