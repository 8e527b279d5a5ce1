// convert<To>(x): the value of one dtype as another, as every copy and cast does it; usable in kernels on both sides.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/complex.h"
#include "core/float8.h"
#include "core/half.h"
#include "core/macros.h"

namespace vt {

// To bool: non-zero (NaN is true). Complex to real drops the imaginary part. Float to a narrow integer goes through a
// wider one, so that what does not fit wraps around as it does in PyTorch; out of range of that one it is unspecified.
template <class To, class From>
VT_HD_INLINE To convert(From x) {
  if constexpr (std::is_same_v<To, From>) {
    return x;
  } else if constexpr (is_float8_v<From>) {
    return convert<To>(static_cast<float>(x));
  } else if constexpr (std::is_same_v<To, bool>) {
    if constexpr (is_complex_v<From>) {
      return x.re != 0 || x.im != 0;
    } else if constexpr (std::is_integral_v<From>) {
      return x != 0;
    } else {
      return static_cast<double>(x) != 0.0;
    }
  } else if constexpr (is_complex_v<To>) {
    using Part = typename To::value_type;
    if constexpr (is_complex_v<From>) {
      return To(static_cast<Part>(x.re), static_cast<Part>(x.im));
    } else {
      return To(convert<Part>(x), Part(0));
    }
  } else if constexpr (is_complex_v<From>) {
    return convert<To>(x.re);
  } else if constexpr (std::is_integral_v<To> && !std::is_integral_v<From>) {
    if constexpr (std::is_same_v<From, float16> || std::is_same_v<From, bfloat16>) {
      return convert<To>(static_cast<float>(x));
    } else if constexpr (std::is_same_v<To, uint8_t>) {
      return static_cast<To>(static_cast<int64_t>(x));
    } else if constexpr (sizeof(To) < 4) {
      return static_cast<To>(static_cast<int32_t>(x));
    } else {
      return static_cast<To>(x);
    }
  } else if constexpr (std::is_same_v<To, float16> || std::is_same_v<To, bfloat16>) {
    return To(static_cast<float>(x));
  } else {
    return static_cast<To>(x);
  }
}

}  // namespace vt
