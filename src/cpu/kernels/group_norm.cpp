#include "cpu/kernels/group_norm.h"

#include <cmath>
#include <vector>

#include "cpu/kernels/batch_norm_channels.h"
#include "cpu/thread_pool.h"

namespace vt::cpu {
namespace {

// Calls f(image * groups + group, its first channel, offset of its first element).
template <class F>
void for_groups(const ChannelLayout& l, int64_t groups, const F& f) {
  const int64_t size = l.channels / groups * l.run;
  parallel_for(0, l.images * groups, 1 + 8192 / (size + 1), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) f(i, i % groups * (l.channels / groups), i * size);
  });
}

}  // namespace

template <class T>
void group_norm(const ChannelLayout& l, int64_t groups, const T* x, const opmath_t<T>* weight, const opmath_t<T>* bias,
                double eps, T* y, opmath_t<T>* mean, opmath_t<T>* rstd) {
  using A = opmath_t<T>;
  const auto moments = VT_SIMD_PICK(channel_moments, T);
  const auto affine = VT_SIMD_PICK(channel_affine, T);
  const int64_t channels = l.channels / groups, size = channels * l.run;
  for_groups(l, groups, [&](int64_t group, int64_t first, int64_t at) {
    double m = 0, v = 0;
    moments({1, size, size}, x + at, &m, &v);
    const double inverse = 1.0 / std::sqrt(v + eps);
    mean[group] = static_cast<A>(m);
    rstd[group] = static_cast<A>(inverse);
    for (int64_t c = 0; c < channels; ++c) {
      const double scale = (weight ? static_cast<double>(weight[first + c]) : 1.0) * inverse;
      affine({1, l.run, l.run}, x + at + c * l.run, mean[group], static_cast<A>(scale), bias ? bias[first + c] : A(0),
             y + at + c * l.run);
    }
  });
}

template <class T>
void group_norm_backward(const ChannelLayout& l, int64_t groups, const T* grad, const T* x, const opmath_t<T>* mean,
                         const opmath_t<T>* rstd, const opmath_t<T>* weight, T* grad_x, opmath_t<T>* grad_weight,
                         opmath_t<T>* grad_bias) {
  using A = opmath_t<T>;
  const auto sums_of = VT_SIMD_PICK(channel_gradient_sums, T);
  const auto gradient = VT_SIMD_PICK(channel_gradient, T);
  const int64_t channels = l.channels / groups;
  const auto count = static_cast<double>(channels * l.run);
  std::vector<double> sums(static_cast<size_t>(l.images * l.channels)), products(sums.size());
  for_groups(l, groups, [&](int64_t group, int64_t first, int64_t at) {
    double sum = 0, product = 0;  // of the whole group, weighted
    for (int64_t c = 0; c < channels; ++c) {
      const auto i = static_cast<size_t>(group * channels + c);
      const ChannelRuns run{1, l.run, l.run};
      sums_of(run, grad + at + c * l.run, x + at + c * l.run, mean[group], &sums[i], &products[i]);
      const double w = weight ? static_cast<double>(weight[first + c]) : 1.0;
      sum += w * sums[i];
      product += w * products[i];
    }
    if (!grad_x) return;
    const auto inverse = static_cast<double>(rstd[group]);
    for (int64_t c = 0; c < channels; ++c) {
      const double w = weight ? static_cast<double>(weight[first + c]) : 1.0;
      const int64_t to = at + c * l.run;
      gradient({1, l.run, l.run}, grad + to, x + to, mean[group], static_cast<A>(w * inverse),
               static_cast<A>(-inverse * inverse * inverse * product / count), static_cast<A>(-inverse * sum / count),
               grad_x + to);
    }
  });
  for (int64_t c = 0; c < l.channels; ++c) {
    double sum = 0, product = 0;
    for (int64_t n = 0; n < l.images; ++n) {
      const auto i = static_cast<size_t>(n * l.channels + c);
      sum += sums[i];
      product += products[i] * static_cast<double>(rstd[n * groups + c / channels]);
    }
    grad_weight[c] = static_cast<A>(product);
    grad_bias[c] = static_cast<A>(sum);
  }
}

#define VT_INSTANTIATE(T)                                                                                              \
  template void group_norm<T>(const ChannelLayout&, int64_t, const T*, const opmath_t<T>*, const opmath_t<T>*, double, \
                              T*, opmath_t<T>*, opmath_t<T>*);                                                         \
  template void group_norm_backward<T>(const ChannelLayout&, int64_t, const T*, const T*, const opmath_t<T>*,          \
                                       const opmath_t<T>*, const opmath_t<T>*, T*, opmath_t<T>*, opmath_t<T>*);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
#undef VT_INSTANTIATE

}  // namespace vt::cpu
