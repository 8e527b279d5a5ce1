#include "ops/copy/cast_rows.h"

namespace vt::cpu::VT_ISA {

void cast_float_to_bfloat16(const float* from, bfloat16* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = bfloat16(from[i]);
}

void cast_float_to_float16(const float* from, float16* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = float16(from[i]);
}

void cast_bfloat16_to_float(const bfloat16* from, float* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = from[i];
}

void cast_float16_to_float(const float16* from, float* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = from[i];
}

}  // namespace vt::cpu::VT_ISA
