// Group norm on the CPU: statistics of each image's groups of channels.
#pragma once

#include "cpu/kernels/batch_norm.h"

namespace vt::cpu {

// x and y (images, channels, run), contiguous. y = (x - mean) * rstd * weight + bias, with mean and rstd
// (images, groups) of a group's elements, rstd = 1 / sqrt(var + eps); weight and bias (channels) or null.
template <class T>
void group_norm(const ChannelLayout& layout, int64_t groups, const T* x, const opmath_t<T>* weight,
                const opmath_t<T>* bias, double eps, T* y, opmath_t<T>* mean, opmath_t<T>* rstd);

// The gradients of x (null: not wanted), weight and bias from that of y.
template <class T>
void group_norm_backward(const ChannelLayout& layout, int64_t groups, const T* grad, const T* x,
                         const opmath_t<T>* mean, const opmath_t<T>* rstd, const opmath_t<T>* weight, T* grad_x,
                         opmath_t<T>* grad_weight, opmath_t<T>* grad_bias);

}  // namespace vt::cpu
