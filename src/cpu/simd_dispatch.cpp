#include "cpu/simd_dispatch.h"

#include <cstdlib>
#include <cstring>

namespace vt {
namespace {

SimdLevel detect() {
  __builtin_cpu_init();
  SimdLevel level = SimdLevel::v2;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2")) {
    level = SimdLevel::v3;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
      level = SimdLevel::v4;
    }
  }
  const char* wanted = std::getenv("VIBETENSOR_SIMD");
  if (wanted && std::strcmp(wanted, "v2") == 0) level = SimdLevel::v2;
  if (wanted && std::strcmp(wanted, "v3") == 0 && level > SimdLevel::v3) level = SimdLevel::v3;
  return level;
}

}  // namespace

SimdLevel simd_level() {
  static const SimdLevel level = detect();
  return level;
}

bool simd_has_bf16() {
  static const bool has = simd_level() == SimdLevel::v4 && __builtin_cpu_supports("avx512bf16");
  return has;
}

}  // namespace vt
