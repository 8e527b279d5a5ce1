// Elements by rank, without sorting.
#pragma once

#include "core/backend_table.h"
#include "core/tensor.h"

namespace vt {

/// Which element of a row. NaN counts as the largest.
enum class RowRank {
  Kth,        // the one that k others come before
  Median,     // the lower of the middle ones, or NaN if there is one
  NanMedian,  // the lower of the middle ones of those that are not NaN; NaN if all are
};

/// The element of that rank in each slice of `self` along `dim`, which is not empty, and the first position at which it
/// stands. `values` and `indices` (int64) are contiguous, an element per slice. Waits for nothing; deterministic.
extern BackendTable<void(const Tensor& self, int64_t dim, RowRank rank, int64_t k, const Tensor& values,
                         const Tensor& indices)>
    select_ranked;
void select_ranked_cuda(const Tensor& self, int64_t dim, RowRank rank, int64_t k, const Tensor& values,
                        const Tensor& indices);

}  // namespace vt
