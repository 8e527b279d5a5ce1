// Softmax over contiguous rows, and its gradients. T: float, double, float16, bfloat16. Threaded; x may equal y.
#pragma once

#include <cstdint>

#include "core/half.h"
#include "core/macros.h"

namespace vt::cpu {

// y = softmax(x) or, if `log`, log_softmax(x) along each row. A row of -inf gives NaN.
template <class T>
VT_API void softmax_rows(const T* x, T* y, int64_t rows, int64_t columns, bool log);

// dx from the gradient of y and y itself.
template <class T>
VT_API void softmax_rows_backward(const T* grad, const T* y, T* dx, int64_t rows, int64_t columns, bool log);

// Softmax of scale * x over the keys of (batch, queries, keys) scores. Query i sees the keys j <= i; the others
// get exactly 0 and are not read.
template <class T>
VT_API void softmax_causal(const T* x, T* y, int64_t batch, int64_t queries, int64_t keys, double scale);

}  // namespace vt::cpu
