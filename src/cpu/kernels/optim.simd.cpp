#include "cpu/kernels/optim_range.h"
#include "cpu/kernels/row_loops.h"

namespace vt::cpu::VT_ISA {

template <class T, bool Amsgrad>
VT_ALWAYS_INLINE void adam_loop(T* __restrict param, const T* __restrict grad, T* __restrict exp_avg,
                                T* __restrict exp_avg_sq, T* __restrict max_exp_avg_sq, int64_t n,
                                const AdamRange& range) {
  using A = opmath_t<T>;
  const A decay = static_cast<A>(range.decay), coupled = static_cast<A>(range.coupled_decay);
  const A factor = static_cast<A>(range.grad_factor);
  const A lerp = static_cast<A>(1.0 - range.beta1), beta2 = static_cast<A>(range.beta2),
          rest2 = static_cast<A>(1.0 - range.beta2);
  const A step = static_cast<A>(range.step_size), bias2 = static_cast<A>(range.bias2_sqrt),
          eps = static_cast<A>(range.eps);
  for (int64_t i = 0; i < n; ++i) {
    const A p = static_cast<A>(param[i]) * decay;
    const A g = static_cast<A>(grad[i]) * factor + coupled * static_cast<A>(param[i]);
    const A before = static_cast<A>(exp_avg[i]);
    const A average = lerp < A(0.5) ? before + lerp * (g - before) : g - (g - before) * (A(1) - lerp);
    const A square = static_cast<A>(exp_avg_sq[i]) * beta2 + rest2 * g * g;
    A second = square;
    if constexpr (Amsgrad) {
      second = m::max(static_cast<A>(max_exp_avg_sq[i]), square);
      max_exp_avg_sq[i] = T(second);
    }
    exp_avg[i] = T(average);
    exp_avg_sq[i] = T(square);
    param[i] = T(p - step * (average / (m::sqrt(second) / bias2 + eps)));
  }
}

template <class T>
void adam_range(T* param, const T* grad, T* exp_avg, T* exp_avg_sq, T* max_exp_avg_sq, int64_t n,
                const AdamRange& range) {
  if (max_exp_avg_sq) adam_loop<T, true>(param, grad, exp_avg, exp_avg_sq, max_exp_avg_sq, n, range);
  else adam_loop<T, false>(param, grad, exp_avg, exp_avg_sq, nullptr, n, range);
}

template <class T>
void sgd_range(T* __restrict param, const T* __restrict grad, T* __restrict momentum_buffer, int64_t n,
               const SgdArgs& args) {
  using A = opmath_t<T>;
  const A lr = static_cast<A>(args.lr), momentum = static_cast<A>(args.momentum),
          decay = static_cast<A>(args.weight_decay);
  const A factor = static_cast<A>((args.maximize ? -1.0 : 1.0) / args.grad_scale);
  const A keep = args.first_step ? A(0) : momentum;
  const A fresh = args.first_step ? A(1) : static_cast<A>(1.0 - args.dampening);
  if (!momentum_buffer || args.momentum == 0.0) {
    for (int64_t i = 0; i < n; ++i) {
      const A p = static_cast<A>(param[i]);
      param[i] = T(p - lr * (static_cast<A>(grad[i]) * factor + decay * p));
    }
    return;
  }
  const A look_ahead = args.nesterov ? momentum : A(1);
  const A direct = args.nesterov ? A(1) : A(0);
  for (int64_t i = 0; i < n; ++i) {
    const A p = static_cast<A>(param[i]);
    const A g = static_cast<A>(grad[i]) * factor + decay * p;
    // On the first step the buffer holds nothing yet, perhaps NaN.
    const A before = keep == A(0) ? A(0) : static_cast<A>(momentum_buffer[i]);
    const A buffer = keep * before + fresh * g;
    momentum_buffer[i] = T(buffer);
    param[i] = T(p - lr * (direct * g + look_ahead * buffer));
  }
}

#define VT_INSTANTIATE(T)                                                           \
  template void adam_range<T>(T*, const T*, T*, T*, T*, int64_t, const AdamRange&); \
  template void sgd_range<T>(T*, const T*, T*, int64_t, const SgdArgs&);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
#undef VT_INSTANTIATE

}  // namespace vt::cpu::VT_ISA
