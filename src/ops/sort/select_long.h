// Selection from rows so long and few that a block per row would leave most of the device idle. Free of CUDA headers.
#pragma once

#include "ops/sort/select_cuda.h"

namespace vt {

inline constexpr int64_t kLongRow = 1 << 16;
inline constexpr int64_t kFewRows = 64;

/// select_ranked_cuda for `rows` (count, n), contiguous, with count <= kFewRows.
void select_from_long_rows(const Tensor& rows, int64_t count, RowRank rank, int64_t k, const Tensor& values,
                           const Tensor& indices);

}  // namespace vt
