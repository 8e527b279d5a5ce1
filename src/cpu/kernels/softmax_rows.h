// The per-level parts of softmax.h: one thread's rows.
#pragma once

#include "cpu/simd_dispatch.h"

namespace vt::cpu {

VT_SIMD_DECLARE_TEMPLATE(void, softmax_range, (const T* x, T* y, int64_t rows, int64_t columns, bool log))
VT_SIMD_DECLARE_TEMPLATE(void, softmax_backward_range,
                         (const T* grad, const T* y, T* dx, int64_t rows, int64_t columns, bool log))
VT_SIMD_DECLARE_TEMPLATE(void, softmax_causal_range,
                         (const T* x, T* y, int64_t begin, int64_t end, int64_t queries, int64_t keys, double scale))

}  // namespace vt::cpu
