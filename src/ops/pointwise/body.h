// From a row of a .def table to a scalar functor, the same for the CPU loops and the CUDA kernels. Included only by
// what defines VT_BODY_NAMESPACE: the level's namespace in a *.simd.cpp, `cuda` in a .cu.
#pragma once

#include <cstring>
#include <type_traits>

#include "core/math.h"
#include "ops/pointwise/dtype_rule.h"
#include "ops/pointwise/scalar_functions.h"

// The numbers of a row are members of the functor in the order of the schema: `VT_NUMBERS(alpha, beta)` -> `T alpha,
// beta;`.
#define VT_NUMBERS(...) __VA_OPT__(T __VA_ARGS__;)

#define VT_FUNCTOR(id, rule_, numbers, parameters, body)                                  \
  template <class T>                                                                      \
  struct id##_body {                                                                      \
    VT_NUMBERS numbers VT_HD_INLINE given_t<rule::rule_, T> operator() parameters const { \
      return static_cast<given_t<rule::rule_, T>>(body);                                  \
    }                                                                                     \
  };

namespace vt::pointwise {

// `params` holds the numbers packed as T; a functor without numbers is empty.
template <class F>
VT_ALWAYS_INLINE F make_functor(const char* params) {
  F f;
  if constexpr (!std::is_empty_v<F>) std::memcpy(static_cast<void*>(&f), params, sizeof(F));
  return f;
}

}  // namespace vt::pointwise
