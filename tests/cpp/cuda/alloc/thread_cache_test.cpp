#include "cuda/alloc/thread_cache.h"

#include <doctest/doctest.h>

#include <random>
#include <set>

using namespace vt::cuda;
using namespace vt::cuda::alloc;

namespace {

constexpr size_t kMiB = size_t{1} << 20;

void serve(HeapBlock& block, size_t requested) {
  block.requested = requested;
  block.bytes = round_up(requested, kGranule);
}

}  // namespace

TEST_CASE("the stock of large blocks finds exactly the sizes that it has, the youngest first") {
  LargeStock stock;
  std::mt19937 random(1);
  std::vector<HeapBlock> blocks(500);
  std::multiset<size_t> sizes;
  for (HeapBlock& block : blocks) {
    serve(block, kMiB + 1 + random() % 100 * 512 + random() % 512);
    REQUIRE(stock.put(&block));
    sizes.insert(block.bytes);
  }
  for (int i = 0; i < 2000; ++i) {
    const size_t bytes = kMiB + 1 + random() % 100 * 512 + random() % 512;
    HeapBlock* const block = stock.take(bytes);
    REQUIRE((block != nullptr) == sizes.contains(round_up(bytes, kGranule)));
    if (block == nullptr) continue;
    REQUIRE(block->bytes == round_up(bytes, kGranule));
    REQUIRE(block->link == nullptr);
    sizes.erase(sizes.find(block->bytes));
  }
  size_t left = 0;
  stock.drain([&](HeapBlock*) { ++left; });
  CHECK(left == sizes.size());
  CHECK(stock.empty());

  HeapBlock older, younger;
  serve(older, 3 * kMiB);
  serve(younger, 3 * kMiB - 5);
  REQUIRE(stock.put(&older));
  REQUIRE(stock.put(&younger));
  CHECK(stock.take(3 * kMiB - 511) == &younger);
  CHECK(stock.take(3 * kMiB) == &older);
  CHECK(stock.take(3 * kMiB) == nullptr);
  CHECK(stock.take(SIZE_MAX) == nullptr);
}

TEST_CASE("the stock of large blocks takes only so many sizes until it is drained") {
  LargeStock stock;
  std::vector<HeapBlock> blocks(1000);
  size_t taken = 0;
  for (HeapBlock& block : blocks) {
    serve(block, kMiB + ++taken * 4096);
    if (!stock.put(&block)) break;
  }
  CHECK(taken > 100);
  CHECK(taken < 256);
  HeapBlock known;
  serve(known, kMiB + 4096);
  CHECK(stock.put(&known));  // of a size that it has
  stock.drain([](HeapBlock*) {});
  CHECK(stock.put(&blocks[taken - 1]));
}

TEST_CASE("the stock of small blocks is limited in bytes") {
  SmallStock stock;
  std::vector<HeapBlock> blocks(5);
  for (HeapBlock& block : blocks) serve(block, kMiB);
  for (int i = 0; i < 4; ++i) CHECK(stock.put(&blocks[i]));
  CHECK(stock.bytes() == kSmallStockBytes);
  CHECK_FALSE(stock.put(&blocks[4]));
  CHECK(stock.take(kMiB) == &blocks[3]);
  CHECK(stock.put(&blocks[4]));
  size_t left = 0;
  stock.drain([&](HeapBlock*) { ++left; });
  CHECK(left == 4);
  CHECK(stock.empty());
}
