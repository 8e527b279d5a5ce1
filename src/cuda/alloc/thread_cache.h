// One thread's own stock of small free blocks, so that a hit takes no lock that another thread wants.
//
// Only small blocks of the shared pool are kept, by exact size and stream, at most kThreadCacheBytes per thread and
// stream. They count as free everywhere. Whoever is short of memory drains all caches, so nothing is refused because
// another thread sits on it. A cache outlives its thread: the next new thread adopts it.
#pragma once

#include <algorithm>
#include <bit>
#include <memory>
#include <vector>

#include "cuda/alloc/block.h"
#include "cuda/alloc/history.h"
#include "cuda/alloc/spin_lock.h"

namespace vt::cuda::alloc {

inline constexpr size_t kThreadCacheBytes = size_t{4} << 20;
/// Streams that a thread keeps blocks for; what it frees on more goes to the heap.
inline constexpr size_t kMaxShelves = 64;

/// What a thread's cache did on one device since the heap's statistics last heard of it. Changes of currents are
/// relative to that moment; peaks and troughs are the extremes of these changes.
struct Unpublished {
  struct Quantity {
    int64_t up = 0;
    int64_t down = 0;
    int64_t peak = 0;
    int64_t trough = 0;
    void increase(int64_t amount) noexcept {
      up += amount;
      peak = std::max(peak, up - down);
    }
    void decrease(int64_t amount) noexcept {
      down += amount;
      trough = std::min(trough, up - down);
    }
  };
  Quantity blocks;
  Quantity bytes;
  Quantity requested;
  int64_t hits = 0;

  bool empty() const noexcept { return blocks.up == 0 && blocks.down == 0; }
};

/// The stock of one stream: a list per size.
class Shelf {
 public:
  explicit Shelf(Stream stream) noexcept : stream_(stream) {}
  Stream stream() const noexcept { return stream_; }
  size_t bytes() const noexcept { return bytes_; }

  /// A block for a request of `bytes`, which is at most kSmallRequest; null if there is none.
  HeapBlock* take(size_t bytes) noexcept {
    HeapBlock*& list = lists_[index(bytes)];
    HeapBlock* const block = list;
    if (VT_LIKELY(block != nullptr)) {
      list = block->link;
      block->link = nullptr;
      bytes_ -= block->bytes;
    }
    return block;
  }
  void put(HeapBlock* block) noexcept {
    const size_t i = index(block->bytes);
    block->link = lists_[i];
    lists_[i] = block;
    touched_[i / 64] |= uint64_t{1} << (i % 64);
    bytes_ += block->bytes;
  }
  /// Calls `visit` with every block; none is left.
  template <class Visit>
  void empty(Visit visit) noexcept {
    bytes_ = 0;
    for (size_t word = 0; word < kLists / 64; ++word) {
      for (; touched_[word] != 0; touched_[word] &= touched_[word] - 1) {
        HeapBlock* block = lists_[word * 64 + static_cast<size_t>(std::countr_zero(touched_[word]))];
        lists_[word * 64 + static_cast<size_t>(std::countr_zero(touched_[word]))] = nullptr;
        while (block != nullptr) {
          HeapBlock* const next = block->link;
          block->link = nullptr;
          visit(block);
          block = next;
        }
      }
    }
  }

 private:
  static constexpr size_t kLists = kSmallRequest / kGranule;
  static size_t index(size_t bytes) noexcept { return (bytes - 1) / kGranule; }

  Stream stream_;
  size_t bytes_ = 0;
  uint64_t touched_[kLists / 64] = {};  // lists that may hold something
  HeapBlock* lists_[kLists] = {};
};

class ThreadCache {
 public:
  explicit ThreadCache(const HistoryOptions& history) noexcept : ring(history) {}

  /// The thread's shelf for a stream; null when there is none yet. Under `lock`.
  Shelf* shelf(Stream stream) noexcept {
    if (VT_LIKELY(last_ != nullptr && last_->stream() == stream)) return last_;
    return find(stream);
  }
  /// The same, made if there is none; null if there are kMaxShelves, or no memory for one.
  Shelf* make_shelf(Stream stream) noexcept;

  SpinLock lock;
  Ring ring;
  Unpublished unpublished[kMaxDevices];
  std::vector<std::unique_ptr<Shelf>> shelves;
  bool has_thread = true;  // under the allocator's lock of caches

 private:
  Shelf* find(Stream stream) noexcept;
  Shelf* last_ = nullptr;
};

/// A caching allocator as threads remember it: they hold its number and never look into one that is gone.
class CacheOwner {
 public:
  virtual ~CacheOwner() = default;
  /// Takes back the cache of a thread that ends.
  virtual void retire(ThreadCache* cache) noexcept = 0;
};

/// Numbers a new owner. forget_owner waits until no ending thread is in its retire.
uint64_t register_owner(CacheOwner* owner);
void forget_owner(uint64_t number) noexcept;

/// The calling thread's cache of that owner, null if it has none. One load when the same owner is asked again.
ThreadCache* known_thread_cache(uint64_t owner) noexcept;
/// Remembers it; false when the thread is ending or has no memory left, then it has to do without.
bool remember_thread_cache(uint64_t owner, ThreadCache* cache) noexcept;
/// True while the thread's destructors run.
bool is_thread_ending() noexcept;

}  // namespace vt::cuda::alloc
