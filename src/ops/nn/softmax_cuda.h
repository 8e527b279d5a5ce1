// Softmax on CUDA. All tensors contiguous, of one floating dtype and shape; the softmax runs over the middle of
// (outer, n, inner). Free of CUDA headers.
#pragma once

#include "core/tensor.h"

namespace vt {

void softmax_forward_cuda(const char* op, const Tensor& self, int64_t outer, int64_t n, int64_t inner, bool log,
                          const Tensor& out);
/// `output` is what the forward gave.
void softmax_backward_cuda(const char* op, const Tensor& grad, const Tensor& output, int64_t outer, int64_t n,
                           int64_t inner, bool log, const Tensor& out);

}  // namespace vt
