// A number from the caller's language: bool, int, float or complex, with PyTorch's promotion category.
#pragma once

#include <cmath>
#include <limits>

#include "core/dtype.h"

namespace vt {

class Scalar {
 public:
  constexpr Scalar() : kind_(DTypeCategory::Integral), i_(0) {}
  template <class T>
    requires std::is_integral_v<T>
  constexpr Scalar(T v)
      : kind_(std::is_same_v<T, bool> ? DTypeCategory::Bool : DTypeCategory::Integral),
        past_int64_(std::is_unsigned_v<T> && static_cast<uint64_t>(v) > uint64_t{INT64_MAX}),
        i_(static_cast<int64_t>(v)) {}
  constexpr Scalar(double v) : kind_(DTypeCategory::Floating), d_(v) {}
  constexpr Scalar(float v) : Scalar(static_cast<double>(v)) {}
  Scalar(float16 v) : Scalar(static_cast<float>(v)) {}
  Scalar(bfloat16 v) : Scalar(static_cast<float>(v)) {}
  template <class T>
    requires is_float8_v<T>
  Scalar(T v) : Scalar(static_cast<float>(v)) {}
  Scalar(complex<double> v) : kind_(DTypeCategory::Complex), z_(v) {}
  Scalar(complex<float> v) : Scalar(complex<double>(v.re, v.im)) {}

  DTypeCategory category() const { return kind_; }
  bool is_bool() const { return kind_ == DTypeCategory::Bool; }
  bool is_integral(bool include_bool = false) const {
    return kind_ == DTypeCategory::Integral || (include_bool && is_bool());
  }
  bool is_floating() const { return kind_ == DTypeCategory::Floating; }
  bool is_complex() const { return kind_ == DTypeCategory::Complex; }
  // An integer from 2^63 on, of which to_int() gives the bits: only elements of uint64 are any.
  bool is_past_int64() const { return past_int64_; }
  // The dtype a 0-dim tensor of this number has: bool, int64, default dtype or its complex.
  DType dtype() const {
    switch (kind_) {
      case DTypeCategory::Bool: return DType::bool_;
      case DTypeCategory::Integral: return DType::int64;
      case DTypeCategory::Floating: return default_dtype();
      default: return vt::to_complex(default_dtype());
    }
  }

  // Unchecked conversion with C semantics (to bool: non-zero); float to integer saturates, NaN gives 0.
  template <class T>
  T to() const {
    switch (kind_) {
      case DTypeCategory::Complex:
        if constexpr (std::is_same_v<T, complex<float>> || std::is_same_v<T, complex<double>>) {
          using R = decltype(T().re);
          return T(static_cast<R>(z_.re), static_cast<R>(z_.im));
        } else {
          return from_double<T>(z_.re);
        }
      case DTypeCategory::Floating: return from_double<T>(d_);
      default:
        if constexpr (std::is_integral_v<T>) {
          return static_cast<T>(i_);
        } else {
          return from_double<T>(past_int64_ ? static_cast<double>(static_cast<uint64_t>(i_)) : static_cast<double>(i_));
        }
    }
  }
  double to_double() const { return to<double>(); }
  int64_t to_int() const { return to<int64_t>(); }
  bool to_bool() const { return kind_ == DTypeCategory::Complex ? (z_.re != 0 || z_.im != 0) : to<bool>(); }
  complex<double> to_complex() const {
    return kind_ == DTypeCategory::Complex ? z_ : complex<double>(to<double>(), 0.0);
  }
  // Where the complex value lives, for argument lists that refer to it; null if this is not one.
  const complex<double>* complex_address() const { return is_complex() ? &z_ : nullptr; }

 private:
  template <class T>
  static T from_double(double v) {
    if constexpr (std::is_same_v<T, bool>) {
      return v != 0;
    } else if constexpr (std::is_integral_v<T>) {
      if (std::isnan(v)) return T(0);
      if (std::is_same_v<T, uint64_t> && v >= 0x1p63) {
        return v >= 0x1p64 ? std::numeric_limits<T>::max() : static_cast<T>(v);
      }
      if (v >= static_cast<double>(std::numeric_limits<int64_t>::max()))
        return static_cast<T>(std::numeric_limits<int64_t>::max());
      if (v <= static_cast<double>(std::numeric_limits<int64_t>::min()))
        return static_cast<T>(std::numeric_limits<int64_t>::min());
      return static_cast<T>(static_cast<int64_t>(v));
    } else if constexpr (std::is_same_v<T, float16> || std::is_same_v<T, bfloat16> || is_float8_v<T>) {
      return T(static_cast<float>(v));
    } else if constexpr (std::is_floating_point_v<T>) {
      return static_cast<T>(v);
    } else {
      using R = decltype(T().re);
      return T(static_cast<R>(v), R(0));
    }
  }

  DTypeCategory kind_;
  bool past_int64_ = false;
  union {
    int64_t i_;
    double d_;
    complex<double> z_;
  };
};

VT_API std::string to_string(const Scalar& s);

}  // namespace vt
