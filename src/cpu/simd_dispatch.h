// Which x86-64 level the machine has, and how a function compiled for several levels is declared and picked.
//
// Note [No COMDAT across ISA levels]
// Units named *.simd.cpp are compiled once per level (VT_ISA is v2, v3 or v4) into one library. An ordinary inline
// function that such a unit emits out of line is a weak symbol: the linker keeps one copy, perhaps the AVX-512 one, and
// every caller in the library gets it, also on a machine without AVX-512. So everything these units define lives in
// `namespace VT_ISA`, and everything they include is a declaration, a type or always inlined (VT_HD_INLINE). Nor may
// they have globals with constructors: those run at load, whatever the machine.
//
//   // row_sum.h, in namespace vt::cpu
//   VT_SIMD_DECLARE(void, row_sum, (const float* x, float* y, int64_t rows, int64_t columns))
//   // row_sum.simd.cpp
//   namespace vt::cpu::VT_ISA { void row_sum(const float* x, float* y, int64_t rows, int64_t columns) { ... } }
//   // anywhere else
//   cpu::row_sum(x, y, rows, columns);
#pragma once

#include <cstdint>

#include "core/macros.h"

namespace vt {

enum class SimdLevel : uint8_t { v2, v3, v4 };

// The level of this machine, or the lower one that VIBETENSOR_SIMD=v2|v3|v4 names. Fixed at the first call.
VT_API SimdLevel simd_level();
// Whether level v4 may also use AVX512-BF16.
VT_API bool simd_has_bf16();

template <class F>
VT_ALWAYS_INLINE F pick_simd(F v2, F v3, F v4) {
  switch (simd_level()) {
    case SimdLevel::v4: return v4;
    case SimdLevel::v3: return v3;
    default: return v2;
  }
}

}  // namespace vt

// Declares one function per level and, under the same name, a template that calls the machine's.
#define VT_SIMD_DECLARE(Result, name, Parameters)                                           \
  namespace v2 {                                                                            \
  Result name Parameters;                                                                   \
  }                                                                                         \
  namespace v3 {                                                                            \
  Result name Parameters;                                                                   \
  }                                                                                         \
  namespace v4 {                                                                            \
  Result name Parameters;                                                                   \
  }                                                                                         \
  template <class... VtArgs>                                                                \
  VT_ALWAYS_INLINE Result name(VtArgs... args) {                                            \
    return ::vt::pick_simd<Result(*) Parameters>(&v2::name, &v3::name, &v4::name)(args...); \
  }

// The same for a function template over an element type T: declares it per level; VT_SIMD_PICK(name, T)(...) calls the
// machine's. The *.simd.cpp unit defines and instantiates it.
#define VT_SIMD_DECLARE_TEMPLATE(Result, name, Parameters) \
  namespace v2 {                                           \
  template <class T>                                       \
  Result name Parameters;                                  \
  }                                                        \
  namespace v3 {                                           \
  template <class T>                                       \
  Result name Parameters;                                  \
  }                                                        \
  namespace v4 {                                           \
  template <class T>                                       \
  Result name Parameters;                                  \
  }
#define VT_SIMD_PICK(name, T) ::vt::pick_simd(&v2::name<T>, &v3::name<T>, &v4::name<T>)
