// What the losses between probabilities ask of CUDA. Free of CUDA headers.
#pragma once

#include "core/tensor.h"

namespace vt {

// Reports a RuntimeError at the next synchronisation if `loss`, a tensor of one floating element, is NaN. Waits for
// nothing: Note [Errors found by kernels] in cuda/device_error.h.
void report_nan_loss(const Tensor& loss);

}  // namespace vt
