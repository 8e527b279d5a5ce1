// Compiles the rows of the .def files that follow into CPU loops: include this in a *.simd.cpp, then the tables.
#pragma once

#include "iter/cpu_loop.h"
#include "ops/pointwise/body.h"
#include "ops/pointwise/row.h"

namespace vt::pointwise::VT_ISA {

template <class F, class R, class T>
void unary_loop(char* const* data, unsigned repeated, int64_t n, const char* params) {
  const F f = make_functor<F>(params);
  auto* out = reinterpret_cast<R*>(data[0]);
  const auto* x = reinterpret_cast<const T*>(data[1]);
  if (repeated) {
    const R value = f(x[0]);
    for (int64_t i = 0; i < n; ++i) out[i] = value;
    return;
  }
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) out[i] = f(x[i]);
}

template <class F, class R, class T>
void binary_loop(char* const* data, unsigned repeated, int64_t n, const char* params) {
  const F f = make_functor<F>(params);
  auto* out = reinterpret_cast<R*>(data[0]);
  const auto* x = reinterpret_cast<const T*>(data[1]);
  const auto* y = reinterpret_cast<const T*>(data[2]);
  switch (repeated) {
    case 0:
#pragma GCC ivdep
      for (int64_t i = 0; i < n; ++i) out[i] = f(x[i], y[i]);
      return;
    case 1: {
      const T a = x[0];
#pragma GCC ivdep
      for (int64_t i = 0; i < n; ++i) out[i] = f(a, y[i]);
      return;
    }
    case 2: {
      const T b = y[0];
#pragma GCC ivdep
      for (int64_t i = 0; i < n; ++i) out[i] = f(x[i], b);
      return;
    }
    default: {
      const R value = f(x[0], y[0]);
      for (int64_t i = 0; i < n; ++i) out[i] = value;
    }
  }
}

template <class F, class R, class X, class Y, class Z>
void ternary_loop(char* const* data, unsigned, int64_t n, const char* params) {
  const F f = make_functor<F>(params);
  auto* out = reinterpret_cast<R*>(data[0]);
  const auto* x = reinterpret_cast<const X*>(data[1]);
  const auto* y = reinterpret_cast<const Y*>(data[2]);
  const auto* z = reinterpret_cast<const Z*>(data[3]);
#pragma GCC ivdep
  for (int64_t i = 0; i < n; ++i) out[i] = f(x[i], y[i], z[i]);
}

template <template <class> class Body, DTypeRule r, class T>
constexpr LoopKernel unary_kernel() {
  if constexpr ((r.domain & domain_of<T>) != 0) return &unary_loop<Body<T>, given_t<r, T>, T>;
  return nullptr;
}
template <template <class> class Body, DTypeRule r, class T>
constexpr LoopKernel binary_kernel() {
  if constexpr ((r.domain & domain_of<T>) != 0) return &binary_loop<Body<T>, given_t<r, T>, T>;
  return nullptr;
}
template <template <class> class Body, DTypeRule r, class T>
constexpr LoopKernel ternary_kernel() {
  if constexpr ((r.domain & domain_of<T>) != 0) return &ternary_loop<Body<T>, given_t<r, T>, T, T, T>;
  return nullptr;
}
template <template <class> class Body, DTypeRule r, class T>
constexpr LoopKernel select_kernel() {
  if constexpr ((r.domain & domain_of<T>) != 0) return &ternary_loop<Body<T>, given_t<r, T>, bool, T, T>;
  return nullptr;
}

}  // namespace vt::pointwise::VT_ISA

#define VT_LOOPS(id, rule_, kernel)                                                                \
  extern const LoopSet id##_loops;                                                                 \
  constinit const LoopSet id##_loops = {                                                           \
      {kernel<id##_body, rule::rule_, int64_t>(), kernel<id##_body, rule::rule_, float>(),         \
       kernel<id##_body, rule::rule_, double>(), kernel<id##_body, rule::rule_, complex<float>>(), \
       kernel<id##_body, rule::rule_, complex<double>>()}};

#define VT_IN_ISA(...)              \
  namespace vt::pointwise::VT_ISA { \
  __VA_ARGS__                       \
  }
#define VT_UNARY(id, rule_, body, keeps, d_x) VT_UNARY_WITH(id, "", (), rule_, body, keeps, d_x)
#define VT_UNARY_WITH(id, schema, numbers, rule_, body, keeps, d_x) \
  VT_IN_ISA(VT_FUNCTOR(id, rule_, numbers, (T x), body) VT_LOOPS(id, rule_, unary_kernel))
#define VT_BINARY(id, schema, numbers, rule_, body, keeps, d_x, d_y) \
  VT_IN_ISA(VT_FUNCTOR(id, rule_, numbers, (T x, T y), body) VT_LOOPS(id, rule_, binary_kernel))
#define VT_TERNARY(id, schema, numbers, rule_, body, keeps, d_x, d_y, d_z) \
  VT_IN_ISA(VT_FUNCTOR(id, rule_, numbers, (T x, T y, T z), body) VT_LOOPS(id, rule_, ternary_kernel))
#define VT_SELECT(id, schema, numbers, rule_, body, keeps, d_y, d_z) \
  VT_IN_ISA(VT_FUNCTOR(id, rule_, numbers, (bool mask, T y, T z), body) VT_LOOPS(id, rule_, select_kernel))
#define VT_COLUMN(...)
