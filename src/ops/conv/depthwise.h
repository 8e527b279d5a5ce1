// Depthwise convolutions of two spatial dims whose channels are next to each other in memory, on CUDA: each channel has
// one filter of its own. cuDNN's engines for them are slow in this format.
#pragma once

#include "cuda/convolution.h"
#include "ops/conv/geometry.h"

namespace vt::conv {

// Whether the kernels take a problem: x (N, C, H, W) and y (N, C, ...) of a plain convolution of that geometry, w (C,
// 1,
// ...); the kind says which of them is the result.
bool is_depthwise_channels_last(cuda::ConvolutionKind kind, const Geometry& g, const Tensor& x, const Tensor& w,
                                const Tensor& y);

// Writes the result. It is dense in channels_last, or contiguous if it is w; the others may lie anyhow. The same
// input gives the same bits.
void depthwise_convolution(cuda::ConvolutionKind kind, const Geometry& g, const Tensor& x, const Tensor& w,
                           const Tensor& y);

}  // namespace vt::conv
