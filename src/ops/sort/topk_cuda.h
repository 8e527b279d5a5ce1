// The first few elements of long rows on CUDA. Free of CUDA headers.
#pragma once

#include "core/tensor.h"

namespace vt {

/// Whether topk_rows_cuda takes rows of n elements and a k, and is likely faster than a sort.
bool topk_rows_suit(int64_t rows, int64_t n, int64_t k);

/// What sort_rows_cuda gives of the first k > 0: the same elements in the same order, for dtypes other than bool.
void topk_rows_cuda(const Tensor& self, int64_t rows, int64_t n, bool descending, int64_t k, const Tensor& values,
                    const Tensor& indices);

}  // namespace vt
