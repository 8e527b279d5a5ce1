#include "core/build_info.h"

#include <doctest/doctest.h>

#include <string>

TEST_CASE("build info names the version, the compilers and the architectures") {
  const vt::BuildInfo& info = vt::build_info();
  CHECK(std::string(info.version).find('.') != std::string::npos);
  CHECK(std::string(info.compiler).find(' ') != std::string::npos);
  CHECK(std::string(info.cuda_compiler).find("NVIDIA") == 0);
  CHECK(std::string(info.cuda_archs).find_first_of("0123456789") == 0);
}
