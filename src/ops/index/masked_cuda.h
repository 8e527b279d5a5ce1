// Elements named by a mask, on CUDA. Free of CUDA headers.
#pragma once

#include "core/tensor.h"

namespace vt {

// int64[n, dim]: the coordinates of the non-zero elements, in order. Waits for the GPU, which alone knows n.
Tensor nonzero_cuda(const Tensor& self);

void masked_scatter_cuda(const Tensor& self, const Tensor& mask, const Tensor& source, Tensor& out);

}  // namespace vt
