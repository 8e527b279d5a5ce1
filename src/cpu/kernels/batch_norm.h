// Statistics and application of batch norm on the CPU: a channel's elements are `runs` runs of `run` elements each.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace vt::cpu {

// (images, channels, run), contiguous.
struct ChannelLayout {
  int64_t images, channels, run;
};

// y = (x - mean) / sqrt(var + eps) * weight + bias; mean and var (channels) of each channel's elements, var divided by
// their number. weight and bias in the statistics' dtype or null. Sums are in double.
template <class T>
void batch_norm(const ChannelLayout& layout, const T* x, const opmath_t<T>* weight, const opmath_t<T>* bias, double eps,
                T* y, opmath_t<T>* mean, opmath_t<T>* var);

// The gradients of x (null: not wanted), weight and bias from that of y.
template <class T>
void batch_norm_backward(const ChannelLayout& layout, const T* grad, const T* x, const opmath_t<T>* mean,
                         const opmath_t<T>* var, const opmath_t<T>* weight, double eps, T* grad_x,
                         opmath_t<T>* grad_weight, opmath_t<T>* grad_bias);

}  // namespace vt::cpu
