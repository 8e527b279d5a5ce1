// The casts of mixed-precision training, contiguous, for every SIMD level.
#pragma once

#include "core/half.h"
#include "cpu/simd_dispatch.h"

namespace vt::cpu {

VT_SIMD_DECLARE(void, cast_float_to_bfloat16, (const float* from, bfloat16* to, int64_t n))
VT_SIMD_DECLARE(void, cast_float_to_float16, (const float* from, float16* to, int64_t n))
VT_SIMD_DECLARE(void, cast_bfloat16_to_float, (const bfloat16* from, float* to, int64_t n))
VT_SIMD_DECLARE(void, cast_float16_to_float, (const float16* from, float* to, int64_t n))

}  // namespace vt::cpu
