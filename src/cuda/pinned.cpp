#include "cuda/pinned.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "core/error.h"
#include "cuda/capture.h"
#include "cuda/device_api.h"
#include "cuda/event.h"
#include "cuda/fault.h"

namespace vt::cuda {
namespace {

constexpr int kClasses = 64;  // block sizes are powers of two

struct PinnedBlock {
  void* data = nullptr;
  size_t bytes = 0;
  std::vector<Event> uses;
  int unmarked_use_on = -1;     // a device that may use it without an event that says until when
  PinnedBlock* next = nullptr;  // idle or waiting
};

// Runs a call to the driver and adds what it took to `time`.
template <class Call>
Status timed(HostMemoryStats::Time& time, Call call) {
  const auto begin = std::chrono::steady_clock::now();
  const Status status = call();
  const auto passed = std::chrono::steady_clock::now() - begin;
  const int64_t us = std::chrono::duration_cast<std::chrono::microseconds>(passed).count();
  time.min = time.count == 0 ? us : std::min(time.min, us);
  time.max = std::max(time.max, us);
  time.total += us;
  time.count++;
  return status;
}

bool succeeded(Status status) {
  if (status == Status::Success) return true;
  device_api().clear_error();
  return false;
}

// One cache for all devices, as page-locked memory is visible to all.
class Cache {
 public:
  Allocation allocate(size_t bytes);
  void deallocate(PinnedBlock* block) noexcept;
  void record(const void* data, Stream stream);
  void empty();
  void collect() noexcept;

  std::mutex mutex;  // everything
  HostMemoryStats stats;
  Cache* forgotten = nullptr;  // the one before it, whose memory belonged to another device API

 private:
  bool is_done(PinnedBlock& block) noexcept;
  void keep(PinnedBlock* block) noexcept;
  PinnedBlock* made(size_t bytes);
  void release_idle() noexcept;
  static int class_of(size_t bytes) { return std::bit_width(bytes) - 1; }

