#include "ops/copy/scalar_fits.h"

namespace vt {

double largest_number(DType dtype) {
  switch (dtype) {
    case DType::float16: return 65504.0;
    case DType::bfloat16: return 3.3895313892515355e38;
    case DType::float32:
    case DType::complex64: return std::numeric_limits<float>::max();
    case DType::float8_e4m3fn: return 448.0;
    case DType::float8_e4m3fnuz: return 240.0;
    case DType::float8_e5m2:
    case DType::float8_e5m2fnuz: return 57344.0;
    case DType::float8_e8m0fnu: return 0x1p127;
    default: return std::numeric_limits<double>::max();
  }
}

namespace {

template <class T>
bool fits_integer(const Scalar& value) {
  if constexpr (!std::is_integral_v<T>) {
    return false;
  } else if constexpr (std::is_same_v<T, uint64_t>) {
    return value.is_integral(true) || (value.to_double() >= 0 && value.to_double() < 0x1p64);
  } else {
    constexpr int64_t low =
        std::is_signed_v<T> ? std::numeric_limits<T>::min() : -int64_t{std::numeric_limits<T>::max()};
    constexpr int64_t high = std::numeric_limits<T>::max();
    if (value.is_past_int64()) return false;
    if (value.is_integral(true)) return value.to_int() >= low && value.to_int() <= high;
    const double v = value.to_double();
    if (!std::is_signed_v<T> && v < 0) return false;  // only integers wrap around
    // 2^63 is the first double that int64 does not hold.
    return v >= static_cast<double>(low) && (sizeof(T) == 8 ? v < 0x1p63 : v <= static_cast<double>(high));
  }
}

bool fits(const Scalar& value, DType dtype) {
  if (dtype == DType::bool_) return true;
  if (value.is_complex() && !is_complex(dtype) && value.to_complex().im != 0) return false;
  if (is_integral(dtype)) {
    return visit_dtype < kIntegralSet |
           kStoredSet > (dtype, [&](auto tag) { return fits_integer<typename decltype(tag)::type>(value); });
  }
  const double limit = largest_number(dtype);
  const bool has_infinity = !is_stored_only(dtype) || dtype == DType::float8_e5m2;
  auto part_fits = [&](double v) {
    if (dtype == DType::float8_e8m0fnu && v < 0) return value.is_integral(true);
    return std::isnan(v) || (std::isinf(v) ? has_infinity : std::fabs(v) <= limit);
  };
  return part_fits(value.to_complex().re) && part_fits(value.to_complex().im);
}

}  // namespace

void check_large_scalar_fits(const Scalar& value, DType dtype) {
  VT_CHECK(fits(value, dtype), Runtime, "value cannot be converted to type ", dtype, " without overflow: ", value);
}

}  // namespace vt
