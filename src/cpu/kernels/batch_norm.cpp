#include "cpu/kernels/batch_norm.h"

#include <cmath>

#include "cpu/kernels/batch_norm_channels.h"
#include "cpu/thread_pool.h"

namespace vt::cpu {
namespace {

// Calls f(channel, its runs, offset of its first element).
template <class F>
void for_channels(const ChannelLayout& l, const F& f) {
  const ChannelRuns runs{l.images, l.run, l.channels * l.run};
  parallel_for(0, l.channels, 1 + 8192 / (l.images * l.run + 1), [&](int64_t begin, int64_t end) {
    for (int64_t c = begin; c < end; ++c) f(c, runs, c * l.run);
  });
}

}  // namespace

template <class T>
void batch_norm(const ChannelLayout& l, const T* x, const opmath_t<T>* weight, const opmath_t<T>* bias, double eps,
                T* y, opmath_t<T>* mean, opmath_t<T>* var) {
  using A = opmath_t<T>;
  const auto moments = VT_SIMD_PICK(channel_moments, T);
  const auto affine = VT_SIMD_PICK(channel_affine, T);
  for_channels(l, [&](int64_t c, const ChannelRuns& runs, int64_t at) {
    double m = 0, v = 0;
    moments(runs, x + at, &m, &v);
    mean[c] = static_cast<A>(m);
    var[c] = static_cast<A>(v);
    const double scale = (weight ? static_cast<double>(weight[c]) : 1.0) / std::sqrt(v + eps);
    affine(runs, x + at, mean[c], static_cast<A>(scale), bias ? bias[c] : A(0), y + at);
  });
}

template <class T>
void batch_norm_backward(const ChannelLayout& l, const T* grad, const T* x, const opmath_t<T>* mean,
                         const opmath_t<T>* var, const opmath_t<T>* weight, double eps, T* grad_x,
                         opmath_t<T>* grad_weight, opmath_t<T>* grad_bias) {
  using A = opmath_t<T>;
  const auto sums = VT_SIMD_PICK(channel_gradient_sums, T);
  const auto gradient = VT_SIMD_PICK(channel_gradient, T);
  const auto count = static_cast<double>(l.images * l.run);
  for_channels(l, [&](int64_t c, const ChannelRuns& runs, int64_t at) {
    double sum = 0, product = 0;
    sums(runs, grad + at, x + at, mean[c], &sum, &product);
    const double inverse = 1.0 / std::sqrt(static_cast<double>(var[c]) + eps);
    grad_bias[c] = static_cast<A>(sum);
    grad_weight[c] = static_cast<A>(product * inverse);
    if (!grad_x) return;
    const double scale = (weight ? static_cast<double>(weight[c]) : 1.0) * inverse;
    gradient(runs, grad + at, x + at, mean[c], static_cast<A>(scale),
             static_cast<A>(-scale * inverse * inverse * product / count), static_cast<A>(-scale * sum / count),
             grad_x + at);
  });
}

#define VT_INSTANTIATE(T)                                                                                         \
  template void batch_norm<T>(const ChannelLayout&, const T*, const opmath_t<T>*, const opmath_t<T>*, double, T*, \
                              opmath_t<T>*, opmath_t<T>*);                                                        \
  template void batch_norm_backward<T>(const ChannelLayout&, const T*, const T*, const opmath_t<T>*,              \
                                       const opmath_t<T>*, const opmath_t<T>*, double, T*, opmath_t<T>*,          \
                                       opmath_t<T>*);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
#undef VT_INSTANTIATE

}  // namespace vt::cpu
