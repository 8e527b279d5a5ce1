// The dtypes column of a pointwise row: which dtypes it takes, what it computes in, what comes out; under autocast too;
// and behind it, where the op is public.
#pragma once

#include <type_traits>

#include "core/dtype.h"
#include "dispatch/autocast_policy.h"
#include "dispatch/surface.h"

namespace vt::pointwise {

enum class Gives : uint8_t {
  Same,  // the dtype computed in
  Bool,
  Real,   // complex64 -> float32, complex128 -> float64, else the same
  Count,  // int64
};

struct DTypeRule {
  unsigned domain;        // DTypeSet of promoted inputs after to_float
  bool to_float = false;  // integers and bools are computed in the default dtype
  Gives gives = Gives::Same;
  bool numbers_promote = false;  // Scalar arguments take part in type promotion (clamp, pow)
  // Operands and numbers become the common dtype before they are computed with, unless a row keeps them exact: then
  // they are read in the dtype that is computed in, which has more digits than a 16-bit float.
  bool exact_operands = false;                          // wrapped numbers, and 0-dim operands after the first
  bool exact_numbers = false;                           // Scalar arguments
  AutocastPolicy cuda_autocast = AutocastPolicy::None;  // on the CPU autocast leaves rows alone
  uint8_t surface = kUnsaid;  // kInternal: a part of other ops, without in-place and out= forms
  uint8_t inplace_surface = kUnsaid;
  bool inplace = true;  // has an in-place form, if it begins with self

  // In a row: kToFloat.wide()
  constexpr DTypeRule wide() const { return with(&DTypeRule::cuda_autocast, AutocastPolicy::Float32); }
  constexpr DTypeRule promoting() const { return with(&DTypeRule::cuda_autocast, AutocastPolicy::Promote); }
  constexpr DTypeRule part() const { return at(kInternal); }
  constexpr DTypeRule at(uint8_t where) const { return with(&DTypeRule::surface, where); }
  constexpr DTypeRule inplace_at(uint8_t where) const { return with(&DTypeRule::inplace_surface, where); }
  constexpr DTypeRule operands_exact() const { return with(&DTypeRule::exact_operands, true); }
  constexpr DTypeRule numbers_exact() const { return with(&DTypeRule::exact_numbers, true); }
  constexpr DTypeRule never_inplace() const { return with(&DTypeRule::inplace, false); }

  template <class T>
  constexpr DTypeRule with(T DTypeRule::* column, std::type_identity_t<T> value) const {
    DTypeRule r = *this;
    r.*column = value;
    return r;
  }
};

namespace rule {
inline constexpr DTypeRule kAny{kAllSet};
inline constexpr DTypeRule kNumeric{kNumericSet};                      // no bool
inline constexpr DTypeRule kReal{kRealSet};                            // no complex
inline constexpr DTypeRule kRealNumeric{kIntegralSet | kFloatingSet};  // neither
inline constexpr DTypeRule kBits{kBoolSet | kIntegralSet};
inline constexpr DTypeRule kIntegers{kIntegralSet};
inline constexpr DTypeRule kFloating{kFloatingSet};   // integers are refused
inline constexpr DTypeRule kWideFloating{kFloatSet};  // nor are 16-bit floats taken
inline constexpr DTypeRule kFloatingOrComplex{kFloatingOrComplexSet};
inline constexpr DTypeRule kToFloat{kFloatingOrComplexSet, true};  // integers give floats
inline constexpr DTypeRule kToRealFloat{kFloatingSet, true};       // and complex is refused
inline constexpr DTypeRule kModulus{kNumericSet, false, Gives::Real};
inline constexpr DTypeRule kAngle{kFloatingOrComplexSet, true, Gives::Real};
inline constexpr DTypeRule kRealWithNumbers{kRealSet, false, Gives::Same, true};
inline constexpr DTypeRule kNumericWithNumbers{kNumericSet, false, Gives::Same, true};
inline constexpr DTypeRule kTest{kAllSet, false, Gives::Bool};
inline constexpr DTypeRule kCount{kAllSet, false, Gives::Count};
inline constexpr DTypeRule kSize{kFloatingOrComplexSet, false, Gives::Real};
inline constexpr DTypeRule kRealTest{kRealSet, false, Gives::Bool};
// Of one tensor: there is nothing to write over it.
inline constexpr DTypeRule kProperty{.domain = kAllSet, .gives = Gives::Bool, .inplace = false};
inline constexpr DTypeRule kRealProperty{.domain = kRealSet, .gives = Gives::Bool, .inplace = false};
}  // namespace rule

// The C++ type of what a row computes from T.
template <Gives gives, class T>
struct Given {
  using type = T;
};
template <class T>
struct Given<Gives::Bool, T> {
  using type = bool;
};
template <class T>
struct Given<Gives::Real, complex<T>> {
  using type = T;
};
template <class T>
struct Given<Gives::Count, T> {
  using type = int64_t;
};
template <DTypeRule r, class T>
using given_t = typename Given<r.gives, T>::type;

constexpr DType result_dtype(const DTypeRule& r, DType compute) {
  switch (r.gives) {
    case Gives::Bool: return DType::bool_;
    case Gives::Real: return to_real(compute);
    case Gives::Count: return DType::int64;
    default: return compute;
  }
}

// Kernels of rows exist for the five types that compute_dtype gives, Note [What a kernel computes in].
inline constexpr int kComputeTypes = 5;
// The dtype sets that a compute type stands for.
template <class T>
inline constexpr unsigned domain_of = std::is_same_v<T, int64_t> ? kBoolSet | kIntegralSet
                                      : std::is_same_v<T, float> ? kHalfSet | kFloatSet
                                                                 : set_of(dtype_of<T>);
constexpr int compute_type_index(DType compute) {
  switch (compute) {
    case DType::int64: return 0;
    case DType::float32: return 1;
    case DType::float64: return 2;
    case DType::complex64: return 3;
    default: return 4;
  }
}

}  // namespace vt::pointwise
