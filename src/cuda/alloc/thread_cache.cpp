#include "cuda/alloc/thread_cache.h"

#include <mutex>
#include <new>
#include <unordered_map>

#include "cuda/alloc/thread_state.h"

namespace vt::cuda::alloc {

constinit thread_local ThreadState thread_state;

namespace {

struct Owners {
  std::mutex mutex;
  uint64_t last = 0;
  std::unordered_map<uint64_t, CacheOwner*> alive;
};

Owners& owners() {
  static auto* instance = new Owners;
  return *instance;
}

// Every owner's cache of this thread; hands them back when the thread ends.
struct ThreadCaches {
  struct Entry {
    uint64_t owner;
    ThreadCache* cache;
  };
  std::vector<Entry> entries;

  ~ThreadCaches() {
    thread_state.is_ending = true;
    thread_state.cache_owner = 0;
    Owners& all = owners();
    std::lock_guard lock(all.mutex);
    for (const Entry& entry : entries) {
      const auto found = all.alive.find(entry.owner);
      if (found != all.alive.end()) found->second->retire(entry.cache);
    }
  }
};
thread_local ThreadCaches thread_caches;

}  // namespace

Shelf* ThreadCache::find(Stream stream) noexcept {
  for (const auto& known : shelves) {
    if (known->stream == stream) return last_ = known.get();
  }
  return nullptr;
}

Shelf* ThreadCache::make_shelf(Stream stream) noexcept {
  if (shelves.size() == kMaxShelves) return nullptr;
  try {
    shelves.push_back(std::make_unique<Shelf>(stream));
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  return last_ = shelves.back().get();
}

uint64_t register_owner(CacheOwner* owner) {
  Owners& all = owners();
  std::lock_guard lock(all.mutex);
  all.alive.emplace(all.last + 1, owner);
  return ++all.last;
}

void forget_owner(uint64_t number) noexcept {
  Owners& all = owners();
  std::lock_guard lock(all.mutex);
  all.alive.erase(number);
}

VT_NOINLINE ThreadCache* find_thread_cache(uint64_t owner) noexcept {
  if (thread_state.is_ending) return nullptr;
  for (const auto& entry : thread_caches.entries) {
    if (entry.owner != owner) continue;
    thread_state.cache_owner = owner;
    thread_state.cache = entry.cache;
    return entry.cache;
  }
  return nullptr;
}

bool remember_thread_cache(uint64_t owner, ThreadCache* cache) noexcept {
  if (thread_state.is_ending) return false;
  try {
    Owners& all = owners();
    std::lock_guard lock(all.mutex);
    std::erase_if(thread_caches.entries, [&](const auto& entry) { return !all.alive.contains(entry.owner); });
    thread_caches.entries.push_back({owner, cache});
  } catch (const std::bad_alloc&) {
    return false;
  }
  thread_state.cache_owner = owner;
  thread_state.cache = cache;
  return true;
}

bool is_thread_ending() noexcept { return thread_state.is_ending; }

}  // namespace vt::cuda::alloc
