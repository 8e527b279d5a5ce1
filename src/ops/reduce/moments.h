// The CPU kernels of var and std, which accumulate more than one number.
#pragma once

#include "cpu/simd_dispatch.h"
#include "ops/reduce/kernels.h"

namespace vt::reduce {

// For elements of float64 (wide) or float32. The kernels' p is what the sum of squares is divided by; root: its root is
// taken before it is rounded to the elements' type.
VT_SIMD_DECLARE(const Kernels*, variance_kernels, (bool root, bool wide))

}  // namespace vt::reduce
