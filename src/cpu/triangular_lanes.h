// The block on the diagonal of a triangular system, for triangular.cpp.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "cpu/simd_dispatch.h"

namespace vt::cpu {

inline constexpr int kTriangle = 32;  // rows of a block at most
inline constexpr int kSides = 16;     // right-hand sides beside each other

// sides (n, kSides) become the solution of factor (n, kTriangle), lower, whose diagonal is 1 / inverse.
VT_SIMD_DECLARE_TEMPLATE(void, solve_lanes, (const T* factor, const T* inverse, int64_t n, T* sides))

}  // namespace vt::cpu
