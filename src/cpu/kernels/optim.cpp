#include "cpu/kernels/optim.h"

#include <cmath>

#include "cpu/kernels/optim_range.h"
#include "cpu/thread_pool.h"

namespace vt::cpu {

static constexpr int64_t kGrain = 16384;

template <class T>
void adam_step(T* param, const T* grad, T* exp_avg, T* exp_avg_sq, T* max_exp_avg_sq, int64_t n, const AdamArgs& args) {
  AdamRange range;
  range.decay = args.decoupled ? 1.0 - args.lr * args.weight_decay : 1.0;
  range.coupled_decay = args.decoupled ? 0.0 : args.weight_decay;
  range.grad_factor = (args.maximize ? -1.0 : 1.0) / args.grad_scale;
  range.beta1 = args.beta1;
  range.beta2 = args.beta2;
  range.step_size = args.lr / (1.0 - std::pow(args.beta1, args.step));
  range.bias2_sqrt = std::sqrt(1.0 - std::pow(args.beta2, args.step));
  range.eps = args.eps;
  const auto kernel = VT_SIMD_PICK(adam_range, T);
  parallel_for(0, n, kGrain, [&](int64_t b, int64_t e) {
    kernel(param + b, grad + b, exp_avg + b, exp_avg_sq + b, args.amsgrad ? max_exp_avg_sq + b : nullptr, e - b, range);
  });
}

template <class T>
void sgd_step(T* param, const T* grad, T* momentum_buffer, int64_t n, const SgdArgs& args) {
  const auto kernel = VT_SIMD_PICK(sgd_range, T);
  parallel_for(0, n, kGrain, [&](int64_t b, int64_t e) {
    kernel(param + b, grad + b, momentum_buffer ? momentum_buffer + b : nullptr, e - b, args);
  });
}

#define VT_INSTANTIATE(T)                                                         \
  template void adam_step<T>(T*, const T*, T*, T*, T*, int64_t, const AdamArgs&); \
  template void sgd_step<T>(T*, const T*, T*, int64_t, const SgdArgs&);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
#undef VT_INSTANTIATE

}  // namespace vt::cpu
