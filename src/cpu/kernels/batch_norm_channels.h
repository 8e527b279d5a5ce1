// Loops over the elements of one channel, for batch_norm.cpp.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "cpu/simd_dispatch.h"

namespace vt::cpu {

// Runs lie `stride` elements apart.
struct ChannelRuns {
  int64_t runs, run, stride;
};

// The mean of the elements, and the mean of the squares of their distances from it.
VT_SIMD_DECLARE_TEMPLATE(void, channel_moments, (const ChannelRuns& runs, const T* x, double* mean, double* var))
// y = (x - mean) * scale + shift
VT_SIMD_DECLARE_TEMPLATE(void, channel_affine,
                         (const ChannelRuns& runs, const T* x, opmath_t<T> mean, opmath_t<T> scale, opmath_t<T> shift,
                          T* y))
// The sums of grad, and of grad * (x - mean).
VT_SIMD_DECLARE_TEMPLATE(void, channel_gradient_sums,
                         (const ChannelRuns& runs, const T* grad, const T* x, opmath_t<T> mean, double* sum,
                          double* product))
// out = grad * scale + (x - mean) * slope + shift
VT_SIMD_DECLARE_TEMPLATE(void, channel_gradient,
                         (const ChannelRuns& runs, const T* grad, const T* x, opmath_t<T> mean, opmath_t<T> scale,
                          opmath_t<T> slope, opmath_t<T> shift, T* out))

}  // namespace vt::cpu
