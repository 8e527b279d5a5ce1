#include "cuda/alloc/async_allocator.h"

#include <algorithm>

#include "core/error.h"
#include "cuda/check.h"

namespace vt::cuda {
namespace {

std::string mebibytes(size_t bytes) { return detail::concat(static_cast<double>(bytes) / (1 << 20), " MiB"); }

cudaMemPool_t default_pool(int device) {
  cudaMemPool_t pool = nullptr;
  VT_CUDA_CHECK(cudaDeviceGetDefaultMemPool(&pool, device));
  return pool;
}

size_t reserved_bytes(int device, cudaMemPoolAttr attribute) {
  uint64_t value = 0;
  VT_CUDA_CHECK(cudaMemPoolGetAttribute(default_pool(device), attribute, &value));
  return value;
}

}  // namespace

// The states live as long as the process: tensors of static lifetime may be freed after any destructor of ours.
AsyncAllocator::AsyncAllocator() : devices_(new DeviceState[kMaxDevices]) {}

void AsyncAllocator::configure(DeviceState& state, int device) {
  cudaMemPool_t pool = default_pool(device);
  uint64_t keep = UINT64_MAX;
  VT_CUDA_CHECK(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep));
  state.configured = true;
}

Block* AsyncAllocator::allocate(size_t bytes, Stream stream) {
  VT_ASSERT(bytes > 0);
  DeviceState& state = devices_[stream.device];
  std::lock_guard lock(state.mutex);
  if (VT_UNLIKELY(!state.pending.empty())) reap(state, false);

  MemoryStats& stats = state.stats;
  const bool small = bytes <= kLargestCachedBlock;
  const int index = small ? size_class(bytes) : -1;
  Block* block = nullptr;
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
      block = new Block;
    }
    block->data = data;
    block->bytes = rounded;
    block->stream = stream;
  }
  block->next = nullptr;
  block->requested = bytes;
  block->used_streams = 0;

  const auto used = static_cast<int64_t>(block->bytes);
  const auto asked = static_cast<int64_t>(bytes);
  stats.allocations++;
  stats.allocated_current += used;
  stats.allocated_total += used;
  stats.allocated_peak = std::max(stats.allocated_peak, stats.allocated_current);
  stats.requested_current += asked;
  stats.requested_total += asked;
  stats.requested_peak = std::max(stats.requested_peak, stats.requested_current);
  stats.active_blocks++;
  stats.active_blocks_peak = std::max(stats.active_blocks_peak, stats.active_blocks);
  return block;
}

void* AsyncAllocator::allocate_from_pool(DeviceState& state, size_t bytes, Stream stream, size_t requested) {
  DeviceGuard guard(stream.device);
  if (!state.configured) configure(state, stream.device);
  void* data = nullptr;
  cudaError_t status = cudaMallocAsync(&data, bytes, stream.handle);
  if (status == cudaErrorMemoryAllocation && !is_capturing(stream)) {
    clear_last_error();
    state.stats.retries++;
    reap(state, true);
    empty_lists(state);
    VT_CUDA_CHECK(cudaDeviceSynchronize());
    VT_CUDA_CHECK(cudaMemPoolTrimTo(default_pool(stream.device), 0));
    status = cudaMallocAsync(&data, bytes, stream.handle);
  }
  if (status == cudaErrorMemoryAllocation) {
    clear_last_error();
    state.stats.out_of_memory++;
    size_t free_bytes = 0, total_bytes = 0;
    VT_CUDA_CHECK(cudaMemGetInfo(&free_bytes, &total_bytes));
    VT_THROW(OutOfMemory, "CUDA out of memory: tried to allocate ", mebibytes(requested), " on cuda:", stream.device,
             ", which has ", mebibytes(total_bytes), " in total and ", mebibytes(free_bytes), " free; ",
             mebibytes(static_cast<size_t>(state.stats.allocated_current)), " are held by tensors and ",
             mebibytes(reserved_bytes(stream.device, cudaMemPoolAttrReservedMemCurrent)),
             " reserved by the pool; try a smaller batch or delete tensors that are no longer used");
  }
  VT_CUDA_CHECK_OP("allocation", status);
  return data;
}

