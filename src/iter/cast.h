// Element conversion between any two dtypes on the CPU.
#pragma once

#include "core/dtype.h"
#include "cpu/simd_dispatch.h"

namespace vt::cpu {

// n elements of dtype `from` converted into a contiguous run of dtype `to`. The runs are the same memory or disjoint;
// the same memory only when the dtypes are equal. Float to integer truncates (out of range: some value), anything to
// bool is
// `!= 0`, complex to real drops the imaginary part.
VT_SIMD_DECLARE(void, cast_contiguous, (char* out, DType to, const char* in, DType from, int64_t n))

// n elements of `item` bytes (1, 2, 4, 8 or 16) moved between byte strides; an input stride of 0 repeats one element.
VT_SIMD_DECLARE(void, move_strided,
                (char* out, int64_t out_stride, const char* in, int64_t in_stride, int64_t item, int64_t n))

// Both at once, for any strides.
VT_API void cast_strided(char* out, int64_t out_stride, DType to, const char* in, int64_t in_stride, DType from,
                         int64_t n);

// n contiguous elements that hold values of `through` in the wider dtype `held`, made so in place.
VT_API void round_contiguous(char* data, DType held, DType through, int64_t n);

}  // namespace vt::cpu
