// The caches of all threads of one allocator.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "cuda/alloc/thread_cache.h"

namespace vt::cuda::alloc {

/// Locks are taken in this order: a heap's mutex, `mutex`, a cache's lock.
struct CacheList {
  std::mutex mutex;
  HistoryOptions history;  // for caches made from now on
  std::vector<std::unique_ptr<ThreadCache>> caches;

  template <class Visit>
  void for_each(Visit visit) {
    std::lock_guard lock(mutex);
    for (const auto& cache : caches) {
      std::lock_guard cache_lock(cache->lock);
      visit(*cache);
    }
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
