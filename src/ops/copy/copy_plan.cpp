#include "ops/copy/copy_plan.h"

namespace vt {

CopyPlan plan_copy(IntSpan sizes, IntSpan to_strides, IntSpan from_strides) {
  const auto is_outside = [&](int64_t a, int64_t b) {
    return to_strides[a] != to_strides[b] ? to_strides[a] > to_strides[b] : from_strides[a] > from_strides[b];
  };
  DimVec order;
  for (int64_t d = 0; d < static_cast<int64_t>(sizes.size()); ++d) {
    if (sizes[d] == 1) continue;
    size_t at = order.size();
    while (at > 0 && is_outside(d, order[at - 1])) --at;
    order.insert(at, d);
  }
  CopyPlan plan;
  for (const int64_t d : order) {
    if (!plan.sizes.empty()) {
      const bool merges =
          plan.to_strides.back() == to_strides[d] * sizes[d] && plan.from_strides.back() == from_strides[d] * sizes[d];
      if (merges) {
        plan.sizes.back() *= sizes[d];
        plan.to_strides.back() = to_strides[d];
        plan.from_strides.back() = from_strides[d];
        continue;
      }
    }
    plan.sizes.push_back(sizes[d]);
    plan.to_strides.push_back(to_strides[d]);
    plan.from_strides.push_back(from_strides[d]);
  }
  return plan;
}

}  // namespace vt
