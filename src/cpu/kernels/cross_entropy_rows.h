// The per-level parts of cross_entropy.h: one row.
#pragma once

#include "core/dtype.h"
#include "cpu/simd_dispatch.h"

namespace vt::cpu {

// log sum exp(x - largest)
VT_SIMD_DECLARE_TEMPLATE(opmath_t<T>, log_sum_exp, (const T* x, int64_t columns, opmath_t<T>& largest))
// dx = scale exp(x - shift - rest)
VT_SIMD_DECLARE_TEMPLATE(void, scaled_exp,
                         (const T* x, T* dx, opmath_t<T> shift, opmath_t<T> rest, opmath_t<T> scale, int64_t columns))

}  // namespace vt::cpu
