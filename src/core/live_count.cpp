#include "core/live_count.h"

#include <atomic>
#include <new>

#include "core/macros.h"

namespace vt {
namespace {

// Written by one thread at a time. Never deleted: the next thread goes on where an ended one stopped.
struct Place {
  std::atomic<int64_t> counts[kCountedKinds] = {};
  std::atomic<bool> taken{true};
  Place* next = nullptr;
};
std::atomic<Place*> g_places{nullptr};
Place g_shared;  // for what threads destroy while they end, and where there is no memory for a place

thread_local Place* t_place = nullptr;
thread_local bool t_ended = false;

Place* take_place() noexcept {
  for (Place* place = g_places.load(std::memory_order_acquire); place; place = place->next) {
    if (!place->taken.load(std::memory_order_relaxed) && !place->taken.exchange(true, std::memory_order_acquire)) {
      return place;
    }
  }
  auto* place = new (std::nothrow) Place;
  if (!place) return nullptr;
  place->next = g_places.load(std::memory_order_relaxed);
  while (!g_places.compare_exchange_weak(place->next, place, std::memory_order_release, std::memory_order_relaxed)) {
  }
  return place;
}

struct EndOfThread {
  ~EndOfThread() {
    t_place->taken.store(false, std::memory_order_release);
    t_place = nullptr;
    t_ended = true;
  }
};

VT_NOINLINE void count_without_place(Counted kind, int64_t change) noexcept {
  if (!t_ended) t_place = take_place();
  if (!t_place) {
    g_shared.counts[static_cast<int>(kind)].fetch_add(change, std::memory_order_relaxed);
    return;
  }
  static thread_local EndOfThread end;
  count_live(kind, change);
}

}  // namespace

void count_live(Counted kind, int64_t change) noexcept {
  Place* const place = t_place;
  if (VT_UNLIKELY(place == nullptr)) return count_without_place(kind, change);
  std::atomic<int64_t>& count = place->counts[static_cast<int>(kind)];
  count.store(count.load(std::memory_order_relaxed) + change, std::memory_order_relaxed);
}

int64_t live_count(Counted kind) noexcept {
  const auto i = static_cast<int>(kind);
  int64_t sum = g_shared.counts[i].load(std::memory_order_relaxed);
  for (const Place* place = g_places.load(std::memory_order_acquire); place; place = place->next) {
    sum += place->counts[i].load(std::memory_order_relaxed);
  }
  return sum;
}

}  // namespace vt
