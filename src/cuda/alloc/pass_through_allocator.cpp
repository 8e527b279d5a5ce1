#include "cuda/alloc/pass_through_allocator.h"

#include <memory>

#include "core/error.h"
#include "cuda/alloc/callbacks.h"
#include "cuda/device_api.h"

namespace vt::cuda {

Block* PassThroughAllocator::allocate(size_t bytes, Stream stream) {
  DeviceState& state = devices_[stream.device];
  auto block = std::make_unique<Block>();
  for (bool is_last = false;; is_last = true) {
    OutOfMemoryEvent event{stream.device, bytes, 0, 0};
    {
      std::lock_guard lock(state.mutex);
      const auto allocated = static_cast<size_t>(state.stats.allocated_bytes.all.current);
      const bool has_room = bytes <= state.limit && allocated <= state.limit - bytes;
      const Status status = has_room ? device_api().allocate(stream.device, bytes, block->data) : Status::OutOfMemory;
      if (status == Status::Success) {
        for (PoolStats* count : {&state.stats.allocation, &state.stats.active, &state.stats.segment}) {
          count->all.increase(1);
        }
        for (PoolStats* sum : {&state.stats.allocated_bytes, &state.stats.active_bytes, &state.stats.reserved_bytes,
                               &state.stats.requested_bytes}) {
          sum->all.increase(static_cast<int64_t>(bytes));
        }
        state.stats.num_device_alloc++;
        block->bytes = block->requested = bytes;
        block->stream = stream;
        return block.release();
      }
      if (status != Status::OutOfMemory) check(status, "allocation");
      device_api().clear_error();
      event.allocated = allocated;
    }
    size_t total = 0;
    if (device_api().memory_info(stream.device, event.free, total) != Status::Success) device_api().clear_error();
    if (!is_last && alloc::run_out_of_memory_callbacks(event, /*before_error=*/true) > 0) continue;
    {
      std::lock_guard lock(state.mutex);
      state.stats.num_ooms++;
    }
    alloc::run_out_of_memory_callbacks(event, /*before_error=*/false);
    VT_THROW(OutOfMemory, "CUDA out of memory. Tried to allocate ", bytes, " bytes on cuda:", stream.device,
             ", which has ", event.free, " bytes free; tensors hold ", event.allocated,
             " bytes. The allocator backend is passthrough, which keeps nothing that could be given back");
  }
}

void PassThroughAllocator::deallocate(Block* block) noexcept {
  if (block == nullptr) return;
  DeviceState& state = devices_[block->stream.device];
  std::lock_guard lock(state.mutex);
  // In a poisoned context the memory goes with the context.
  if (device_api().free(block->stream.device, block->data) != Status::Success) device_api().clear_error();
  for (PoolStats* count : {&state.stats.allocation, &state.stats.active, &state.stats.segment}) count->all.decrease(1);
  for (PoolStats* sum : {&state.stats.allocated_bytes, &state.stats.active_bytes, &state.stats.reserved_bytes,
                         &state.stats.requested_bytes}) {
    sum->all.decrease(static_cast<int64_t>(block->bytes));
  }
  state.stats.num_device_free++;
  delete block;
}

void PassThroughAllocator::set_memory_limit(int device, size_t bytes) {
  std::lock_guard lock(devices_[device].mutex);
  devices_[device].limit = bytes;
}

size_t PassThroughAllocator::memory_limit(int device) {
  std::lock_guard lock(devices_[device].mutex);
  return devices_[device].limit;
}

MemoryStats PassThroughAllocator::stats(int device) {
  std::lock_guard lock(devices_[device].mutex);
  return devices_[device].stats;
}

void PassThroughAllocator::reset_peak_stats(int device) {
  std::lock_guard lock(devices_[device].mutex);
  for_each_stat(devices_[device].stats, [](Stat& stat) { stat.reset_peak(); });
}

void PassThroughAllocator::reset_accumulated_stats(int device) {
  std::lock_guard lock(devices_[device].mutex);
  MemoryStats& stats = devices_[device].stats;
  for_each_stat(stats, [](Stat& stat) { stat.reset_accumulated(); });
  stats.num_ooms = stats.num_device_alloc = stats.num_device_free = 0;
}

}  // namespace vt::cuda
