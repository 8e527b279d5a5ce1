#include "core/live_count.h"

#include <atomic>
#include <mutex>
#include <unordered_set>

#include "core/macros.h"

namespace vt {
namespace {

struct Counts {
  std::atomic<int64_t> of[kCountedKinds] = {};
};

// Outlives every thread and static object that may still destroy a tensor.
struct AllCounts {
  std::mutex mutex;
  std::unordered_set<Counts*> threads;  // each written by its thread alone
  Counts shared;                        // of threads that have ended, and what they destroy while they end
};
AllCounts& all_counts() {
  static auto* all = new AllCounts;
  return *all;
}

thread_local Counts* t_counts = nullptr;
thread_local bool t_ended = false;

struct EndOfThread {
  ~EndOfThread() {
    AllCounts& all = all_counts();
    std::lock_guard lock(all.mutex);
    for (int i = 0; i < kCountedKinds; ++i) all.shared.of[i].fetch_add(t_counts->of[i].load());
    all.threads.erase(t_counts);
    delete t_counts;
    t_counts = nullptr;
    t_ended = true;
  }
};

VT_NOINLINE void count_first(Counted kind, int64_t change) {
  AllCounts& all = all_counts();
  if (t_ended) {
    all.shared.of[static_cast<int>(kind)].fetch_add(change, std::memory_order_relaxed);
    return;
  }
  auto* counts = new Counts;
  {
    std::lock_guard lock(all.mutex);
    all.threads.insert(counts);
  }
  t_counts = counts;
  static thread_local EndOfThread end;
  counts->of[static_cast<int>(kind)].store(change, std::memory_order_relaxed);
}

}  // namespace

void count_live(Counted kind, int64_t change) noexcept {
  Counts* const counts = t_counts;
  if (VT_UNLIKELY(counts == nullptr)) return count_first(kind, change);
  std::atomic<int64_t>& count = counts->of[static_cast<int>(kind)];
  count.store(count.load(std::memory_order_relaxed) + change, std::memory_order_relaxed);
}

int64_t live_count(Counted kind) {
  AllCounts& all = all_counts();
  std::lock_guard lock(all.mutex);
  int64_t sum = all.shared.of[static_cast<int>(kind)].load();
  for (const Counts* counts : all.threads) sum += counts->of[static_cast<int>(kind)].load(std::memory_order_relaxed);
  return sum;
}

}  // namespace vt
