// One thread's own stock of free blocks, so that a hit takes no lock that another thread wants.
//
// Only blocks of the shared pool are kept, by stream and by the size of the request that they served. They count as
// free everywhere. Small ones, up to kSmallStockBytes per stream, come from any thread. Large ones were handed out to
// the same thread, and there is no limit: a request that the stock has no exact fit for first merges them into the
// heap, so that it sees what it would see without a stock. Whoever is short of memory drains all caches, so nothing is
// refused because another thread sits on it. A cache outlives its thread: the next new thread adopts it.
#pragma once

#include <bit>
#include <memory>
#include <utility>
#include <vector>

#include "cuda/alloc/block.h"
#include "cuda/alloc/history.h"
#include "cuda/alloc/spin_lock.h"
#include "cuda/alloc/thread_state.h"
#include "cuda/alloc/unpublished.h"

namespace vt::cuda::alloc {

inline constexpr size_t kSmallStockBytes = size_t{4} << 20;
/// Streams that a thread keeps blocks for; what it frees on more goes to the heap.
inline constexpr size_t kMaxShelves = 64;

/// Calls `visit` with every block of a list that is linked by `link`, which is empty then.
template <class Visit>
void visit_list(HeapBlock*& list, Visit visit) noexcept {
  for (HeapBlock* block = std::exchange(list, nullptr); block != nullptr;) {
    HeapBlock* const next = std::exchange(block->link, nullptr);
    visit(block);
    block = next;
  }
}

/// Small blocks: a list per size.
class SmallStock {
 public:
  size_t bytes() const noexcept { return bytes_; }
  bool empty() const noexcept { return bytes_ == 0; }

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
  /// False if there is no room for it.
  bool put(HeapBlock* block) noexcept {
    if (VT_UNLIKELY(bytes_ + block->bytes > kSmallStockBytes)) return false;
    const size_t i = index(block->bytes);
    block->link = lists_[i];
    lists_[i] = block;
    touched_[i / 64] |= uint64_t{1} << (i % 64);
    bytes_ += block->bytes;
    return true;
  }
  /// Calls `visit` with every block; none is left.
  template <class Visit>
  void drain(Visit visit) noexcept {
    bytes_ = 0;
    for (size_t word = 0; word < kLists / 64; ++word) {
      for (; touched_[word] != 0; touched_[word] &= touched_[word] - 1) {
        visit_list(lists_[word * 64 + static_cast<size_t>(std::countr_zero(touched_[word]))], visit);
      }
    }
  }

 private:
  static constexpr size_t kLists = kSmallRequest / kGranule;
  static size_t index(size_t bytes) noexcept { return (bytes - 1) / kGranule; }

  size_t bytes_ = 0;
  uint64_t touched_[kLists / 64] = {};  // lists that may hold something
  HeapBlock* lists_[kLists] = {};
};

/// Large blocks: a hash table of lists, one per size of the requests that they served, in units of kGranule. (The
/// blocks may be larger than that by what was not worth cutting off.)
class LargeStock {
 public:
  bool empty() const noexcept { return count_ == 0; }

  /// A block that served a request of about `bytes`, which is more than kSmallRequest; null if there is none.
  HeapBlock* take(size_t bytes) noexcept {
    const size_t units = units_of(bytes);
    for (size_t i = slot_of(units); slots_[i].units != 0; i = (i + 1) % kSlots) {
      if (slots_[i].units != units) continue;
      HeapBlock* const block = slots_[i].list;
      if (VT_LIKELY(block != nullptr)) {
        slots_[i].list = block->link;
        block->link = nullptr;
        --count_;
      }
      return block;
    }
    return nullptr;
  }
  /// False if there are too many different sizes.
  bool put(HeapBlock* block) noexcept {
    const size_t units = units_of(block->requested);
    size_t i = slot_of(units);
    while (slots_[i].units != units) {
      if (slots_[i].units == 0) {
        if (VT_UNLIKELY(sizes_ == kMaxSizes)) return false;
        ++sizes_;
        slots_[i].units = units;
        break;
      }
      i = (i + 1) % kSlots;
    }
    block->link = slots_[i].list;
    slots_[i].list = block;
    ++count_;
    return true;
  }
  /// Calls `visit` with every block; none is left.
  template <class Visit>
  void drain(Visit visit) noexcept {
    count_ = sizes_ = 0;
    for (Slot& slot : slots_) {
      visit_list(slot.list, visit);
      slot.units = 0;
    }
  }

 private:
  static constexpr size_t kSlots = 256;
  static constexpr size_t kMaxSizes = kSlots * 3 / 4;  // so that searches end soon
  struct Slot {
    size_t units = 0;  // 0: not in use
    HeapBlock* list = nullptr;
  };
  static size_t units_of(size_t bytes) noexcept { return (bytes - 1) / kGranule + 1; }
  static size_t slot_of(size_t units) noexcept {
    return units * 0x9e3779b97f4a7c15u >> (64 - std::countr_zero(kSlots));
  }

  size_t count_ = 0;  // blocks
  size_t sizes_ = 0;  // slots in use
  Slot slots_[kSlots];
};

/// The stock of one stream.
struct Shelf {
  explicit Shelf(Stream stream) noexcept : stream(stream) {}
  bool empty() const noexcept { return small.empty() && large.empty(); }

  const Stream stream;
  SmallStock small;
  LargeStock large;
};

class ThreadCache {
 public:
  explicit ThreadCache(const HistoryOptions& history) noexcept : ring(history) {}

  /// The thread's shelf for a stream; null when there is none yet. Under `lock`.
  Shelf* shelf(Stream stream) noexcept {
    if (VT_LIKELY(last_ != nullptr && last_->stream == stream)) return last_;
    return find(stream);
  }
  /// Makes one for a stream that has none; null if there are kMaxShelves, or no memory for one.
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
ThreadCache* find_thread_cache(uint64_t owner) noexcept;
inline ThreadCache* known_thread_cache(uint64_t owner) noexcept {
  return VT_LIKELY(thread_state.cache_owner == owner) ? thread_state.cache : find_thread_cache(owner);
}
/// Remembers it; false when the thread is ending or has no memory left, then it has to do without.
bool remember_thread_cache(uint64_t owner, ThreadCache* cache) noexcept;
/// True while the thread's destructors run.
bool is_thread_ending() noexcept;

}  // namespace vt::cuda::alloc
