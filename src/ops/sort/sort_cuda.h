// Sorting along the last dim on CUDA. Free of CUDA headers.
#pragma once

#include "core/tensor.h"

namespace vt {

/// Sorts the rows of `self` (rows, n) stably; NaN counts as the largest. The first `kept` of each row go to `values`
/// and `indices` (rows, kept), int64; all contiguous. Either output may be undefined.
void sort_rows_cuda(const Tensor& self, int64_t rows, int64_t n, bool descending, int64_t kept, const Tensor& values,
                    const Tensor& indices);

}  // namespace vt
