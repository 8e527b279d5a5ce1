// The per-level parts of norm.h: one thread's rows.
#pragma once

#include "core/dtype.h"
#include "cpu/simd_dispatch.h"

namespace vt::cpu {

// mean == null: RMSNorm.
VT_SIMD_DECLARE_TEMPLATE(void, norm_range,
                         (const T* x, const T* weight, const T* bias, double eps, T* y, opmath_t<T>* mean,
                          opmath_t<T>* rstd, int64_t rows, int64_t columns))
// adds: to what dx holds. Adds the rows' share of the parameters' gradients to dweight and dbias (columns), either null
// if absent.
VT_SIMD_DECLARE_TEMPLATE(void, norm_backward_range,
                         (const T* grad, const T* x, const T* weight, const opmath_t<T>* mean, const opmath_t<T>* rstd,
                          T* dx, bool adds, opmath_t<T>* dweight, opmath_t<T>* dbias, int64_t rows, int64_t columns))

}  // namespace vt::cpu
