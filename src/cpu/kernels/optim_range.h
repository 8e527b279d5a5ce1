// The per-level parts of optim.h: one thread's elements, with what depends on the step alone worked out before.
#pragma once

#include "cpu/kernels/optim.h"
#include "cpu/simd_dispatch.h"

namespace vt::cpu {

struct AdamRange {
  double decay;          // factor of the parameter, 1 for none
  double coupled_decay;  // weight decay that goes through the gradient, 0 for none
  double grad_factor;    // sign and inverse scale
  double beta1, beta2;
  double step_size;        // lr / (1 - beta1^step)
  double bias2_sqrt, eps;  // sqrt(1 - beta2^step)
};

VT_SIMD_DECLARE_TEMPLATE(void, adam_range,
                         (T * param, const T* grad, T* exp_avg, T* exp_avg_sq, T* max_exp_avg_sq, int64_t n,
                          const AdamRange& range))
VT_SIMD_DECLARE_TEMPLATE(void, sgd_range,
                         (T * param, const T* grad, T* momentum_buffer, int64_t n, const SgdArgs& args))

}  // namespace vt::cpu
