// Binary searches in sorted rows.
#pragma once

#include "core/backend_table.h"
#include "core/tensor.h"

namespace vt {

/// For each of `values` (contiguous) its place in a sorted row: `rows` (contiguous, of their dtype) has one row for all
/// of them, or one for each `per_row` of them. `right`: after equal elements. `sorter`: undefined, or int64 positions
/// that put each row in order, contiguous; one that is out of range is reported as a RuntimeError at the next
/// synchronisation (on CUDA; on the CPU it is checked before). `out`: contiguous, int64 or int32. Waits for nothing.
extern BackendTable<void(const Tensor& rows, bool one_row, const Tensor& values, int64_t per_row, bool right,
                         const Tensor& sorter, const Tensor& out)>
    search_sorted;
void search_rows_cuda(const Tensor& rows, bool one_row, const Tensor& values, int64_t per_row, bool right,
                      const Tensor& sorter, const Tensor& out);

}  // namespace vt
