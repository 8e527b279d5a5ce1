// The ring that bounds a profile.
#include "profiler/ring.h"

#include <doctest/doctest.h>

#include <memory>

using vt::profiler::Ring;

TEST_CASE("a ring keeps the latest, in order, and counts what went") {
  for (const int pushed : {0, 1, 4, 5, 6, 13}) {
    Ring<int> ring(5);
    for (int i = 0; i < pushed; ++i) ring.push(int{i});
    CHECK(ring.dropped() == static_cast<uint64_t>(pushed > 5 ? pushed - 5 : 0));
    const std::vector<int> kept = ring.take();
    REQUIRE(kept.size() == static_cast<size_t>(pushed < 5 ? pushed : 5));
    for (size_t i = 0; i < kept.size(); ++i)
      CHECK(kept[i] == pushed - static_cast<int>(kept.size()) + static_cast<int>(i));
    CHECK(ring.size() == 0);
  }
}

TEST_CASE("a ring of nothing counts everything") {
  Ring<int> ring;
  ring.push(1);
  ring.push(2);
  CHECK(ring.dropped() == 2);
  CHECK(ring.take().empty());
}

TEST_CASE("what is dropped is freed") {
  const auto alive = std::make_shared<int>(1);
  Ring<std::shared_ptr<int>> ring(3);
  for (int i = 0; i < 10; ++i) ring.push(std::shared_ptr<int>(alive));
  CHECK(alive.use_count() == 4);
}
