#include "cuda/alloc/async_allocator.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "cuda/device_api.h"

namespace vt::cuda {
namespace {

std::string mebibytes(size_t bytes) { return detail::concat(static_cast<double>(bytes) / (1 << 20), " MiB"); }

}  // namespace

AsyncAllocator::AsyncAllocator() : devices_(std::make_unique<DeviceState[]>(kMaxDevices)) {}

AsyncAllocator::~AsyncAllocator() {
  for (int device = 0; device < kMaxDevices; ++device) {
    DeviceState& state = devices_[device];
    try {
      reap(state, true);
    } catch (const Error&) {
      for (const PendingBlock& pending : state.pending) delete pending.block;  // a broken device keeps the memory
    }
    empty_lists(state);
    while (state.spare != nullptr) delete std::exchange(state.spare, state.spare->next);
  }
}

Block* AsyncAllocator::allocate(size_t bytes, Stream stream) {
  VT_ASSERT(bytes > 0);
  DeviceState& state = devices_[stream.device];
  std::lock_guard lock(state.mutex);
  if (VT_UNLIKELY(!state.pending.empty())) reap(state, false);

  MemoryStats& stats = state.stats;
  const bool small = bytes <= kLargestCachedBlock;
  const int index = small ? size_class(bytes) : -1;
  AsyncBlock* block = nullptr;
  if (small) {
    auto& head = state.lists[stream.handle][index];
    if (head != nullptr) {
      block = head;
      head = block->next;
      stats.cache_hits++;
      stats.cached_bytes -= static_cast<int64_t>(block->bytes);
    }
  }
  if (block == nullptr) {
    // A request near SIZE_MAX must not wrap around when it is rounded.
    const size_t rounded = small ? size_of_class(index) : bytes > SIZE_MAX - 512 ? bytes : (bytes + 511) / 512 * 512;
    void* data = allocate_from_pool(state, rounded, stream, bytes);
    if (state.spare != nullptr) {
      block = state.spare;
      state.spare = block->next;
    } else {
      block = new AsyncBlock;
    }
    block->data = data;
    block->bytes = rounded;
    block->stream = stream;
  }
  block->next = nullptr;
  block->requested = bytes;
  block->has_other_streams = false;

  stats.allocation.all.increase(1);
  stats.active.all.increase(1);
  stats.allocated_bytes.all.increase(static_cast<int64_t>(block->bytes));
  stats.active_bytes.all.increase(static_cast<int64_t>(block->bytes));
  stats.requested_bytes.all.increase(static_cast<int64_t>(bytes));
  return block;
}

void* AsyncAllocator::allocate_from_pool(DeviceState& state, size_t bytes, Stream stream, size_t requested) {
  DeviceApi& api = device_api();
  void* data = nullptr;
  Status status = api.allocate_async(stream, bytes, data);
  state.configured = true;
  if (status == Status::OutOfMemory && !is_capturing(stream)) {
    api.clear_error();
    state.stats.num_alloc_retries++;
    reap(state, true);
    empty_lists(state);
    check(api.synchronize(stream.device), "device synchronisation");
    check(api.trim_pool(stream.device), "memory release");
    status = api.allocate_async(stream, bytes, data);
  }
  if (status == Status::OutOfMemory) {
    api.clear_error();
    state.stats.num_ooms++;
    size_t free_bytes = 0, total_bytes = 0, reserved = 0, most = 0;
    check(api.memory_info(stream.device, free_bytes, total_bytes), "memory query");
    check(api.pool_reserved(stream.device, reserved, most), "memory query");
    VT_THROW(OutOfMemory, "CUDA out of memory: tried to allocate ", mebibytes(requested), " on cuda:", stream.device,
             ", which has ", mebibytes(total_bytes), " in total and ", mebibytes(free_bytes), " free; ",
             mebibytes(static_cast<size_t>(state.stats.allocated_bytes.all.current)), " are held by tensors and ",
             mebibytes(reserved),
             " reserved by the pool; try a smaller batch or delete tensors that are no longer used");
  }
  check(status, "allocation");
  return data;
}

void AsyncAllocator::deallocate(Block* handed_out) noexcept {
  if (handed_out == nullptr) return;
  auto* block = static_cast<AsyncBlock*>(handed_out);
  DeviceState& state = devices_[block->stream.device];
  std::lock_guard lock(state.mutex);
  MemoryStats& stats = state.stats;
  stats.allocation.all.decrease(1);
  stats.allocated_bytes.all.decrease(static_cast<int64_t>(block->bytes));
  stats.requested_bytes.all.decrease(static_cast<int64_t>(block->requested));
  if (block->has_other_streams) {
    PendingBlock pending{block, {}};
    const auto used = state.other_streams.find(block);
    try {
      for (const Stream stream : used->second) {
        pending.events.emplace_back();
        pending.events.back().record(stream);
      }
      state.other_streams.erase(used);
      state.pending.push_back(std::move(pending));
      return;
    } catch (const Error&) {
      // The device is broken or going away; the memory stays with the context.
      state.other_streams.erase(block);
      return;
    }
  }
  give_back(state, block);
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
  free_to_pool(state, block);
}

void AsyncAllocator::free_to_pool(DeviceState& state, AsyncBlock* block) noexcept {
  DeviceApi& api = device_api();
  if (api.free_async(block->stream, block->data) != Status::Success) {
    // An external stream may be gone by now; free waits for the device instead. At process exit or in a poisoned
    // context that fails too, and the memory goes with the context.
    api.clear_error();
    if (api.free(block->stream.device, block->data) != Status::Success) api.clear_error();
  }
  block->data = nullptr;
  block->next = state.spare;
  state.spare = block;
}

void AsyncAllocator::record_stream(Block* handed_out, Stream stream) {
  if (handed_out == nullptr || stream == handed_out->stream) return;
  auto* block = static_cast<AsyncBlock*>(handed_out);
  DeviceState& state = devices_[block->stream.device];
  std::lock_guard lock(state.mutex);
  auto& streams = state.other_streams[block];
  if (std::find(streams.begin(), streams.end(), stream) == streams.end()) streams.push_back(stream);
  block->has_other_streams = true;
}

void AsyncAllocator::reap(DeviceState& state, bool wait) {
  auto done = [&](PendingBlock& pending) {
    for (const Event& event : pending.events) {
      if (wait) {
        check(device_api().synchronize(event.handle()), "event synchronisation");
      } else if (!event.query()) {
        return false;
      }
    }
    give_back(state, pending.block);
    return true;
  };
  std::erase_if(state.pending, done);
}

void AsyncAllocator::empty_lists(DeviceState& state) noexcept {
  for (auto& [stream, heads] : state.lists) {
    for (AsyncBlock*& head : heads) {
      while (head != nullptr) {
        AsyncBlock* block = head;
        head = block->next;
        state.stats.cached_bytes -= static_cast<int64_t>(block->bytes);
        free_to_pool(state, block);
      }
    }
  }
}

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
  return stats;
}

void AsyncAllocator::reset_peak_stats(int device) {
  DeviceState& state = devices_[device];
  std::lock_guard lock(state.mutex);
  for_each_stat(state.stats, [](Stat& stat) { stat.reset_peak(); });
  if (state.configured) check(device_api().reset_pool_peak(device), "reset of the peak");
}

void AsyncAllocator::reset_accumulated_stats(int device) {
  DeviceState& state = devices_[device];
  std::lock_guard lock(state.mutex);
  MemoryStats& s = state.stats;
  for_each_stat(s, [](Stat& stat) { stat.reset_accumulated(); });
  s.cache_hits = s.num_alloc_retries = s.num_ooms = 0;
}

void AsyncAllocator::empty_cache() {
  for (int device = 0; device < device_count(); ++device) {
    DeviceState& state = devices_[device];
    std::lock_guard lock(state.mutex);
    if (!state.configured) continue;
    reap(state, false);
    empty_lists(state);
    // The pool can only give back memory whose frees have run.
    check(device_api().synchronize(device), "device synchronisation");
    check(device_api().trim_pool(device), "memory release");
  }
}

}  // namespace vt::cuda