void AsyncAllocator::deallocate(Block* block) noexcept {
  if (block == nullptr) return;
  DeviceState& state = devices_[block->stream.device];
  std::lock_guard lock(state.mutex);
  MemoryStats& stats = state.stats;
  stats.frees++;
  stats.allocated_current -= static_cast<int64_t>(block->bytes);
  stats.freed_total += static_cast<int64_t>(block->bytes);
  stats.requested_current -= static_cast<int64_t>(block->requested);
  stats.active_blocks--;
  if (block->used_streams != 0) {
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

void AsyncAllocator::give_back(DeviceState& state, Block* block) noexcept {
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

void AsyncAllocator::free_to_pool(DeviceState& state, Block* block) noexcept {
  try {
    DeviceGuard guard(block->stream.device);
    if (cudaFreeAsync(block->data, block->stream.handle) != cudaSuccess) {
      // An external stream may be gone by now; cudaFree waits for the device instead.
      clear_last_error();
      if (cudaFree(block->data) != cudaSuccess) clear_last_error();
    }
  } catch (const Error&) {
    // Process exit or a poisoned context: the memory goes with it.
  }
  block->data = nullptr;
  block->next = state.spare;
  state.spare = block;
}

void AsyncAllocator::record_stream(Block* block, Stream stream) {
  if (block == nullptr || stream == block->stream) return;
  DeviceState& state = devices_[block->stream.device];
  std::lock_guard lock(state.mutex);
  auto& streams = state.other_streams[block];
  if (std::find(streams.begin(), streams.end(), stream) == streams.end()) streams.push_back(stream);
  block->used_streams = streams.size();
}

void AsyncAllocator::reap(DeviceState& state, bool wait) {
  auto done = [&](PendingBlock& pending) {
    for (const Event& event : pending.events) {
      if (wait) {
        VT_CUDA_CHECK(cudaEventSynchronize(event.handle()));
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
    for (Block*& head : heads) {
      while (head != nullptr) {
        Block* block = head;
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
    stats.reserved_current = static_cast<int64_t>(reserved_bytes(device, cudaMemPoolAttrReservedMemCurrent));
    stats.reserved_peak = static_cast<int64_t>(reserved_bytes(device, cudaMemPoolAttrReservedMemHigh));
  }
  return stats;
}

void AsyncAllocator::reset_peak_stats(int device) {
  DeviceState& state = devices_[device];
  std::lock_guard lock(state.mutex);
  state.stats.allocated_peak = state.stats.allocated_current;
  state.stats.requested_peak = state.stats.requested_current;
  state.stats.active_blocks_peak = state.stats.active_blocks;
  if (state.configured) {
    uint64_t zero = 0;  // the driver resets a high-water mark to the current value when it is set to 0
    VT_CUDA_CHECK(cudaMemPoolSetAttribute(default_pool(device), cudaMemPoolAttrReservedMemHigh, &zero));
  }
}

void AsyncAllocator::reset_accumulated_stats(int device) {
  DeviceState& state = devices_[device];
  std::lock_guard lock(state.mutex);
  MemoryStats& s = state.stats;
  s.allocated_total = s.freed_total = s.requested_total = 0;
  s.allocations = s.frees = s.cache_hits = s.retries = s.out_of_memory = 0;
}

void AsyncAllocator::empty_cache() {
  for (int device = 0; device < device_count(); ++device) {
    DeviceState& state = devices_[device];
    std::lock_guard lock(state.mutex);
    if (!state.configured) continue;
    reap(state, false);
    empty_lists(state);
    DeviceGuard guard(device);
    // The pool can only give back memory whose frees have run.
    VT_CUDA_CHECK(cudaDeviceSynchronize());
    VT_CUDA_CHECK(cudaMemPoolTrimTo(default_pool(device), 0));
  }
}

CudaAllocator& allocator() {
  static auto* instance = new AsyncAllocator;
  return *instance;
}

}  // namespace vt::cuda
