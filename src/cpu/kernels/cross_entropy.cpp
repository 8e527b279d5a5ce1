#include "cpu/kernels/cross_entropy.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "cpu/kernels/cross_entropy_rows.h"
#include "cpu/thread_pool.h"

namespace vt::cpu {

static int64_t row_grain(int64_t columns) { return 1 + 8192 / (columns + 1); }

template <class T>
int64_t cross_entropy(const T* logits, const int64_t* target, int64_t ignore, double* lse, opmath_t<T>* loss,
                      int64_t rows, int64_t columns) {
  const auto kernel = VT_SIMD_PICK(log_sum_exp, T);
  std::atomic<int64_t> bad{rows};
  parallel_for(0, rows, row_grain(columns), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const T* row = logits + r * columns;
      opmath_t<T> largest;
      const opmath_t<T> rest = kernel(row, columns, largest);
      lse[r] = static_cast<double>(largest) + static_cast<double>(rest);
      loss[r] = 0;
      if (target[r] == ignore) continue;
      if (target[r] >= 0 && target[r] < columns) {
        loss[r] = rest + (largest - static_cast<opmath_t<T>>(row[target[r]]));
      } else {
        int64_t first = bad.load();
        while (r < first && !bad.compare_exchange_weak(first, r)) {
        }
      }
    }
  });
  return bad == rows ? -1 : bad.load();
}

template <class T>
void cross_entropy_backward(const T* logits, const int64_t* target, int64_t ignore, const double* lse,
                            opmath_t<T> scale, T* dlogits, int64_t rows, int64_t columns) {
  const auto kernel = VT_SIMD_PICK(scaled_exp, T);
  const auto sum = VT_SIMD_PICK(log_sum_exp, T);
  parallel_for(0, rows, row_grain(columns), [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      T* row = dlogits + r * columns;
      if (target[r] == ignore) {
        std::fill(row, row + columns, T(0.0f));
      } else {
        const T* x = logits + r * columns;
        const auto at = target[r];
        const auto picked = static_cast<opmath_t<T>>(x[at]);
        auto shift = static_cast<opmath_t<T>>(lse[r]);
        auto rest = static_cast<opmath_t<T>>(lse[r] - static_cast<double>(shift));
        if (std::fabs(lse[r]) > kLargestKeptSum) rest = sum(x, columns, shift);
        kernel(x, row, shift, rest, scale, columns);
        // From the logit again: a 16-bit probability near 1 has lost the digits of its distance to 1.
        row[at] = T(scale * (static_cast<opmath_t<T>>(std::exp(picked - shift - rest)) - 1));
      }
    }
  });
}

#define VT_INSTANTIATE(T)                                                                                             \
  template int64_t cross_entropy<T>(const T*, const int64_t*, int64_t, double*, opmath_t<T>*, int64_t, int64_t);      \
  template void cross_entropy_backward<T>(const T*, const int64_t*, int64_t, const double*, opmath_t<T>, T*, int64_t, \
                                          int64_t);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
#undef VT_INSTANTIATE

}  // namespace vt::cpu
