// Layer norm and RMS norm on CUDA, over the last n elements of `rows` rows. All tensors contiguous; input, weight, bias,
// output and their gradients of one floating dtype, statistics of its opmath dtype. Free of CUDA headers.
#pragma once

#include "core/tensor.h"

namespace vt {

enum class NormKind : uint8_t { Layer, Rms };

/// `weight`, `bias` may be undefined. `mean` (layer only) and `rstd` have one value per row.
void norm_forward_cuda(const char* op, NormKind kind, const Tensor& input, const Tensor& weight, const Tensor& bias,
                       int64_t rows, int64_t n, double eps, const Tensor& out, const Tensor& mean, const Tensor& rstd);
/// Gradients that are undefined are not computed.
void norm_backward_cuda(const char* op, NormKind kind, const Tensor& grad, const Tensor& input, const Tensor& mean,
                        const Tensor& rstd, const Tensor& weight, int64_t rows, int64_t n, const Tensor& grad_input,
                        const Tensor& grad_weight, const Tensor& grad_bias);

}  // namespace vt
