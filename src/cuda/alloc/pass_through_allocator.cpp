#include "cuda/alloc/pass_through_allocator.h"

#include <algorithm>
#include <memory>

#include "core/error.h"
#include "cuda/alloc/callbacks.h"
#include "cuda/device_api.h"
#include "cuda/fault.h"

namespace vt::cuda {
namespace {

struct DirectBlock : Block {
  std::vector<Stream> elsewhere;  // of other devices, that used it too
};

// What the driver takes for a request at least.
int64_t taken_for(size_t bytes) { return static_cast<int64_t>((bytes + 511) / 512 * 512); }

}  // namespace

Block* PassThroughAllocator::allocate(size_t bytes, Stream stream) {
  DeviceState& state = devices_[stream.device];
  auto block = std::make_unique<DirectBlock>();
  for (bool is_last = false;; is_last = true) {
    OutOfMemoryEvent event{stream.device, bytes, 0, 0};
    {
      std::lock_guard lock(state.mutex);
      const auto reserved = static_cast<size_t>(state.stats.reserved_bytes.all.current);
      const size_t room = state.limit - std::min(state.limit, reserved);
      const bool has_room = bytes <= room && static_cast<size_t>(taken_for(bytes)) <= room;
      const Status status = has_room ? device_api().allocate(stream.device, bytes, block->data) : Status::OutOfMemory;
      if (status == Status::Success) {
        for (PoolStats* count : {&state.stats.allocation, &state.stats.active, &state.stats.segment}) {
          count->all.increase(1);
        }
        for (PoolStats* sum : {&state.stats.allocated_bytes, &state.stats.active_bytes, &state.stats.requested_bytes}) {
          sum->all.increase(static_cast<int64_t>(bytes));
        }
        state.stats.reserved_bytes.all.increase(taken_for(bytes));
        state.stats.num_device_alloc++;
        block->bytes = block->requested = bytes;
        block->stream = stream;
        return block.release();
      }
      if (status != Status::OutOfMemory) check(status, "allocation");
      device_api().clear_error();
      event.allocated = static_cast<size_t>(state.stats.allocated_bytes.all.current);
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

void PassThroughAllocator::record_stream(Block* block, Stream stream) {
  if (block == nullptr || stream.device == block->stream.device) return;
  std::lock_guard lock(devices_[block->stream.device].mutex);
  static_cast<DirectBlock*>(block)->elsewhere.push_back(stream);
}

void PassThroughAllocator::deallocate(Block* handed_out) noexcept {
  if (handed_out == nullptr || in_forked_child()) return;
  const std::unique_ptr<DirectBlock> block(static_cast<DirectBlock*>(handed_out));
  const int device = block->stream.device;
  bool may_free = !is_poisoned(device);  // or the memory goes with the context
  for (const Stream stream : block->elsewhere) {
    may_free = may_free && !is_poisoned(stream.device) && device_api().synchronize(stream) == Status::Success;
  }
  if (!may_free || device_api().free(device, block->data) != Status::Success) device_api().clear_error();
  DeviceState& state = devices_[device];
  std::lock_guard lock(state.mutex);
  for (PoolStats* count : {&state.stats.allocation, &state.stats.active, &state.stats.segment}) count->all.decrease(1);
  for (PoolStats* sum : {&state.stats.allocated_bytes, &state.stats.active_bytes, &state.stats.requested_bytes}) {
    sum->all.decrease(static_cast<int64_t>(block->bytes));
  }
  state.stats.reserved_bytes.all.decrease(taken_for(block->bytes));
  state.stats.num_device_free++;
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