  std::map<const void*, PinnedBlock*> live_;  // by address, for look-up inside a block
  PinnedBlock* idle_[kClasses] = {};
  PinnedBlock* waiting_ = nullptr;  // freed, but copies may still use them
  std::vector<Event> events_;       // done, to be recorded again
};

// Moves the uses that are done to the spare events; true when none is left.
bool Cache::is_done(PinnedBlock& block) noexcept {
  const auto still_runs = [&](Event& event) {
    if (!succeeded(device_api().query(event.handle()))) return true;
    try {
      events_.push_back(std::move(event));
    } catch (const std::bad_alloc&) {  // the event is destroyed instead
    }
    return false;
  };
  const auto running = std::partition(block.uses.begin(), block.uses.end(), still_runs);
  block.uses.erase(running, block.uses.end());
  if (block.unmarked_use_on >= 0 && succeeded(device_api().synchronize(block.unmarked_use_on))) {
    block.unmarked_use_on = -1;
  }
  return block.uses.empty() && block.unmarked_use_on < 0;
}

void Cache::collect() noexcept {
  for (PinnedBlock** at = &waiting_; *at != nullptr;) {
    PinnedBlock* const block = *at;
    if (!is_done(*block)) {
      at = &block->next;
      continue;
    }
    *at = block->next;
    keep(block);
  }
}

void Cache::keep(PinnedBlock* block) noexcept {
  PinnedBlock*& idle = idle_[class_of(block->bytes)];
  block->next = idle;
  idle = block;
  stats.active_requests.decrease(1);
  stats.active_bytes.decrease(static_cast<int64_t>(block->bytes));
}

PinnedBlock* Cache::made(size_t bytes) {
  auto block = std::make_unique<PinnedBlock>();
  const auto call = [&] { return device_api().allocate_host(bytes, block->data); };
  Status status = timed(stats.host_alloc_time, call);
  if (status == Status::OutOfMemory) {
    device_api().clear_error();
    release_idle();
    status = timed(stats.host_alloc_time, call);
  }
  check(status, "pinned allocation");
  block->bytes = bytes;
  stats.num_host_alloc++;
  stats.allocations.increase(1);
  stats.allocated_bytes.increase(static_cast<int64_t>(bytes));
  return block.release();
}

Allocation Cache::allocate(size_t bytes) {
  const size_t rounded = std::bit_ceil(std::max(bytes, size_t{512}));
  std::lock_guard lock(mutex);
  collect();
  PinnedBlock*& idle = idle_[class_of(rounded)];
  if (idle == nullptr) {
    PinnedBlock* const fresh = made(rounded);
    fresh->next = idle;
    idle = fresh;
  }
  PinnedBlock* const block = idle;
  live_.emplace(block->data, block);
  idle = block->next;
  block->next = nullptr;
  stats.active_requests.increase(1);
  stats.active_bytes.increase(static_cast<int64_t>(rounded));
  return {block->data, block, nullptr};
}

void Cache::deallocate(PinnedBlock* block) noexcept {
  std::lock_guard lock(mutex);
  live_.erase(block->data);
  if (block->uses.empty() && block->unmarked_use_on < 0) return keep(block);
  block->next = waiting_;
  waiting_ = block;
}

void Cache::record(const void* data, Stream stream) {
  std::lock_guard lock(mutex);
  const auto after = live_.upper_bound(data);
  if (after == live_.begin()) return;
  PinnedBlock* const block = std::prev(after)->second;
  if (static_cast<const char*>(data) >= static_cast<const char*>(block->data) + block->bytes) return;
  (void)is_done(*block);  // keeps the list short for a buffer that is used over and over
  try {
    Event event;
    const auto spare =
        std::find_if(events_.begin(), events_.end(), [&](const Event& done) { return done.device() == stream.device; });
    if (spare != events_.end()) {
      event = std::move(*spare);
      events_.erase(spare);
    }
    event.record(stream);
    block->uses.push_back(std::move(event));
  } catch (...) {
    block->unmarked_use_on = stream.device;
    throw;
  }
}

// Blocks that the driver does not take back stay.
void Cache::release_idle() noexcept {
  for (PinnedBlock*& idle : idle_) {
    for (PinnedBlock** at = &idle; *at != nullptr;) {
      PinnedBlock* const block = *at;
      if (!succeeded(timed(stats.host_free_time, [&] { return device_api().free_host(block->data); }))) {
        at = &block->next;
        continue;
      }
      *at = block->next;
      stats.num_host_free++;
      stats.allocations.decrease(1);
      stats.allocated_bytes.decrease(static_cast<int64_t>(block->bytes));
      delete block;
    }
  }
}

void Cache::empty() {
  std::lock_guard lock(mutex);
  collect();
  release_idle();
}

// Never destroyed: tensors of static lifetime may come back after any destructor of ours.
std::atomic<Cache*> current{nullptr};
Cache* last_forgotten = nullptr;
[[maybe_unused]] const bool forgets_cache = on_device_api_change([] {
  Cache* const old = current.exchange(nullptr);
  if (old == nullptr) return;
  old->empty();
  old->forgotten = std::exchange(last_forgotten, old);
});

Cache& cache() {
  Cache* known = current.load(std::memory_order_acquire);
  if (known != nullptr) return *known;
  auto* fresh = new Cache;
  if (current.compare_exchange_strong(known, fresh)) return *fresh;
  delete fresh;
  return *known;
}

void free_pinned(void*, void* context, size_t) noexcept {
  if (!in_forked_child()) cache().deallocate(static_cast<PinnedBlock*>(context));
}

}  // namespace

Allocation allocate_pinned(size_t bytes) {
  if (bytes == 0) return {};
  ensure_available();
  refuse_under_capture("an allocation of pinned memory");
  VT_CHECK(bytes <= (size_t{1} << 62), OutOfMemory, "expected at most 2^62 bytes of pinned memory, got ", bytes);
  Allocation memory = cache().allocate(bytes);
  memory.free = &free_pinned;
  return memory;
}

void record_pinned_use(const void* data, Stream stream) { cache().record(data, stream); }

bool is_pinned(const void* data) {
  if (data == nullptr || !is_available()) return false;
  return device_api().is_page_locked(data);
}

void empty_pinned_cache() { cache().empty(); }

HostMemoryStats pinned_stats() {
  Cache& c = cache();
  std::lock_guard lock(c.mutex);
  if (!is_capturing()) c.collect();
  return c.stats;
}

void reset_pinned_peak_stats() {
  Cache& c = cache();
  std::lock_guard lock(c.mutex);
  for (Stat* stat : {&c.stats.allocations, &c.stats.allocated_bytes, &c.stats.active_requests, &c.stats.active_bytes}) {
    stat->reset_peak();
  }
}

void reset_pinned_accumulated_stats() {
  Cache& c = cache();
  std::lock_guard lock(c.mutex);
  for (Stat* stat : {&c.stats.allocations, &c.stats.allocated_bytes, &c.stats.active_requests, &c.stats.active_bytes}) {
    stat->reset_accumulated();
  }
  c.stats.num_host_alloc = c.stats.num_host_free = 0;
  c.stats.host_alloc_time = c.stats.host_free_time = {};
}

}  // namespace vt::cuda
