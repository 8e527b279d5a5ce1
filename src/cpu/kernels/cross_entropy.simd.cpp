#include "cpu/kernels/cross_entropy_rows.h"
#include "cpu/kernels/row_loops.h"

namespace vt::cpu::VT_ISA {

template <class T>
opmath_t<T> log_sum_exp(const T* x, int64_t columns, opmath_t<T>& largest) {
  using A = opmath_t<T>;
  Lanes<A> top(-std::numeric_limits<A>::infinity());
  for_lanes<A>(columns, [&](int e, int64_t i) VT_ROW_LAMBDA {
    const A v = static_cast<A>(x[i]);
    top.value[e] = v > top.value[e] ? v : top.value[e];
  });
  const A maximum = largest = top.max();
  Lanes<A> sum(A(0));
  for_lanes<A>(columns,
               [&](int e, int64_t i) VT_ROW_LAMBDA { sum.value[e] += m::exp(static_cast<A>(x[i]) - maximum); });
  return m::log(sum.sum());
}

template <class T>
void scaled_exp(const T* x, T* dx, opmath_t<T> shift, opmath_t<T> rest, opmath_t<T> scale, int64_t columns) {
  using A = opmath_t<T>;
  for (int64_t i = 0; i < columns; ++i) dx[i] = T(scale * m::exp(static_cast<A>(x[i]) - shift - rest));
}

#define VT_INSTANTIATE(T)                                               \
  template opmath_t<T> log_sum_exp<T>(const T*, int64_t, opmath_t<T>&); \
  template void scaled_exp<T>(const T*, T*, opmath_t<T>, opmath_t<T>, opmath_t<T>, int64_t);
VT_INSTANTIATE(float)
VT_INSTANTIATE(double)
VT_INSTANTIATE(float16)
VT_INSTANTIATE(bfloat16)
#undef VT_INSTANTIATE

}  // namespace vt::cpu::VT_ISA
