// The most frequent element of each slice on CUDA. Free of CUDA headers.
#pragma once

#include "core/tensor.h"

namespace vt {

/// As mode does; `values` and `indices` are contiguous, an element per slice of `self` along `dim`. Waits for nothing.
void mode_cuda(const Tensor& self, int64_t dim, bool keepdim, Tensor& values, Tensor& indices);

}  // namespace vt
