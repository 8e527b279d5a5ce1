#include "cuda/alloc/free_set.h"

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <vector>

using namespace vt::cuda::alloc;

TEST_CASE("a free set finds what an ordered set of sizes and addresses finds") {
  std::mt19937 random(7);
  std::vector<HeapBlock> blocks(400);
  for (size_t i = 0; i < blocks.size(); ++i) {
    blocks[i].data = reinterpret_cast<void*>((i + 1) * kGranule * 64);
    blocks[i].bytes = (1 + random() % 60) * kGranule;
  }
  FreeSet set;
  std::set<std::pair<size_t, void*>> reference;
  for (int i = 0; i < 20000; ++i) {
    HeapBlock& block = blocks[random() % blocks.size()];
    const std::pair key{block.bytes, block.data};
    if (reference.erase(key) == 1) {
      set.erase(&block);
    } else {
      reference.insert(key);
      set.insert(&block);
    }
    const size_t wanted = random() % (62 * kGranule);
    const auto expected = reference.lower_bound({wanted, nullptr});
    const HeapBlock* found = set.best_fit(wanted);
    REQUIRE((found != nullptr) == (expected != reference.end()));
    if (found != nullptr) REQUIRE(found->data == expected->second);
    REQUIRE(set.empty() == reference.empty());
  }
}
