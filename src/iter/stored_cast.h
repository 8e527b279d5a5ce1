// Conversions that have a stored dtype on a side, Note [Stored dtypes] in core/dtype.h.
#pragma once

#include <type_traits>

#include "core/dtype.h"

namespace vt {

// What an element goes through on its way between two dtypes of which one is stored: a dtype that holds it as it is, or
// that PyTorch rounds it to on the way. int64 stands for the bits of an uint64.
constexpr DType way_between(DType a, DType b) {
  if ((is_stored_only(a) && is_floating(a)) || (is_stored_only(b) && is_floating(b))) return DType::float32;
  const DType other = is_stored_only(a) ? b : a;
  if (is_integral(other, true)) return DType::int64;
  return to_real(other) == DType::float64 ? DType::float64 : DType::float32;
}

// Calls f(TypeTag<Way>{}) with its type.
template <class F>
void visit_way(DType a, DType b, F&& f) {
  switch (way_between(a, b)) {
    case DType::int64: return f(TypeTag<int64_t>{});
    case DType::float64: return f(TypeTag<double>{});
    default: return f(TypeTag<float>{});
  }
}

// The value `x` as an element of `To`, one of the two dtypes or the way between them. float8_e4m3fn, which has no
// infinity, saturates, as PyTorch's does; the other 8-bit floats do not.
template <class To, class From>
VT_HD_INLINE To through_way(From x) {
  if constexpr (std::is_same_v<To, float8_e4m3fn>) {
    constexpr float kLargest = 448;
    const float value = static_cast<float>(x);
    return To(value > kLargest ? kLargest : value < -kLargest ? -kLargest : value);
  } else {
    return static_cast<To>(x);
  }
}

// NotImplementedError if one of the two is no number.
inline void check_convertible(DType to, DType from) {
  for (const DType d : {to, from}) {
    VT_CHECK(set_of(d) != kOpaqueSet, NotImplemented, "no conversion of '", d,
             "' is there: it packs two numbers in a byte");
  }
}

namespace cpu {

// As cast_contiguous of iter/cast.h, for two dtypes that differ and of which one is stored.
VT_API void cast_stored(char* out, DType to, const char* in, DType from, int64_t n);

}  // namespace cpu
}  // namespace vt
