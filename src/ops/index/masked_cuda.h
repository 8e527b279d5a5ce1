// Elements named by a mask, on CUDA. Free of CUDA headers.
#pragma once

#include "core/tensor.h"

namespace vt {

// int64[n, dim]: the coordinates of the non-zero elements, in order. Waits for the GPU, which alone knows n.
Tensor nonzero_cuda(const Tensor& self);

// Where `mask` is set, the element of `out` becomes that of `source` whose number is places - 1; `places` holds the
// running count of set elements (int64). All contiguous; out and source of one dtype; out, mask and places of one size.
// Too short a source is reported as a RuntimeError at the next synchronisation. Waits for nothing.
void scatter_masked_cuda(const Tensor& out, const Tensor& mask, const Tensor& places, const Tensor& source);

}  // namespace vt
