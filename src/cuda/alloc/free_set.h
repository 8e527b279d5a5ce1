// Free blocks in order of size, then address: finds the smallest that fits, at the lowest address.
#pragma once

#include "cuda/alloc/block.h"

namespace vt::cuda::alloc {

/// A treap through HeapBlock::left and right; no call allocates or throws. Blocks keep their size while in the set.
class FreeSet {
 public:
  bool empty() const noexcept { return root_ == nullptr; }
  void insert(HeapBlock* block) noexcept;
  void erase(HeapBlock* block) noexcept;
  /// The best fit for `bytes`, or null; it stays in the set.
  HeapBlock* best_fit(size_t bytes) const noexcept;

 private:
  HeapBlock* root_ = nullptr;
};

/// The free blocks that `stream` may use at once. Lives as long as its pool.
struct Lane {
  Stream stream;
  Pool* pool = nullptr;
  FreeSet small;
  FreeSet large;

  FreeSet& of(const Segment& segment) noexcept { return segment.is_small ? small : large; }
};

}  // namespace vt::cuda::alloc
