// How a reduction combines two values, and the scalar pieces of the tables. Always inlined; CPU and CUDA alike.
#pragma once

#include "core/math.h"
#include "ops/pointwise/dtype_rule.h"

namespace vt::reduce {

using namespace vt::pointwise;

struct Sum {
  template <class T>
  using Acc = acc_t<T>;
  template <class T>
  static VT_HD_INLINE T identity() {
    return T(0);
  }
  template <class T>
  static VT_HD_INLINE T combine(T a, T b) {
    return a + b;
  }
};
struct Product {
  template <class T>
  using Acc = acc_t<T>;
  template <class T>
  static VT_HD_INLINE T identity() {
    return T(1);
  }
  template <class T>
  static VT_HD_INLINE T combine(T a, T b) {
    return a * b;
  }
};
// Of logarithms: that of the sum of what they are the logarithms of.
struct LogSum {
  template <class T>
  using Acc = acc_t<T>;
  template <class T>
  static VT_HD_INLINE T identity() {
    return -std::numeric_limits<T>::infinity();
  }
  template <class T>
  static VT_HD_INLINE T combine(T a, T b) {
    return m::logaddexp(a, b);
  }
};
// NaN wins.
struct Maximum {
  template <class T>
  using Acc = T;
  template <class T>
  static VT_HD_INLINE T identity() {
    return std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                : std::numeric_limits<T>::lowest();
  }
  template <class T>
  static VT_HD_INLINE T combine(T a, T b) {
    return m::max(a, b);
  }
};
struct Minimum {
  template <class T>
  using Acc = T;
  template <class T>
  static VT_HD_INLINE T identity() {
    return std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
  }
  template <class T>
  static VT_HD_INLINE T combine(T a, T b) {
    return m::min(a, b);
  }
};

template <class T>
VT_HD_INLINE T squared_size(T x) {
  return x * x;
}
template <class T>
VT_HD_INLINE T squared_size(const complex<T>& z) {
  return z.re * z.re + z.im * z.im;
}
// A call on the device: pow in every step of the unrolled loops would be most of the unit.
#ifdef __CUDA_ARCH__
template <class T>
__host__ __device__ __noinline__ T raised(T x, double p) {
  return m::pow(x, static_cast<T>(p));
}
#else
template <class T>
VT_HD_INLINE T raised(T x, double p) {
  return m::pow(x, static_cast<T>(p));
}
#endif

}  // namespace vt::reduce

// A row as a struct: Row<T>::map(x, p) and Row<T>::finish(acc, count, p).
#define VT_REDUCE_STRUCT(id, rule_, fold, map_, finish_)                                                 \
  template <class T>                                                                                     \
  struct id##_row {                                                                                      \
    using Fold = fold;                                                                                   \
    using Mapped = decltype([](T x, [[maybe_unused]] double p) { return map_; }(T(), 0.0));              \
    using Acc = typename Fold::template Acc<Mapped>;                                                     \
    using Out = given_t<rule::rule_, T>;                                                                 \
    static VT_HD_INLINE Mapped map(T x, [[maybe_unused]] double p) { return static_cast<Mapped>(map_); } \
    static VT_HD_INLINE Out finish(Acc acc, [[maybe_unused]] double count, [[maybe_unused]] double p) {  \
      return static_cast<Out>(finish_);                                                                  \
    }                                                                                                    \
  };
