#include "cpu/kernels/norm.h"

#include <algorithm>
#include <memory>

#include "cpu/kernels/norm_rows.h"
#include "cpu/thread_pool.h"

namespace vt::cpu {
namespace {

int64_t row_grain(int64_t columns) { return 1 + 16384 / (columns + 1); }

template <class T>
void forward(const T* x, const T* weight, const T* bias, double eps, T* y, opmath_t<T>* mean, opmath_t<T>* rstd,
             int64_t rows, int64_t columns) {
  const auto kernel = VT_SIMD_PICK(norm_range, T);
  parallel_for(0, rows, row_grain(columns), [&](int64_t begin, int64_t end) {
    kernel(x + begin * columns, weight, bias, eps, y + begin * columns, mean ? mean + begin : nullptr, rstd + begin,
           end - begin, columns);
  });
}

}  // namespace

template <class T>
void layer_norm(const T* x, const T* weight, const T* bias, double eps, T* y, opmath_t<T>* mean, opmath_t<T>* rstd,
                int64_t rows, int64_t columns) {
  forward<T>(x, weight, bias, eps, y, mean, rstd, rows, columns);
}

template <class T>
void rms_norm(const T* x, const T* weight, double eps, T* y, opmath_t<T>* rstd, int64_t rows, int64_t columns) {
  forward<T>(x, weight, nullptr, eps, y, nullptr, rstd, rows, columns);
}

// The rows are cut into as many parts as there are threads; each sums its parameters' gradients apart.
template <class T>
void norm_backward(const NormGradients<T>& p) {
  using A = opmath_t<T>;
  const auto kernel = VT_SIMD_PICK(norm_backward_range, T);
  const int64_t rows = p.rows, columns = p.columns;
  const int64_t parts = std::clamp<int64_t>(rows / row_grain(columns), 1, get_num_threads());
  const bool sums = p.dweight || p.dbias;
  const int64_t distance = (columns + 15) / 16 * 16;
  const std::unique_ptr<A[]> partial(sums ? new A[static_cast<size_t>(2 * parts * distance)]() : nullptr);
  parallel_for(0, parts, 1, [&](int64_t first, int64_t last) {
    for (int64_t part = first; part < last; ++part) {
      const int64_t begin = rows * part / parts, end = rows * (part + 1) / parts;
      A* mine = partial.get() + 2 * part * distance;
      kernel(p.grad + begin * columns, p.x + begin * columns, p.weight, p.mean ? p.mean + begin : nullptr,
             p.rstd + begin, p.dx ? p.dx + begin * columns : nullptr, p.adds, p.dweight ? mine : nullptr,
             p.dbias ? mine + distance : nullptr, end - begin, columns);
    }
  });
  for (int64_t part = 1; sums && part < parts; ++part) {
    for (int64_t j = 0; j < 2 * distance; ++j)
      partial[static_cast<size_t>(j)] += partial[static_cast<size_t>(2 * part * distance + j)];
  }
  for (int64_t j = 0; p.dweight && j < columns; ++j) p.dweight[j] = T(partial[static_cast<size_t>(j)]);
  for (int64_t j = 0; p.dbias && j < columns; ++j) p.dbias[j] = T(partial[static_cast<size_t>(distance + j)]);
}

#define VT_INSTANTIATE(T)                                                                                              \
  template void layer_norm<T>(const T*, const T*, const T*, double, T*, opmath_t<T>*, opmath_t<T>*, int64_t, int64_t); \
  template void rms_norm<T>(const T*, const T*, double, T*, opmath_t<T>*, int64_t, int64_t);                           \
  template void norm_backward<T>(const NormGradients<T>&);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
#undef VT_INSTANTIATE

}  // namespace vt::cpu
