// Element types: one table (dtype.def) and everything made from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/complex.h"
#include "core/error.h"
#include "core/float8.h"
#include "core/half.h"

namespace vt {

enum class DTypeCategory : uint8_t { Bool, Integral, Floating, Complex };

enum class DType : uint8_t {
#define VT_DTYPE(name, type, category, bytes, numpy) name,
#define VT_STORED_DTYPE VT_DTYPE
#include "core/dtype.def"
#undef VT_STORED_DTYPE
#undef VT_DTYPE
};

// Those that kernels compute in come first.
inline constexpr int kNumComputedDTypes = 0
#define VT_DTYPE(name, type, category, bytes, numpy) +1
#include "core/dtype.def"
#undef VT_DTYPE
    ;
inline constexpr int kNumDTypes = 0
#define VT_DTYPE(name, type, category, bytes, numpy) +1
#define VT_STORED_DTYPE VT_DTYPE
#include "core/dtype.def"
#undef VT_STORED_DTYPE
#undef VT_DTYPE
    ;

struct DTypeInfo {
  std::string_view name;
  DTypeCategory category;
  uint8_t bytes;
  std::string_view numpy;
};

namespace detail {
inline constexpr DTypeInfo kDTypeInfo[] = {
#define VT_DTYPE(name, type, category, bytes, numpy) \
  {std::string_view(#name) == "bool_" ? "bool" : #name, DTypeCategory::category, bytes, numpy},
#define VT_STORED_DTYPE VT_DTYPE
#include "core/dtype.def"
#undef VT_STORED_DTYPE
#undef VT_DTYPE
};
}  // namespace detail

constexpr const DTypeInfo& info(DType d) { return detail::kDTypeInfo[static_cast<int>(d)]; }
constexpr size_t size_of(DType d) { return info(d).bytes; }
constexpr DTypeCategory category(DType d) { return info(d).category; }
constexpr bool is_floating(DType d) { return category(d) == DTypeCategory::Floating; }
constexpr bool is_complex(DType d) { return category(d) == DTypeCategory::Complex; }
constexpr bool is_integral(DType d, bool include_bool = false) {
  return category(d) == DTypeCategory::Integral || (include_bool && d == DType::bool_);
}
constexpr bool is_reduced_floating(DType d) { return d == DType::float16 || d == DType::bfloat16; }
constexpr bool is_differentiable(DType d) { return is_floating(d) || is_complex(d); }
constexpr bool is_signed(DType d) {
  switch (d) {
    case DType::bool_:
    case DType::uint8:
    case DType::uint16:
    case DType::uint32:
    case DType::uint64:
    case DType::float8_e8m0fnu: return false;
    default: return true;
  }
}

// Note [Stored dtypes]
// The 8-bit floats and the unsigned integers of more than 8 bits are stored: tensors of them are made, filled, moved,
// viewed, saved and converted, and every kernel that computes refuses them by their DTypeSet, as it does any dtype that
// is not in its own. They are no case of `visit_dtype<kAllSet>` and of the tables that dtype.def gives kernels, so that
// no kernel is compiled for them; what reads and writes elements of any dtype says kNumberSet. A conversion goes
// through a dtype that holds every value of theirs, iter/stored_cast.h.
constexpr bool is_stored_only(DType d) { return static_cast<int>(d) >= kNumComputedDTypes; }
// complex64 -> float32, complex128 -> float64; others unchanged.
constexpr DType to_real(DType d) {
  return d == DType::complex64 ? DType::float32 : d == DType::complex128 ? DType::float64 : d;
}
// float64 -> complex128, other floats -> complex64; complex unchanged.
constexpr DType to_complex(DType d) {
  return is_complex(d) ? d : d == DType::float64 ? DType::complex128 : DType::complex64;
}
inline std::string to_string(DType d) { return std::string(info(d).name); }

// PyTorch's promotion of two dtypes (both dimensioned tensors).
VT_API DType promote(DType a, DType b);
// Whether a result of dtype `from` may be written to `to` (float -> int and complex -> real may not).
VT_API bool can_cast(DType from, DType to);

// The process-wide default for floating-point results (torch.set_default_dtype).
VT_API DType default_dtype();
VT_API void set_default_dtype(DType d);

template <DType d>
struct dtype_to_type;
template <class T>
struct type_to_dtype;
#define VT_DTYPE(name, type_, category, bytes, numpy) \
  template <>                                         \
  struct dtype_to_type<DType::name> {                 \
    using type = type_;                               \
  };                                                  \
  template <>                                         \
  struct type_to_dtype<type_> {                       \
    static constexpr DType value = DType::name;       \
  };
#define VT_STORED_DTYPE VT_DTYPE
#include "core/dtype.def"
#undef VT_STORED_DTYPE
#undef VT_DTYPE
template <class T>
inline constexpr DType dtype_of = type_to_dtype<T>::value;

// Note [What a kernel computes in]
// A rule is a function of the dtype, for shape inference, and the type made from it, for kernels.
//   opmath    one element's arithmetic, and what a kernel of rows sums and keeps: float for the 16-bit floats
//   compute   opmath, and int64 for every integer and bool: wrapping around in 64 bits and cutting off is wrapping
//             around in fewer, so a kernel that computes in this is compiled for five types
//   acc       what a sum or product over many elements runs in: compute, on the CPU, where it costs nothing, with
//             float and complex64 twice as wide
//   wrapping  opmath, and for integers the unsigned type of 32 or 64 bits, whose overflow is defined and wraps around
//   fraction  opmath, and double for integers: what lies between them (linspace, bins); exact up to 2^53
constexpr DType opmath_dtype(DType d) { return is_reduced_floating(d) ? DType::float32 : d; }
constexpr DType compute_dtype(DType d) { return is_integral(d, true) ? DType::int64 : opmath_dtype(d); }

template <class T>
struct opmath {
  using type = typename dtype_to_type<opmath_dtype(dtype_of<T>)>::type;
};
template <class T>
using opmath_t = typename opmath<T>::type;

template <class T>
struct compute {
  using type = typename dtype_to_type<compute_dtype(dtype_of<T>)>::type;
};
template <class T>
using compute_t = typename compute<T>::type;

namespace detail {
template <class T>
struct acc_on_cpu {
  using type = T;
};
template <>
struct acc_on_cpu<float> {
  using type = double;
};
template <>
struct acc_on_cpu<complex<float>> {
  using type = complex<double>;
};
}  // namespace detail
#ifdef __CUDACC__
template <class T>
using acc_t = compute_t<T>;
#else
template <class T>
using acc_t = typename detail::acc_on_cpu<compute_t<T>>::type;
#endif

template <class T>
using wrapping_t =
    std::conditional_t<std::is_integral_v<T>, std::conditional_t<sizeof(T) <= 4, uint32_t, uint64_t>, opmath_t<T>>;
template <class T>
using fraction_t = std::conditional_t<std::is_integral_v<T>, double, opmath_t<T>>;

template <class T>
struct TypeTag {
  using type = T;
};

// Calls f(TypeTag<T>{}) for the dtype's C++ type, if its category is in the set; otherwise a NotImplementedError.
// visit_all, visit_floating (no complex), visit_integral (no bool), visit_real (all but complex) ...
enum DTypeSet : unsigned {
  kBoolSet = 1,
  kIntegralSet = 2,
  kHalfSet = 4,
  kFloatSet = 8,
  kComplexSet = 16,
  kFloatingSet = kHalfSet | kFloatSet,
  kRealSet = kBoolSet | kIntegralSet | kFloatingSet,
  kFloatingOrComplexSet = kFloatingSet | kComplexSet,
  kNumericSet = kIntegralSet | kFloatingSet | kComplexSet,
  kAllSet = 31,
  kStoredSet = 32,
  kOpaqueSet = 64,  // moved as bytes; no number
  kNumberSet = kAllSet | kStoredSet,
};
constexpr unsigned set_of(DType d) {
  if (d == DType::float4_e2m1fn_x2) return kOpaqueSet;
  if (is_stored_only(d)) return kStoredSet;
  switch (category(d)) {
    case DTypeCategory::Bool: return kBoolSet;
    case DTypeCategory::Integral: return kIntegralSet;
    case DTypeCategory::Floating: return is_reduced_floating(d) ? kHalfSet : kFloatSet;
    case DTypeCategory::Complex: return kComplexSet;
  }
  return 0;
}
[[noreturn]] VT_API void throw_unsupported_dtype(DType d);

template <unsigned Set, class F>
VT_ALWAYS_INLINE decltype(auto) visit_dtype(DType d, F&& f) {
  switch (d) {
#define VT_DTYPE(name, type_, category, bytes, numpy) \
  case DType::name:                                   \
    if constexpr ((Set & set_of(DType::name)) != 0) { \
      return f(TypeTag<type_>{});                     \
    } else {                                          \
      throw_unsupported_dtype(d);                     \
    }
#define VT_STORED_DTYPE VT_DTYPE
#include "core/dtype.def"
#undef VT_STORED_DTYPE
#undef VT_DTYPE
  }
  throw_unsupported_dtype(d);
}

}  // namespace vt
