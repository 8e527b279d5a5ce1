// complex<T>: two T's, real part first, laid out as C's and PyTorch's; usable in kernels on both sides.
// The functions on it (exp, log, sqrt, ...) are in core/math_complex.h.
#pragma once

#include <type_traits>

#include "core/half.h"
#include "core/macros.h"

namespace vt {

template <class T>
struct alignas(2 * sizeof(T)) complex {
  using value_type = T;
  T re;
  T im;

  complex() = default;
  constexpr VT_HD_INLINE complex(T real, T imag = T(0)) : re(real), im(imag) {}
  // Widening is implicit, narrowing explicit, as for the real types.
  template <class U>
  constexpr VT_HD_INLINE explicit(sizeof(U) > sizeof(T)) complex(const complex<U>& other)
      : re(static_cast<T>(other.re)), im(static_cast<T>(other.im)) {}
  template <class Number>
    requires(std::is_arithmetic_v<Number> && !std::is_same_v<Number, T>)
  constexpr VT_HD_INLINE complex(Number real) : re(static_cast<T>(real)), im(T(0)) {}
  VT_HD_INLINE explicit complex(float16 real) : re(static_cast<T>(float(real))), im(T(0)) {}
  VT_HD_INLINE explicit complex(bfloat16 real) : re(static_cast<T>(float(real))), im(T(0)) {}

  constexpr VT_HD_INLINE T real() const { return re; }
  constexpr VT_HD_INLINE T imag() const { return im; }

  VT_HD_INLINE complex& operator+=(const complex& other) { return *this = *this + other; }
  VT_HD_INLINE complex& operator-=(const complex& other) { return *this = *this - other; }
  VT_HD_INLINE complex& operator*=(const complex& other) { return *this = *this * other; }
  VT_HD_INLINE complex& operator/=(const complex& other) { return *this = *this / other; }

  // Friends, so that a real operand of type T converts on either side.
  friend constexpr VT_HD_INLINE complex operator+(const complex& a, const complex& b) {
    return {a.re + b.re, a.im + b.im};
  }
  friend constexpr VT_HD_INLINE complex operator-(const complex& a, const complex& b) {
    return {a.re - b.re, a.im - b.im};
  }
  friend constexpr VT_HD_INLINE complex operator-(const complex& a) { return {-a.re, -a.im}; }
  friend constexpr VT_HD_INLINE complex operator+(const complex& a) { return a; }
  friend constexpr VT_HD_INLINE complex operator*(const complex& a, const complex& b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
  }
  friend VT_HD_INLINE complex operator/(const complex& a, const complex& b) { return divide(a, b); }
  friend constexpr VT_HD_INLINE bool operator==(const complex& a, const complex& b) {
    return a.re == b.re && a.im == b.im;
  }
  friend constexpr VT_HD_INLINE bool operator!=(const complex& a, const complex& b) { return !(a == b); }

 private:
  // Divides by the larger part first, so that neither |b|^2 nor the products overflow where the quotient does not.
  // A zero divisor gives infinities and NaNs part by part, as a real division does.
  static VT_HD_INLINE complex divide(const complex& a, const complex& b) {
    const T abs_re = b.re < T(0) ? -b.re : b.re;
    const T abs_im = b.im < T(0) ? -b.im : b.im;
    if (abs_re == T(0) && abs_im == T(0)) return {a.re / abs_re, a.im / abs_im};
    if (abs_re >= abs_im) {
      const T ratio = b.im / b.re;
      const T scale = T(1) / (b.re + b.im * ratio);
      return {(a.re + a.im * ratio) * scale, (a.im - a.re * ratio) * scale};
    }
    const T ratio = b.re / b.im;
    const T scale = T(1) / (b.im + b.re * ratio);
    return {(a.re * ratio + a.im) * scale, (a.im * ratio - a.re) * scale};
  }
};

using complex64 = complex<float>;
using complex128 = complex<double>;

template <class T>
inline constexpr bool is_complex_v = false;
template <class T>
inline constexpr bool is_complex_v<complex<T>> = true;

static_assert(sizeof(complex64) == 8 && sizeof(complex128) == 16);

}  // namespace vt
