#include "cpu/kernels/softmax.h"

#include "cpu/kernels/softmax_rows.h"
#include "cpu/thread_pool.h"

namespace vt::cpu {

// Exponentials cost about as much as this many moved elements.
static int64_t row_grain(int64_t columns) { return 1 + 8192 / (columns + 1); }

template <class T>
void softmax_rows(const T* x, T* y, int64_t rows, int64_t columns, bool log) {
  const auto kernel = VT_SIMD_PICK(softmax_range, T);
  parallel_for(0, rows, row_grain(columns), [&](int64_t begin, int64_t end) {
    kernel(x + begin * columns, y + begin * columns, end - begin, columns, log);
  });
}

template <class T>
void softmax_rows_backward(const T* grad, const T* y, T* dx, int64_t rows, int64_t columns, bool log) {
  const auto kernel = VT_SIMD_PICK(softmax_backward_range, T);
  parallel_for(0, rows, row_grain(columns), [&](int64_t begin, int64_t end) {
    kernel(grad + begin * columns, y + begin * columns, dx + begin * columns, end - begin, columns, log);
  });
}

template <class T>
void softmax_causal(const T* x, T* y, int64_t batch, int64_t queries, int64_t keys, double scale) {
  const auto kernel = VT_SIMD_PICK(softmax_causal_range, T);
  parallel_for(0, batch * queries, row_grain(keys),
               [&](int64_t begin, int64_t end) { kernel(x, y, begin, end, queries, keys, scale); });
}

#define VT_INSTANTIATE(T)                                                                 \
  template void softmax_rows<T>(const T*, T*, int64_t, int64_t, bool);                    \
  template void softmax_rows_backward<T>(const T*, const T*, T*, int64_t, int64_t, bool); \
  template void softmax_causal<T>(const T*, T*, int64_t, int64_t, int64_t, double);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
#undef VT_INSTANTIATE

}  // namespace vt::cpu
