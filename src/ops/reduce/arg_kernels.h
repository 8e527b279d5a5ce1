// CPU kernels that find an extreme element and where it is. NaN counts as the most extreme; the first of equals wins.
#pragma once

#include "cpu/simd_dispatch.h"
#include "ops/pointwise/dtype_rule.h"

namespace vt::reduce {

struct ArgKernels {
  // Updates best (one element) and index with x[0..n), whose first element stands at `base`.
  void (*run)(char* best, int64_t* index, const char* x, int64_t n, int64_t base);
  // Updates n bests and indices with n elements that all stand at `at`.
  void (*columns)(char* best, int64_t* index, const char* x, int64_t n, int64_t at);
};

// [largest][compute type]: int64, float32, float64; null for complex.
VT_SIMD_DECLARE(const ArgKernels*, arg_kernels, (bool largest, int compute_type))

}  // namespace vt::reduce
