#include "cuda/alloc/size_class.h"

#include <doctest/doctest.h>

using namespace vt::cuda;

TEST_CASE("a size class holds its bytes and wastes at most a quarter beyond the first kilobytes") {
  for (size_t bytes = 1; bytes <= kLargestCachedBlock; bytes += bytes < 5000 ? 1 : 331) {
    const int index = size_class(bytes);
    CAPTURE(bytes);
    REQUIRE(index >= 0);
    REQUIRE(index < kSizeClasses);
    const size_t size = size_of_class(index);
    REQUIRE(size >= bytes);
    REQUIRE(size % kSmallestBlock == 0);
    REQUIRE(size_class(size) == index);
    if (bytes > 4 * kSmallestBlock) REQUIRE(static_cast<double>(size - bytes) <= 0.25 * static_cast<double>(bytes));
  }
}

TEST_CASE("size classes grow") {
  for (int index = 1; index <= size_class(kLargestCachedBlock); ++index)
    CHECK(size_of_class(index) > size_of_class(index - 1));
}
