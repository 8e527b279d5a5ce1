#include "cuda/library.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "core/error.h"
#include "cuda/device.h"

using namespace vt;

TEST_CASE("a missing library says why in one sentence and names its variable") {
  setenv("VIBETENSOR_TEST_LIBRARY", "/nonexistent/folder", 1);
  cuda::Library library("Nothing", "VIBETENSOR_TEST_LIBRARY", {"libnothing.so.1"}, {"nothing/lib"});
  CHECK_FALSE(library.available());
  const std::string reason = library.reason();
  CHECK(reason.find("Nothing was not found") != std::string::npos);
  CHECK(reason.find("VIBETENSOR_TEST_LIBRARY") != std::string::npos);
  CHECK(reason.find('\n') == std::string::npos);
  CHECK(library.find("anything") == nullptr);
  try {
    (void)library.symbol("anything");
    FAIL("expected an error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::Runtime);
    CHECK(error.message() == reason);
  }
}

TEST_CASE("a library that is loaded already is found, and its symbols") {
  cuda::Library library("The C library", "VIBETENSOR_TEST_UNSET", {"libc.so.6"}, {});
  REQUIRE(library.available());
  CHECK(library.reason().empty());
  CHECK(library.function<int (*)(int)>("abs")(-3) == 3);
  CHECK(library.find("no_such_symbol_here") == nullptr);
  CHECK_THROWS_AS((void)library.symbol("no_such_symbol_here"), Error);
}

TEST_CASE("availability and its reason agree") {
  CHECK(cuda::is_available() == cuda::unavailable_reason().empty());
  CHECK(cuda::is_available() == (cuda::device_count() > 0));
  if (!cuda::is_available()) {
    CHECK_THROWS_AS(cuda::ensure_available(), Error);
    CHECK_THROWS_AS((void)cuda::device_properties(0), Error);
  }
}
