#include <doctest/doctest.h>

#include "core/error.h"
#include "cuda/device.h"

using namespace vt;

TEST_CASE("availability and its reason agree") {
  CHECK(cuda::is_available() == cuda::unavailable_reason().empty());
  CHECK(cuda::is_available() == (cuda::device_count() > 0));
  if (!cuda::is_available()) {
    CHECK_THROWS_AS(cuda::ensure_available(), Error);
    CHECK_THROWS_AS((void)cuda::device_properties(0), Error);
  }
}
