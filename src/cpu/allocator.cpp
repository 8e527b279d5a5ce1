#include "cpu/allocator.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>

#include "core/error.h"

#if defined(__SANITIZE_ADDRESS__)
#define VT_CPU_CACHE 0  // every block from malloc, so that the sanitizer sees its end
#else
#define VT_CPU_CACHE 1
#endif

namespace vt {
namespace {

constexpr size_t kLargest = size_t{1} << 40;  // 1 TiB in one block
constexpr int kNumClasses = 160;
constexpr int kNumSmallClasses = 40;  // up to 128 KiB a block may wait on its thread's list
constexpr size_t kThreadListBytes = 512 << 10;
constexpr size_t kHugePage = 2 << 20;
constexpr int64_t kFlushBytes = 1 << 20;

struct FreeBlock {
  FreeBlock* next;
};

struct FreeList {
  FreeBlock* head = nullptr;
  uint32_t count = 0;

  void push(void* block) {
    auto* free_block = static_cast<FreeBlock*>(block);
    free_block->next = head;
    head = free_block;
    ++count;
  }
  void* pop() {
    FreeBlock* block = head;
    if (block) {
      head = block->next;
      --count;
    }
    return block;
  }
};

size_t machine_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  return pages > 0 && page > 0 ? static_cast<size_t>(pages) * static_cast<size_t>(page) : size_t{1} << 32;
}

void* system_allocate(size_t bytes) {
  const bool huge = bytes >= 2 * kHugePage;
  void* data = nullptr;
  if (posix_memalign(&data, huge ? kHugePage : kCpuAlignment, bytes) != 0) return nullptr;
  if (huge)
    madvise(data, bytes / kHugePage * kHugePage, MADV_HUGEPAGE);  // a hint: faults and TLB misses cost 500x less
  return data;
}

// Shared by all threads: blocks too large for a thread's list, or more than it keeps.
struct Shared {
  std::mutex mutex;
  FreeList lists[kNumClasses];
  size_t cached = 0;
  size_t limit = machine_memory() / 4;
  std::atomic<int64_t> allocated{0};
  std::atomic<int64_t> peak{0};

  void* take(int size_class) {
    std::lock_guard lock(mutex);
    void* block = lists[size_class].pop();
    if (block) cached -= detail::cpu_class_bytes(size_class);
    return block;
  }

  void give(int size_class, void* block) {
    const size_t bytes = detail::cpu_class_bytes(size_class);
    {
      std::lock_guard lock(mutex);
      if (cached + bytes <= limit) {
        lists[size_class].push(block);
        cached += bytes;
        return;
      }
    }
    std::free(block);
  }

  // Largest blocks first: they give most back per call.
  void trim(size_t target) {
    std::lock_guard lock(mutex);
    for (int size_class = kNumClasses - 1; size_class >= 0 && cached > target; --size_class) {
      const size_t bytes = detail::cpu_class_bytes(size_class);
      while (cached > target) {
        void* block = lists[size_class].pop();
        if (!block) break;
        cached -= bytes;
        std::free(block);
      }
    }
  }

  void add_allocated(int64_t delta) {
    const int64_t now = allocated.fetch_add(delta, std::memory_order_relaxed) + delta;
    int64_t seen = peak.load(std::memory_order_relaxed);
    while (now > seen && !peak.compare_exchange_weak(seen, now, std::memory_order_relaxed)) {
    }
  }
};

Shared& shared() {
  static auto* instance = new Shared;  // never destroyed: tensors may outlive static destructors
  return *instance;
}

// fork() waits until no thread is in a list, or the child would inherit a lock that nobody releases.
[[maybe_unused]] const int g_fork_handlers =
    pthread_atfork([] { shared().mutex.lock(); }, [] { shared().mutex.unlock(); }, [] { shared().mutex.unlock(); });

// One thread's front: lists of small blocks, and what it handed out since it last told the shared counter.
struct ThreadCache {
  FreeList lists[kNumSmallClasses];
  // Written by the owner alone, read by cpu_memory_stats.
  std::atomic<int64_t> unreported{0};
  ThreadCache* next = nullptr;
  ThreadCache* previous = nullptr;

  void count(int64_t delta) {
    const int64_t now = unreported.load(std::memory_order_relaxed) + delta;
    if (VT_UNLIKELY(now > kFlushBytes || now < -kFlushBytes)) {
      unreported.store(0, std::memory_order_relaxed);
      shared().add_allocated(now);
    } else {
      unreported.store(now, std::memory_order_relaxed);
    }
  }

