// The order in which a strided copy walks its elements.
#pragma once

#include "core/shape.h"

namespace vt {

// Destination and source over one set of dims, outermost first: size-1 dims dropped, ordered by destination stride, and
// dims that both sides walk as one merged. Strides in elements.
struct CopyPlan {
  DimVec sizes;
  DimVec to_strides;
  DimVec from_strides;

  int ndim() const { return static_cast<int>(sizes.size()); }
  int64_t inner_size() const { return sizes.empty() ? 1 : sizes.back(); }
  int64_t inner_to() const { return to_strides.empty() ? 1 : to_strides.back(); }
  int64_t inner_from() const { return from_strides.empty() ? 1 : from_strides.back(); }
};

VT_API CopyPlan plan_copy(IntSpan sizes, IntSpan to_strides, IntSpan from_strides);

// Steps through the outer dims of a plan: offsets of both sides for row `row`, then row + 1 and so on.
class CopyRows {
 public:
  // Walks the first `outer` dims.
  CopyRows(const CopyPlan& plan, int outer, int64_t row) : plan_(plan), index_(static_cast<size_t>(outer)) {
    for (int d = outer; d-- > 0;) {
      const int64_t size = plan.sizes[d];
      index_[d] = row % size;
      row /= size;
      to_ += index_[d] * plan.to_strides[d];
      from_ += index_[d] * plan.from_strides[d];
    }
  }
  int64_t to() const { return to_; }
  int64_t from() const { return from_; }
  void next() {
    for (size_t d = index_.size(); d-- > 0;) {
      to_ += plan_.to_strides[d];
      from_ += plan_.from_strides[d];
      if (++index_[d] < plan_.sizes[d]) return;
      to_ -= index_[d] * plan_.to_strides[d];
      from_ -= index_[d] * plan_.from_strides[d];
      index_[d] = 0;
    }
  }

 private:
  const CopyPlan& plan_;
  DimVec index_;
  int64_t to_ = 0;
  int64_t from_ = 0;
};

}  // namespace vt
