// Elements whose dtype is known at launch only.
#pragma once

#include <cstring>

#include "core/convert.h"
#include "core/dtype.h"

namespace vt::cuda {

/// Whether a kernel that computes in Compute may meet operands of type Stored: never of a higher category.
template <typename Compute, typename Stored>
inline constexpr bool kReadable =
    set_of(dtype_of<Stored>) != kOpaqueSet &&
    (is_complex_v<Compute> || (!is_complex_v<Stored> && (std::is_integral_v<Stored> || !std::is_integral_v<Compute>)));

/// One element as it lies in memory. Loading and interpreting are apart, so that several loads can be under way.
template <typename Compute>
struct StoredBits {
  static constexpr int kWords = is_complex_v<Compute> ? 2 : 1;
  uint64_t words[kWords];

  __device__ __forceinline__ void load(const char* from, int bytes) {
    switch (bytes) {
      case 1: words[0] = *reinterpret_cast<const uint8_t*>(from); break;
      case 2: words[0] = *reinterpret_cast<const uint16_t*>(from); break;
      case 4: words[0] = *reinterpret_cast<const uint32_t*>(from); break;
      case 8: words[0] = *reinterpret_cast<const uint64_t*>(from); break;
      default:
        if constexpr (kWords == 2) {
          words[0] = reinterpret_cast<const uint64_t*>(from)[0];
          words[1] = reinterpret_cast<const uint64_t*>(from)[1];
        }
    }
  }

  __device__ __forceinline__ Compute as(DType dtype) const { return interpret(words[0], words[kWords - 1], dtype); }

 private:
  // One copy for all kernels of a unit: inlined it would be most of their code.
  static __device__ __noinline__ Compute interpret(uint64_t low, uint64_t high, DType dtype) {
    const uint64_t words[2] = {low, high};
    switch (dtype) {
#define VT_DTYPE(name, type, category, bytes, numpy) \
  case DType::name:                                  \
    if constexpr (kReadable<Compute, type>) {        \
      type value;                                    \
      memcpy(&value, words, sizeof(value));          \
      return convert<Compute>(value);                \
    }                                                \
    break;
#define VT_STORED_DTYPE VT_DTYPE
#include "core/dtype.def"
#undef VT_STORED_DTYPE
#undef VT_DTYPE
    }
    return Compute(0);
  }
};

/// The value of `dtype` nearest to x, or what x wraps around to there; x itself where Compute is not wider.
template <typename Compute>
__host__ __device__ inline Compute rounded_through(Compute x, DType dtype) {
  if constexpr (std::is_same_v<Compute, float>) {
    if (dtype == DType::bfloat16) return static_cast<float>(bfloat16(x));
    if (dtype == DType::float16) return static_cast<float>(float16(x));
  } else if constexpr (std::is_same_v<Compute, int64_t>) {
    switch (dtype) {
      case DType::bool_: return x != 0;
      case DType::uint8: return static_cast<uint8_t>(x);
      case DType::int8: return static_cast<int8_t>(x);
      case DType::int16: return static_cast<int16_t>(x);
      case DType::int32: return static_cast<int32_t>(x);
      default: return x;
    }
  }
  return x;
}

/// Stores `value` as an element of `dtype`.
template <typename Given>
__device__ __noinline__ void store_converted(char* to, DType dtype, const Given& value) {
  switch (dtype) {
#define VT_DTYPE(name, type, category, bytes, numpy)                       \
  case DType::name:                                                        \
    if constexpr (std::is_same_v<Given, bool> || kReadable<type, Given>) { \
      *reinterpret_cast<type*>(to) = convert<type>(value);                 \
    }                                                                      \
    break;
#include "core/dtype.def"
#undef VT_DTYPE
    default: break;
  }
}

}  // namespace vt::cuda