  void flush() {
    for (int size_class = 0; size_class < kNumSmallClasses; ++size_class) {
      while (void* block = lists[size_class].pop()) shared().give(size_class, block);
    }
  }
};

std::mutex& registry_mutex() {
  static auto* mutex = new std::mutex;
  return *mutex;
}
ThreadCache* g_caches = nullptr;  // under registry_mutex

// The pointer is plain so that a hit costs no guard; the owner beside it runs at thread exit. Code that runs later
// still (other thread_local destructors) finds `ended` and goes to the shared lists.
enum class CacheState : uint8_t { Unborn, Alive, Ended };
thread_local ThreadCache* t_cache = nullptr;
thread_local CacheState t_state = CacheState::Unborn;

struct CacheOwner {
  ThreadCache* cache = nullptr;
  ~CacheOwner() {
    t_cache = nullptr;
    t_state = CacheState::Ended;
    if (!cache) return;
    cache->flush();
    {
      std::lock_guard lock(registry_mutex());
      (cache->previous ? cache->previous->next : g_caches) = cache->next;
      if (cache->next) cache->next->previous = cache->previous;
      shared().add_allocated(cache->unreported.load(std::memory_order_relaxed));
    }
    delete cache;
  }
};
thread_local CacheOwner t_owner;

VT_NOINLINE ThreadCache* make_cache() {
  if (t_state != CacheState::Unborn) return nullptr;
  auto* cache = new (std::nothrow) ThreadCache;
  if (!cache) return nullptr;
  {
    std::lock_guard lock(registry_mutex());
    cache->next = g_caches;
    if (g_caches) g_caches->previous = cache;
    g_caches = cache;
  }
  t_owner.cache = cache;
  t_state = CacheState::Alive;
  return t_cache = cache;
}

ThreadCache* thread_cache() {
  ThreadCache* cache = t_cache;
  return VT_LIKELY(cache != nullptr) ? cache : make_cache();
}

void count_allocated(int64_t delta) {
  if (ThreadCache* cache = thread_cache()) cache->count(delta);
  else shared().add_allocated(delta);
}

VT_NOINLINE void* allocate_slow(size_t bytes, int size_class) {
  const size_t rounded = detail::cpu_class_bytes(size_class);
  void* block = VT_CPU_CACHE ? shared().take(size_class) : nullptr;
  if (!block) block = system_allocate(rounded);
  if (!block) {
    cpu_empty_cache();
    block = system_allocate(rounded);
  }
  if (!block) {
    const CpuMemoryStats stats = cpu_memory_stats();
    VT_THROW(OutOfMemory, "cannot allocate ", bytes, " bytes on the CPU: ", stats.allocated_bytes,
             " bytes are in use by tensors and the system has no more to give");
  }
  count_allocated(static_cast<int64_t>(rounded));
  return block;
}

VT_NOINLINE void deallocate_slow(void* data, int size_class) noexcept {
  count_allocated(-static_cast<int64_t>(detail::cpu_class_bytes(size_class)));
  if (VT_CPU_CACHE) shared().give(size_class, data);
  else std::free(data);
}

}  // namespace

namespace detail {

int cpu_size_class(size_t bytes) {
  if (bytes <= 256) return bytes == 0 ? 0 : static_cast<int>((bytes - 1) / 64);  // 64, 128, 192, 256
  const int log = 63 - __builtin_clzll(bytes - 1);                               // 2^log < bytes <= 2^(log + 1)
  const int step = static_cast<int>(((bytes - 1) >> (log - 2)) & 3);
  return (log - 8) * 4 + step + 4;
}

size_t cpu_class_bytes(int size_class) {
  if (size_class < 4) return static_cast<size_t>(size_class + 1) * 64;
  const int log = (size_class - 4) / 4 + 8;
  const size_t step = static_cast<size_t>((size_class - 4) % 4 + 1);
  return (size_t{1} << log) + (step << (log - 2));
}

}  // namespace detail

void* cpu_allocate(size_t bytes) {
  VT_CHECK(bytes <= kLargest, OutOfMemory, "cannot allocate ", bytes, " bytes on the CPU");
  const int size_class = detail::cpu_size_class(bytes);
  if (VT_CPU_CACHE && size_class < kNumSmallClasses) {
    if (ThreadCache* cache = thread_cache()) {
      if (void* block = cache->lists[size_class].pop()) {
        cache->count(static_cast<int64_t>(detail::cpu_class_bytes(size_class)));
        return block;
      }
    }
  }
  return allocate_slow(bytes, size_class);
}

void cpu_deallocate(void* data, size_t bytes) noexcept {
  if (!data) return;
  const int size_class = detail::cpu_size_class(bytes);
  if (VT_CPU_CACHE && size_class < kNumSmallClasses) {
    const size_t rounded = detail::cpu_class_bytes(size_class);
    ThreadCache* cache = thread_cache();
    if (cache && (cache->lists[size_class].count + 1) * rounded <= kThreadListBytes) {
      cache->lists[size_class].push(data);
      cache->count(-static_cast<int64_t>(rounded));
      return;
    }
  }
  deallocate_slow(data, size_class);
}

void cpu_empty_cache() noexcept {
  if (ThreadCache* cache = t_cache) cache->flush();
  shared().trim(0);
}

void cpu_set_cache_limit(size_t bytes) noexcept {
  {
    std::lock_guard lock(shared().mutex);
    shared().limit = bytes;
  }
  shared().trim(bytes);
}

CpuMemoryStats cpu_memory_stats() noexcept {
  int64_t allocated;
  {
    std::lock_guard lock(registry_mutex());
    allocated = shared().allocated.load(std::memory_order_relaxed);
    for (ThreadCache* cache = g_caches; cache; cache = cache->next) {
      allocated += cache->unreported.load(std::memory_order_relaxed);
    }
  }
  const int64_t peak = std::max(shared().peak.load(std::memory_order_relaxed), allocated);
  std::lock_guard lock(shared().mutex);
  return {allocated, peak, static_cast<int64_t>(shared().cached)};
}

void cpu_reset_peak_memory() noexcept {
  shared().peak.store(cpu_memory_stats().allocated_bytes, std::memory_order_relaxed);
}

}  // namespace vt
