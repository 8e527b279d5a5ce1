#include "cuda/alloc/free_set.h"

namespace vt::cuda::alloc {
namespace {

bool is_before(const HeapBlock* a, const HeapBlock* b) {
  return a->bytes != b->bytes ? a->bytes < b->bytes : a->data < b->data;
}

// Parents have higher ranks than their children; a hash of the address makes the tree as flat as a random one.
uint64_t rank(const HeapBlock* block) {
  return (reinterpret_cast<uintptr_t>(block->data) / kGranule) * 0x9e3779b97f4a7c15u;
}

}  // namespace

void FreeSet::insert(HeapBlock* block) noexcept {
  HeapBlock** at = &root_;
  const uint64_t own = rank(block);
  while (*at != nullptr && rank(*at) >= own) at = is_before(block, *at) ? &(*at)->left : &(*at)->right;
  // What was here is divided into the blocks before and after the new one.
  HeapBlock* rest = *at;
  HeapBlock** before = &block->left;
  HeapBlock** after = &block->right;
  while (rest != nullptr) {
    if (is_before(rest, block)) {
      *before = rest;
      before = &rest->right;
      rest = rest->right;
    } else {
      *after = rest;
      after = &rest->left;
      rest = rest->left;
    }
  }
  *before = nullptr;
  *after = nullptr;
  *at = block;
}

void FreeSet::erase(HeapBlock* block) noexcept {
  HeapBlock** at = &root_;
  while (*at != block) at = is_before(block, *at) ? &(*at)->left : &(*at)->right;
  HeapBlock* before = block->left;
  HeapBlock* after = block->right;
  while (before != nullptr && after != nullptr) {
    if (rank(before) >= rank(after)) {
      *at = before;
      at = &before->right;
      before = before->right;
    } else {
      *at = after;
      at = &after->left;
      after = after->left;
    }
  }
  *at = before != nullptr ? before : after;
  block->left = block->right = nullptr;
}

HeapBlock* FreeSet::best_fit(size_t bytes) const noexcept {
  HeapBlock* best = nullptr;
  for (HeapBlock* block = root_; block != nullptr;) {
    if (block->bytes >= bytes) {
      best = block;
      block = block->left;
    } else {
      block = block->right;
    }
  }
  return best;
}

}  // namespace vt::cuda::alloc
