#include "cpu/kernels/row_loops.h"
#include "cpu/kernels/softmax_rows.h"

namespace vt::cpu::VT_ISA {

template <class T, class A>
VT_ALWAYS_INLINE A row_max(const T* x, int64_t columns) {
  Lanes<A> lanes(-std::numeric_limits<A>::infinity());
  for_lanes<A>(columns, [&](int e, int64_t i) VT_ROW_LAMBDA {
    const A v = static_cast<A>(x[i]);
    lanes.value[e] = v > lanes.value[e] ? v : lanes.value[e];
  });
  return lanes.max();
}

template <class T>
VT_ALWAYS_INLINE void softmax_row(const T* x, T* y, int64_t columns, opmath_t<T> scale) {
  using A = opmath_t<T>;
  const A top = scale * row_max<T, A>(x, columns);  // scale is positive
  Lanes<A> lanes(A(0));
  if constexpr (std::is_same_v<T, A>) {
    for_lanes<A>(columns, [&](int e, int64_t i) VT_ROW_LAMBDA {
      const A v = m::exp(x[i] * scale - top);
      y[i] = v;
      lanes.value[e] += v;
    });
    const A inverse = A(1) / lanes.sum();
    for (int64_t i = 0; i < columns; ++i) y[i] *= inverse;
  } else {  // a 16-bit y cannot hold the exponentials meanwhile
    for_lanes<A>(columns,
                 [&](int e, int64_t i) VT_ROW_LAMBDA { lanes.value[e] += m::exp(static_cast<A>(x[i]) * scale - top); });
    const A inverse = A(1) / lanes.sum();
    for (int64_t i = 0; i < columns; ++i) y[i] = T(m::exp(static_cast<A>(x[i]) * scale - top) * inverse);
  }
}

template <class T>
VT_ALWAYS_INLINE void log_softmax_row(const T* x, T* y, int64_t columns) {
  using A = opmath_t<T>;
  const A top = row_max<T, A>(x, columns);
  Lanes<A> lanes(A(0));
  for_lanes<A>(columns, [&](int e, int64_t i) VT_ROW_LAMBDA { lanes.value[e] += m::exp(static_cast<A>(x[i]) - top); });
  const A log_sum = m::log(lanes.sum());
  for (int64_t i = 0; i < columns; ++i) y[i] = T((static_cast<A>(x[i]) - top) - log_sum);
}

template <class T>
void softmax_range(const T* x, T* y, int64_t rows, int64_t columns, bool log) {
  for (int64_t r = 0; r < rows; ++r, x += columns, y += columns) {
    if (log) log_softmax_row(x, y, columns);
    else softmax_row<T>(x, y, columns, 1);
  }
}

template <class T>
void softmax_causal_range(const T* x, T* y, int64_t begin, int64_t end, int64_t queries, int64_t keys, double scale) {
  using A = opmath_t<T>;
  for (int64_t r = begin; r < end; ++r) {
    const int64_t seen = r % queries + 1;
    const int64_t visible = seen > keys ? keys : seen;
    if (visible > 0) softmax_row<T>(x + r * keys, y + r * keys, visible, static_cast<A>(scale));
    for (int64_t j = visible; j < keys; ++j) y[r * keys + j] = T(0);
  }
}

template <class T>
void softmax_backward_range(const T* grad, const T* y, T* dx, int64_t rows, int64_t columns, bool log) {
  using A = opmath_t<T>;
  for (int64_t r = 0; r < rows; ++r, grad += columns, y += columns, dx += columns) {
    Lanes<A> lanes(A(0));
    if (log) {
      for_lanes<A>(columns, [&](int e, int64_t i) VT_ROW_LAMBDA { lanes.value[e] += static_cast<A>(grad[i]); });
      const A sum = lanes.sum();
      for (int64_t i = 0; i < columns; ++i) dx[i] = T(static_cast<A>(grad[i]) - m::exp(static_cast<A>(y[i])) * sum);
    } else {
      for_lanes<A>(columns, [&](int e, int64_t i)
                                VT_ROW_LAMBDA { lanes.value[e] += static_cast<A>(grad[i]) * static_cast<A>(y[i]); });
      const A sum = lanes.sum();
      for (int64_t i = 0; i < columns; ++i) dx[i] = T(static_cast<A>(y[i]) * (static_cast<A>(grad[i]) - sum));
    }
  }
}

#define VT_INSTANTIATE(T)                                                                  \
  template void softmax_range<T>(const T*, T*, int64_t, int64_t, bool);                    \
  template void softmax_backward_range<T>(const T*, const T*, T*, int64_t, int64_t, bool); \
  template void softmax_causal_range<T>(const T*, T*, int64_t, int64_t, int64_t, int64_t, double);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
#undef VT_INSTANTIATE

}  // namespace vt::cpu::VT_ISA
