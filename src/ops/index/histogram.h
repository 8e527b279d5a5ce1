// Counting elements by bin.
#pragma once

#include "core/backend_table.h"
#include "core/macros.h"
#include "core/tensor.h"

namespace vt {

/// Bins of equal width from `low` to `high`, the last with its upper end.
template <typename Math>
struct BinRange {
  Math low, high;
  int64_t bins;

  /// The bin of x, or -1 for what lies outside and for NaN.
  VT_HD_INLINE int64_t bin_of(Math x) const {
    if (!(x >= low && x <= high)) return -1;
    const Math at = (x - low) * static_cast<Math>(bins) / (high - low);
    return at < static_cast<Math>(bins) ? static_cast<int64_t>(at) : bins - 1;
  }
};

/// totals[self[i]] += weights[i], or 1. self: contiguous integers in [0, bins); weights: undefined or contiguous, of
/// the totals' dtype; totals (bins): int64, float32 or float64. Sums of floats depend on the order of the threads.
extern BackendTable<void(const Tensor& self, const Tensor& weights, const Tensor& totals)> count_weights;
void bincount_cuda(const Tensor& self, const Tensor& weights, const Tensor& totals);
/// counts[bin of self[i]] += 1, for low < high. self: contiguous and real; counts (bins): int64.
extern BackendTable<void(const Tensor& self, double low, double high, const Tensor& counts)> count_bins;
void histc_cuda(const Tensor& self, double low, double high, const Tensor& counts);

}  // namespace vt
