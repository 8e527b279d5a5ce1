#include "cpu/kernels/norm_rows.h"
#include "cpu/kernels/row_loops.h"

namespace vt::cpu::VT_ISA {

template <class T, bool Center>
VT_ALWAYS_INLINE void norm_row(const T* x, const T* weight, const T* bias, double eps, T* y, opmath_t<T>& mean,
                               opmath_t<T>& rstd, int64_t columns) {
  using A = opmath_t<T>;
  A center = 0;
  if constexpr (Center) {
    const A first = static_cast<A>(x[0]);  // counted from there the mean of equal elements is exact
    Lanes<A> sum(A(0));
    for_lanes<A>(columns, [&](int e, int64_t i) VT_ROW_LAMBDA { sum.value[e] += static_cast<A>(x[i]) - first; });
    center = first + sum.sum() / static_cast<A>(columns);
    mean = center;
  }
  Lanes<A> squares(A(0));  // around the mean: a second pass over a row in cache loses no digits
  for_lanes<A>(columns, [&](int e, int64_t i) VT_ROW_LAMBDA {
    const A v = static_cast<A>(x[i]) - center;
    squares.value[e] += v * v;
  });
  const A scale = A(1) / m::sqrt(squares.sum() / static_cast<A>(columns) + static_cast<A>(eps));
  rstd = scale;
  if (weight && bias) {
    for (int64_t i = 0; i < columns; ++i) {
      y[i] = T((static_cast<A>(x[i]) - center) * scale * static_cast<A>(weight[i]) + static_cast<A>(bias[i]));
    }
  } else if (weight) {
    for (int64_t i = 0; i < columns; ++i) y[i] = T((static_cast<A>(x[i]) - center) * scale * static_cast<A>(weight[i]));
  } else {
    for (int64_t i = 0; i < columns; ++i) {
      y[i] = T((static_cast<A>(x[i]) - center) * scale + (bias ? static_cast<A>(bias[i]) : A(0)));
    }
  }
}

template <class T>
void norm_range(const T* x, const T* weight, const T* bias, double eps, T* y, opmath_t<T>* mean, opmath_t<T>* rstd,
                int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; ++r, x += columns, y += columns) {
    opmath_t<T> unused;
    if (mean) norm_row<T, true>(x, weight, bias, eps, y, mean[r], rstd[r], columns);
    else norm_row<T, false>(x, weight, bias, eps, y, unused, rstd[r], columns);
  }
}

// With xhat = (x - mean) rstd and g = grad * weight:
// dx = rstd (g - mean(g) - xhat mean(g xhat)), without mean(g) for RMSNorm; dweight += grad xhat; dbias += grad.
template <class T, bool Center, bool Weighted>
VT_ALWAYS_INLINE void norm_row_backward(const T* grad, const T* x, const T* weight, opmath_t<T> mean, opmath_t<T> rstd,
                                        T* dx, bool adds, opmath_t<T>* dweight, opmath_t<T>* dbias, int64_t columns) {
  using A = opmath_t<T>;
  if (dx) {
    Lanes<A> sum_g(A(0)), sum_gx(A(0));
    for_lanes<A>(columns, [&](int e, int64_t i) VT_ROW_LAMBDA {
      const A g = Weighted ? static_cast<A>(grad[i]) * static_cast<A>(weight[i]) : static_cast<A>(grad[i]);
      sum_gx.value[e] += g * (static_cast<A>(x[i]) - mean);
      if constexpr (Center) sum_g.value[e] += g;
    });
    const A count = static_cast<A>(columns);
    const A mean_gx = sum_gx.sum() * rstd / count;
    const A mean_g = Center ? sum_g.sum() / count : A(0);
    auto dx_at = [&](int64_t i) VT_ROW_LAMBDA {
      const A g = Weighted ? static_cast<A>(grad[i]) * static_cast<A>(weight[i]) : static_cast<A>(grad[i]);
      const A xhat = (static_cast<A>(x[i]) - mean) * rstd;
      return T(rstd * (g - mean_g - xhat * mean_gx));
    };
    if (adds) {
      for (int64_t i = 0; i < columns; ++i) dx[i] = T(static_cast<A>(dx[i]) + static_cast<A>(dx_at(i)));
    } else {
      for (int64_t i = 0; i < columns; ++i) dx[i] = dx_at(i);
    }
  }
  if (dweight && dbias) {
    for (int64_t i = 0; i < columns; ++i) {
      dweight[i] += static_cast<A>(grad[i]) * ((static_cast<A>(x[i]) - mean) * rstd);
      dbias[i] += static_cast<A>(grad[i]);
    }
  } else if (dweight) {
    for (int64_t i = 0; i < columns; ++i)
      dweight[i] += static_cast<A>(grad[i]) * ((static_cast<A>(x[i]) - mean) * rstd);
  } else if (dbias) {
    for (int64_t i = 0; i < columns; ++i) dbias[i] += static_cast<A>(grad[i]);
  }
}

template <class T>
void norm_backward_range(const T* grad, const T* x, const T* weight, const opmath_t<T>* mean, const opmath_t<T>* rstd,
                         T* dx, bool adds, opmath_t<T>* dweight, opmath_t<T>* dbias, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; ++r, grad += columns, x += columns) {
    if (mean && weight)
      norm_row_backward<T, true, true>(grad, x, weight, mean[r], rstd[r], dx, adds, dweight, dbias, columns);
    else if (mean)
      norm_row_backward<T, true, false>(grad, x, weight, mean[r], rstd[r], dx, adds, dweight, dbias, columns);
    else if (weight) norm_row_backward<T, false, true>(grad, x, weight, 0, rstd[r], dx, adds, dweight, dbias, columns);
    else norm_row_backward<T, false, false>(grad, x, weight, 0, rstd[r], dx, adds, dweight, dbias, columns);
    if (dx) dx += columns;
  }
}

#define VT_INSTANTIATE(T)                                                                                              \
  template void norm_range<T>(const T*, const T*, const T*, double, T*, opmath_t<T>*, opmath_t<T>*, int64_t, int64_t); \
  template void norm_backward_range<T>(const T*, const T*, const T*, const opmath_t<T>*, const opmath_t<T>*, T*, bool, \
                                       opmath_t<T>*, opmath_t<T>*, int64_t, int64_t);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
#undef VT_INSTANTIATE

}  // namespace vt::cpu::VT_ISA
