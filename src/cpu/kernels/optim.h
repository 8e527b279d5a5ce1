// Optimizer steps on contiguous tensors of n elements, state in the parameters' type, arithmetic in float or double.
// T: float, double, float16, bfloat16. Threaded. PyTorch's formulas in PyTorch's order of operations.
#pragma once

#include <cstdint>

#include "core/half.h"
#include "core/macros.h"

namespace vt::cpu {

struct AdamArgs {
  double lr, beta1, beta2, weight_decay, eps;
  double step;  // of this update, counted from 1
  bool amsgrad, maximize;
  bool decoupled;     // AdamW: the parameter decays, not through the gradient
  double grad_scale;  // the gradient is divided by it; 1 for none
};
// max_exp_avg_sq may be null unless amsgrad.
template <class T>
VT_API void adam_step(T* param, const T* grad, T* exp_avg, T* exp_avg_sq, T* max_exp_avg_sq, int64_t n,
                      const AdamArgs& args);

struct SgdArgs {
  double lr, momentum, dampening, weight_decay;
  bool nesterov, maximize;
  bool first_step;    // the momentum buffer starts as the gradient
  double grad_scale;  // the gradient is divided by it; 1 for none
};
// momentum_buffer may be null if momentum is 0.
template <class T>
VT_API void sgd_step(T* param, const T* grad, T* momentum_buffer, int64_t n, const SgdArgs& args);

}  // namespace vt::cpu
