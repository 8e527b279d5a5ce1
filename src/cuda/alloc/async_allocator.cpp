#include "cuda/alloc/async_allocator.h"

#include <algorithm>
#include <new>
#include <utility>

#include "core/error.h"
#include "cuda/alloc/callbacks.h"
#include "cuda/device_api.h"
#include "cuda/fault.h"

namespace vt::cuda {
namespace {

void add(Stat& to, const Stat& stat) {
  to.current += stat.current;
  to.peak += stat.peak;
  to.allocated += stat.allocated;
  to.freed += stat.freed;
}

// What the pools have taken from the driver, and their blocks that wait; what is handed out is counted already.
void add_pools(MemoryStats& stats, const MemoryStats& pools) {
  add(stats.reserved_bytes.all, pools.reserved_bytes.all);
  stats.segment = pools.segment;
  stats.inactive_split = pools.inactive_split;
  stats.inactive_split_bytes = pools.inactive_split_bytes;
  const auto add_waiting = [](Stat& active, int64_t waiting) {
    active.current += waiting;
    active.peak = std::max(active.peak, active.current);
  };
  add_waiting(stats.active.all, pools.active.all.current - pools.allocation.all.current);
  add_waiting(stats.active_bytes.all, pools.active_bytes.all.current - pools.allocated_bytes.all.current);
  stats.cached_bytes += pools.cached_bytes;
  stats.pending_blocks += pools.pending_blocks;
  stats.num_ooms += pools.num_ooms;
  stats.num_alloc_retries += pools.num_alloc_retries;
  stats.num_device_alloc += pools.num_device_alloc;
  stats.num_device_free += pools.num_device_free;
}

// Runs them without the lock; how many there were.
int run_callbacks(std::unique_lock<std::mutex>& lock, const OutOfMemoryEvent& event, bool before_error) {
  struct Relock {
    std::unique_lock<std::mutex>& lock;
    ~Relock() { lock.lock(); }
  } relock{lock};
  lock.unlock();
  return alloc::run_out_of_memory_callbacks(event, before_error);
}

std::string mebibytes(size_t bytes) { return detail::concat(static_cast<double>(bytes) / (1 << 20), " MiB"); }

}  // namespace

AsyncAllocator::AsyncAllocator() : devices_(std::make_unique<DeviceState[]>(kMaxDevices)), pools_(options_of_pools()) {}

CachingOptions AsyncAllocator::options_of_pools() {
  CachingOptions options;
  options.thread_cache = false;  // which is for the shared pool
  options.history.enabled = false;
  options.reclaim = [this](int device) {
    DeviceState& state = devices_[device];
    std::lock_guard lock(state.mutex);
    if (state.captures > 0 || !state.configured) return false;
    give_up_cache(state, device);
    return true;
  };
  return options;
}

AsyncAllocator::~AsyncAllocator() {
  for (int device = 0; device < kMaxDevices; ++device) {
    DeviceState& state = devices_[device];
    state.captures = 0;
    try {
      reap(state, true);
    } catch (const Error&) {  // a broken device keeps the memory
    }
    empty_lists(state);
  }
}

Block* AsyncAllocator::allocate(size_t bytes, Stream stream) {
  VT_ASSERT(bytes > 0);
  DeviceState& state = devices_[stream.device];
  if (VT_UNLIKELY(!thread_pool(stream.device).is_shared())) return allocate_in_pool(state, bytes, stream);
  std::unique_lock lock(state.mutex);
  const bool may_have_done = !state.pending.empty() || state.deferred != nullptr;
  if (VT_UNLIKELY(may_have_done && state.captures == 0)) reap(state, false);

  const bool small = bytes <= kLargestCachedBlock;
  const int index = small ? size_class(bytes) : -1;
  AsyncBlock* block = nullptr;
  if (small) {
    auto& head = state.lists[stream.handle][index];
    if (head != nullptr) {
      block = head;
      head = block->next;
      state.stats.cache_hits++;
      state.stats.cached_bytes -= static_cast<int64_t>(block->bytes);
    }
  }
  if (block == nullptr) {
    // A request near SIZE_MAX must not wrap around when it is rounded.
    const size_t rounded = small ? size_of_class(index) : bytes > SIZE_MAX - 512 ? bytes : (bytes + 511) / 512 * 512;
    block = take_spare(state);
    try {
      block->data = allocate_from_driver(state, lock, rounded, stream, bytes);
    } catch (...) {
      put_spare(state, block);
      throw;
    }
    block->bytes = rounded;
    block->stream = stream;
  }
  block->next = nullptr;
  block->requested = bytes;
  count_handed_out(state, *block);
  return block;
}

Block* AsyncAllocator::allocate_in_pool(DeviceState& state, size_t bytes, Stream stream) {
  Block* const pooled = pools_.allocate(bytes, stream);
  std::lock_guard lock(state.mutex);
  AsyncBlock* block = nullptr;
  try {
    block = take_spare(state);
  } catch (const std::bad_alloc&) {
    pools_.deallocate(pooled);
    throw;
  }
  static_cast<Block&>(*block) = *pooled;
  block->pooled = pooled;
  count_handed_out(state, *block);
  return block;
}

AsyncAllocator::AsyncBlock* AsyncAllocator::take_spare(DeviceState& state) {
  if (state.spare == nullptr) {
    state.slabs.push_back(std::make_unique<AsyncBlock[]>(kSlab));
    for (size_t i = 0; i < kSlab; ++i) put_spare(state, &state.slabs.back()[i]);
  }
  AsyncBlock* const block = std::exchange(state.spare, state.spare->next);
  *block = {};
  return block;
}

void AsyncAllocator::put_spare(DeviceState& state, AsyncBlock* block) noexcept {
  block->next = state.spare;
  state.spare = block;
}

void AsyncAllocator::count_handed_out(DeviceState& state, const AsyncBlock& block) noexcept {
  MemoryStats& stats = state.stats;
  stats.allocation.all.increase(1);
  stats.active.all.increase(1);
  stats.allocated_bytes.all.increase(static_cast<int64_t>(block.bytes));
  stats.active_bytes.all.increase(static_cast<int64_t>(block.bytes));
  stats.requested_bytes.all.increase(static_cast<int64_t>(block.requested));
}

// What the driver keeps for us becomes memory that cudaMalloc can give.
void AsyncAllocator::give_up_cache(DeviceState& state, int device) {
  reap(state, true);
  empty_lists(state);
  check(device_api().synchronize(device), "device synchronisation");
  check(device_api().trim_pool(device), "memory release");
}

void* AsyncAllocator::allocate_from_driver(DeviceState& state, std::unique_lock<std::mutex>& lock, size_t bytes,
                                           Stream stream, size_t requested) {
  DeviceApi& api = device_api();
  void* data = nullptr;
  Status status = api.allocate_async(stream, bytes, data);
  state.configured = true;
  const auto retry = [&] {
    api.clear_error();
    state.stats.num_alloc_retries++;
    if (state.captures == 0) give_up_cache(state, stream.device);
    status = api.allocate_async(stream, bytes, data);
  };
  if (status == Status::OutOfMemory && state.captures == 0) retry();
  if (status == Status::OutOfMemory) {
    api.clear_error();
    size_t free_bytes = 0, total_bytes = 0, reserved = 0, most = 0;
    check(api.memory_info(stream.device, free_bytes, total_bytes), "memory query");
    check(api.pool_reserved(stream.device, reserved, most), "memory query");
    const auto allocated = static_cast<size_t>(state.stats.allocated_bytes.all.current);
    const OutOfMemoryEvent event{stream.device, requested, allocated, free_bytes};
    if (run_callbacks(lock, event, /*before_error=*/true) > 0) retry();
    if (status == Status::OutOfMemory) {
      api.clear_error();
      state.stats.num_ooms++;
      run_callbacks(lock, event, /*before_error=*/false);
      VT_THROW(OutOfMemory, "CUDA out of memory: tried to allocate ", mebibytes(requested), " on cuda:", stream.device,
               ", which has ", mebibytes(total_bytes), " in total and ", mebibytes(free_bytes), " free; ",
               mebibytes(allocated), " are held by tensors and ", mebibytes(reserved),
               " reserved by the pool; try a smaller batch or delete tensors that are no longer used");
    }
  }
  check(status, "allocation");
  return data;
}

void AsyncAllocator::deallocate(Block* handed_out) noexcept {
  if (handed_out == nullptr || in_forked_child()) return;
  auto* block = static_cast<AsyncBlock*>(handed_out);
  DeviceState& state = devices_[block->stream.device];
  std::lock_guard lock(state.mutex);
  MemoryStats& stats = state.stats;
  stats.allocation.all.decrease(1);
  stats.allocated_bytes.all.decrease(static_cast<int64_t>(block->bytes));
  stats.requested_bytes.all.decrease(static_cast<int64_t>(block->requested));
  if (block->pooled != nullptr) {
    stats.active.all.decrease(1);
    stats.active_bytes.all.decrease(static_cast<int64_t>(block->bytes));
    pools_.deallocate(block->pooled);
    put_spare(state, block);
  } else if (state.captures > 0) {
    defer(state, block);
  } else {
    take_back(state, block);
  }
}

// A block that was given back: it may be used again now, or when other streams are done with it.
void AsyncAllocator::take_back(DeviceState& state, AsyncBlock* block) noexcept {
  if (!block->has_other_streams) return give_back(state, block);
  if (is_poisoned(block->stream.device)) return defer(state, block);
  PendingBlock pending{block, {}};
  const auto used = state.other_streams.find(block);
  try {
    for (const Stream stream : used->second) {
      pending.events.emplace_back();
      pending.events.back().record(stream);
    }
    state.pending.push_back(std::move(pending));
    state.other_streams.erase(used);
    block->has_other_streams = false;
  } catch (...) {
    defer(state, block);
  }
}

void AsyncAllocator::defer(DeviceState& state, AsyncBlock* block) noexcept {
  block->next = state.deferred;
  state.deferred = block;
}

void AsyncAllocator::take_back_deferred(DeviceState& state) noexcept {
  for (AsyncBlock* block = std::exchange(state.deferred, nullptr); block != nullptr;) {
    AsyncBlock* const next = std::exchange(block->next, nullptr);
    take_back(state, block);
    block = next;
  }
}

void AsyncAllocator::give_back(DeviceState& state, AsyncBlock* block) noexcept {
  state.stats.active.all.decrease(1);
  state.stats.active_bytes.all.decrease(static_cast<int64_t>(block->bytes));
  const bool fits = state.stats.cached_bytes + static_cast<int64_t>(block->bytes) <= static_cast<int64_t>(kCacheLimit);
  if (block->bytes <= kLargestCachedBlock && fits) {
    // The list of this stream exists since the block came from it.
    auto& head = state.lists[block->stream.handle][size_class(block->bytes)];
    block->next = head;
    head = block;
    state.stats.cached_bytes += static_cast<int64_t>(block->bytes);
    return;
  }
  free_to_driver(state, block);
}

void AsyncAllocator::free_to_driver(DeviceState& state, AsyncBlock* block) noexcept {
  DeviceApi& api = device_api();
  bool is_freed = false;
  if (!is_poisoned(block->stream.device)) {
    is_freed = api.free_async(block->stream, block->data) == Status::Success;
    if (!is_freed) {
      // An external stream may be gone by now; free waits for the device instead.
      api.clear_error();
      is_freed = api.free(block->stream.device, block->data) == Status::Success;
      if (!is_freed) api.clear_error();
    }
  }
  AsyncBlock*& list = is_freed ? state.spare : state.refused;
  block->next = list;
  list = block;
}

void AsyncAllocator::record_stream(Block* handed_out, Stream stream) {
  if (handed_out == nullptr || stream == handed_out->stream) return;
  auto* block = static_cast<AsyncBlock*>(handed_out);
  if (block->pooled != nullptr) return pools_.record_stream(block->pooled, stream);
  DeviceState& state = devices_[block->stream.device];
  std::lock_guard lock(state.mutex);
  auto& streams = state.other_streams[block];
  if (std::find(streams.begin(), streams.end(), stream) == streams.end()) streams.push_back(stream);
  block->has_other_streams = true;
}

// If a call fails, what was not reaped by then is as it was.
void AsyncAllocator::reap(DeviceState& state, bool wait) {
  take_back_deferred(state);
  const auto is_done = [&](const PendingBlock& pending) {
    for (const Event& event : pending.events) {
      if (wait) check(device_api().synchronize(event.handle()), "event synchronisation");
      else if (!event.query()) return false;
    }
    return true;
  };
  std::vector<PendingBlock>& all = state.pending;
  for (size_t i = 0; i < all.size();) {
    if (!is_done(all[i])) {
      ++i;
      continue;
    }
    AsyncBlock* const block = all[i].block;
    std::swap(all[i], all.back());
    all.pop_back();
    give_back(state, block);
  }
}

void AsyncAllocator::empty_lists(DeviceState& state) noexcept {
  for (AsyncBlock* block = std::exchange(state.refused, nullptr); block != nullptr;) {
    AsyncBlock* const next = block->next;
    free_to_driver(state, block);
    block = next;
  }
  for (auto& [stream, heads] : state.lists) {
    for (AsyncBlock*& head : heads) {
      while (head != nullptr) {
        AsyncBlock* block = head;
        head = block->next;
        state.stats.cached_bytes -= static_cast<int64_t>(block->bytes);
        free_to_driver(state, block);
      }
    }
  }
}

// --- private pools ---

void AsyncAllocator::retain_pool(int device, PoolId pool) {
  pools_.retain_pool(device, pool);
  std::lock_guard lock(devices_[device].mutex);
  devices_[device].has_pools = true;
}

void AsyncAllocator::release_pool(int device, PoolId pool) noexcept { pools_.release_pool(device, pool); }

void AsyncAllocator::begin_capture(int device) {
  pools_.begin_capture(device);
  std::lock_guard lock(devices_[device].mutex);
  devices_[device].captures++;
}

void AsyncAllocator::end_capture(int device) noexcept {
  if (in_forked_child()) return;
  pools_.end_capture(device);
  DeviceState& state = devices_[device];
  std::lock_guard lock(state.mutex);
  if (state.captures == 0 || --state.captures > 0) return;
  take_back_deferred(state);
}

PoolId AsyncAllocator::pool_of(const Block& block) const noexcept {
  const Block* const pooled = static_cast<const AsyncBlock&>(block).pooled;
  return pooled != nullptr ? pools_.pool_of(*pooled) : PoolId{};
}

std::vector<PoolReserved> AsyncAllocator::private_pools(int device) { return pools_.private_pools(device); }

std::vector<SegmentInfo> AsyncAllocator::pool_segments(int device, PoolId pool) {
  return pools_.pool_segments(device, pool);
}

// --- diagnostics ---

MemoryStats AsyncAllocator::stats(int device) {
  DeviceState& state = devices_[device];
  std::lock_guard lock(state.mutex);
  MemoryStats stats = state.stats;
  stats.pending_blocks = static_cast<int64_t>(state.pending.size());
  if (state.configured) {
    size_t reserved = 0, most = 0;
    check(device_api().pool_reserved(device, reserved, most), "memory query");
    stats.reserved_bytes.all.current = static_cast<int64_t>(reserved);
    stats.reserved_bytes.all.peak = static_cast<int64_t>(most);
  }
  if (state.has_pools) add_pools(stats, pools_.stats(device));
  return stats;
}

void AsyncAllocator::reset_peak_stats(int device) {
  DeviceState& state = devices_[device];
  std::lock_guard lock(state.mutex);
  for_each_stat(state.stats, [](Stat& stat) { stat.reset_peak(); });
  if (state.has_pools) pools_.reset_peak_stats(device);
  if (state.configured) check(device_api().reset_pool_peak(device), "reset of the peak");
}

void AsyncAllocator::reset_accumulated_stats(int device) {
  DeviceState& state = devices_[device];
  std::lock_guard lock(state.mutex);
  MemoryStats& s = state.stats;
  for_each_stat(s, [](Stat& stat) { stat.reset_accumulated(); });
  s.cache_hits = s.num_alloc_retries = s.num_ooms = 0;
  if (state.has_pools) pools_.reset_accumulated_stats(device);
}

void AsyncAllocator::empty_cache() {
  for (int device = 0; device < device_count(); ++device) {
    DeviceState& state = devices_[device];
    std::lock_guard lock(state.mutex);
    if (!state.configured || state.captures > 0 || is_poisoned(device)) continue;
    reap(state, false);
    empty_lists(state);
    // The pool can only give back memory whose frees have run.
    check(device_api().synchronize(device), "device synchronisation");
    check(device_api().trim_pool(device), "memory release");
  }
  pools_.empty_cache();
}

}  // namespace vt::cuda
