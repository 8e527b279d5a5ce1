// LayerNorm and RMSNorm over contiguous rows, and their gradients. T: float, double, float16, bfloat16; sums and the
// kept mean and rstd are float, or double for double. Threaded. weight, bias and each gradient may be null: absent.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace vt::cpu {

// y = (x - mean) * rstd * weight + bias; mean, rstd (rows) are written.
template <class T>
VT_API void layer_norm(const T* x, const T* weight, const T* bias, double eps, T* y, opmath_t<T>* mean,
                       opmath_t<T>* rstd, int64_t rows, int64_t columns);

// y = x * rstd * weight, rstd = 1 / sqrt(mean(x^2) + eps); rstd (rows) is written.
template <class T>
VT_API void rms_norm(const T* x, const T* weight, double eps, T* y, opmath_t<T>* rstd, int64_t rows, int64_t columns);

template <class T>
struct NormGradients {
  const T* grad;
  const T* x;
  const T* weight;
  const opmath_t<T>* mean;  // null: RMSNorm
  const opmath_t<T>* rstd;
  T* dx;
  bool adds;  // to what dx holds, which is a gradient in T
  T* dweight;
  T* dbias;
  int64_t rows;
  int64_t columns;
};
template <class T>
VT_API void norm_backward(const NormGradients<T>& p);

}  // namespace vt::cpu
