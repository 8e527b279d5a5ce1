#include "core/library.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "core/error.h"

using namespace vt;

TEST_CASE("a missing library says why in one sentence and names its variable") {
  setenv("VIBETENSOR_TEST_LIBRARY", "/nonexistent/folder", 1);
  Library library({.name = "Nothing",
                   .environment = "VIBETENSOR_TEST_LIBRARY",
                   .sonames = {"libnothing.so.1"},
                   .remedy = "the wheel of nothing"});
  CHECK_FALSE(library.available());
  const std::string reason = library.reason();
  CHECK(reason.find("Nothing was not found") != std::string::npos);
  CHECK(reason.find("VIBETENSOR_TEST_LIBRARY") != std::string::npos);
  CHECK(reason.ends_with(" or install the wheel of nothing."));
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
  Library library({.name = "The C library", .environment = "VIBETENSOR_TEST_UNSET", .sonames = {"libc.so.6"}});
  REQUIRE(library.available());
  CHECK(library.reason().empty());
  CHECK(library.function<int (*)(int)>("abs")(-3) == 3);
  CHECK(library.find("no_such_symbol_here") == nullptr);
  CHECK_THROWS_AS((void)library.symbol("no_such_symbol_here"), Error);
}
