#include "ops/copy/copy_plan.h"

namespace vt {

CopyPlan plan_copy(IntSpan sizes, IntSpan to_strides, IntSpan from_strides) {
  DimVec order;
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] != 1) order.push_back(static_cast<int64_t>(d));
  }
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    if (to_strides[a] != to_strides[b]) return to_strides[a] > to_strides[b];
    return from_strides[a] > from_strides[b];
  });
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
