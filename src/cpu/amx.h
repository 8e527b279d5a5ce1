// The matrix unit of newer Intel processors: eight registers of 16 rows of 64 bytes.
#pragma once

#include "core/macros.h"

namespace vt {

// Whether this process may multiply bfloat16 tiles: the processor and the system have AMX, the system let us use its
// registers, and the environment sets no VIBETENSOR_SIMD (v4 is AVX-512 without it). Asked once, at the first call.
VT_API bool amx_has_bf16();

}  // namespace vt
