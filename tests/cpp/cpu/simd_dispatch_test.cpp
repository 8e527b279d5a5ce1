#include "cpu/simd_dispatch.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <string>

#include "cpu/amx.h"

using namespace vt;

namespace {
int two(int x) { return x + 2; }
int three(int x) { return x + 3; }
int four(int x) { return x + 4; }
}  // namespace

TEST_CASE("the picked function is the machine's level") {
  const int expected = static_cast<int>(simd_level()) + 2;
  CHECK(pick_simd(&two, &three, &four)(10) == 10 + expected);
  if (simd_has_bf16()) CHECK(simd_level() == SimdLevel::v4);
  if (amx_has_bf16()) CHECK((simd_has_bf16() && !std::getenv("VIBETENSOR_SIMD")));
}

TEST_CASE("VIBETENSOR_SIMD lowers the level in a fresh process") {
  if (const char* wanted = std::getenv("VIBETENSOR_SIMD")) {
    if (std::string(wanted) == "v2") CHECK(simd_level() == SimdLevel::v2);
    if (std::string(wanted) == "v3") CHECK(simd_level() <= SimdLevel::v3);
    return;
  }
  for (const char* level : {"v2", "v3"}) {
    const std::string command =
        std::string("VIBETENSOR_SIMD=") + level + " /proc/" + std::to_string(getpid()) + "/exe > /dev/null";
    CHECK(std::system(command.c_str()) == 0);
  }
}
