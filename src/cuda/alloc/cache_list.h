// The caches of all threads of one allocator.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "cuda/alloc/thread_cache.h"

namespace vt::cuda::alloc {

/// Bytes that each of several threads may have handed out of its stock, or put there, before the statistics hear of it.
/// A thread that is alone publishes when somebody looks, and its peaks are exact.
inline constexpr int64_t kMostHidden = int64_t{4} << 20;

/// Locks are taken in this order: a heap's mutex, `mutex`, a cache's lock.
struct CacheList {
  std::mutex mutex;
  HistoryOptions history;  // for caches made from now on
  std::vector<std::unique_ptr<ThreadCache>> caches;
  std::atomic<int64_t> threads{0};  // that have one; changes under `mutex`

  template <class Visit>
  void for_each(Visit visit) {
    std::lock_guard lock(mutex);
    for (const auto& cache : caches) {
      std::lock_guard cache_lock(cache->lock);
      visit(*cache);
    }
  }

  /// True if the statistics have to hear of what a thread did by itself. Under the lock of its cache.
  bool is_too_much(const Unpublished& u) const noexcept {
    if (VT_LIKELY(threads.load(std::memory_order_relaxed) <= 1)) return false;
    const Amounts change = u.all();
    return std::max({change.bytes(), change.requested, -change.bytes(), -change.requested}) > kMostHidden;
  }
  bool any_thread() const noexcept { return threads.load(std::memory_order_relaxed) > 0; }
  /// By how much peaks may be too low or too high.
  int64_t most_hidden() {
    std::lock_guard lock(mutex);
    return caches.empty() ? 0 : static_cast<int64_t>(caches.size() - 1) * kMostHidden;
  }
};

/// Locks every cache for its scope.
class AllCachesLock {
 public:
  explicit AllCachesLock(CacheList& list) : list_(list), lock_(list.mutex) {
    for (const auto& cache : list_.caches) cache->lock.lock();
  }
  ~AllCachesLock() {
    for (const auto& cache : list_.caches) cache->lock.unlock();
  }
  AllCachesLock(const AllCachesLock&) = delete;
  AllCachesLock& operator=(const AllCachesLock&) = delete;

 private:
  CacheList& list_;
  std::lock_guard<std::mutex> lock_;
};

}  // namespace vt::cuda::alloc
