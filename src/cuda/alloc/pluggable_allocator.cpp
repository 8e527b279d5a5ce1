#include "cuda/alloc/pluggable_allocator.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

#include "core/error.h"
#include "cuda/alloc/callbacks.h"
#include "cuda/device.h"
#include "cuda/event.h"
#include "cuda/fault.h"

namespace vt::cuda {
namespace {

struct PluggedBlock : Block {
  std::mutex mutex;
  std::vector<Stream> others;  // that used it too
};

[[noreturn]] void not_counted(const char* what) {
  VT_THROW(NotImplemented, what, " are not there with the allocator backend 'pluggable', which counts nothing");
}

}  // namespace

PluggableAllocator::PluggableAllocator(PluggedAllocate allocate, PluggedFree free) : allocate_(allocate), free_(free) {
  VT_CHECK(allocate != nullptr && free != nullptr, Value, "expected two functions for an allocator, got null");
}

Block* PluggableAllocator::allocate(size_t bytes, Stream stream) {
  auto block = std::make_unique<PluggedBlock>();
  block->bytes = block->requested = bytes;
  block->stream = stream;
  const DeviceGuard guard(stream.device);
  const bool is_possible = bytes <= SIZE_MAX / 2;  // fits the functions' signed argument
  for (bool is_last = false;; is_last = true) {
    if (is_possible) block->data = allocate_(static_cast<ssize_t>(bytes), stream.device, stream.handle);
    if (block->data != nullptr) return block.release();
    const OutOfMemoryEvent event{stream.device, bytes, 0, 0};
    if (!is_last && is_possible && alloc::run_out_of_memory_callbacks(event, /*before_error=*/true) > 0) continue;
    alloc::run_out_of_memory_callbacks(event, /*before_error=*/false);
    VT_THROW(OutOfMemory, "CUDA out of memory. The pluggable allocator gave none of the ", bytes,
             " bytes asked for on cuda:", stream.device);
  }
}

void PluggableAllocator::record_stream(Block* block, Stream stream) {
  if (block == nullptr || stream == block->stream) return;
  auto* const plugged = static_cast<PluggedBlock*>(block);
  std::lock_guard lock(plugged->mutex);
  if (std::find(plugged->others.begin(), plugged->others.end(), stream) == plugged->others.end()) {
    plugged->others.push_back(stream);
  }
}

void PluggableAllocator::deallocate(Block* block) noexcept {
  if (block == nullptr || in_forked_child()) return;
  const std::unique_ptr<PluggedBlock> plugged(static_cast<PluggedBlock*>(block));
  const Stream stream = plugged->stream;
  if (is_poisoned(stream.device)) return;
  try {
    const DeviceGuard guard(stream.device);
    for (const Stream other : plugged->others) wait_stream(stream, other);
    free_(plugged->data, static_cast<ssize_t>(plugged->bytes), stream.device, stream.handle);
  } catch (const Error&) {
    // The streams could not be ordered, so the memory stays as it is: to free it might be too early.
  }
}

MemoryStats PluggableAllocator::stats(int) { not_counted("memory statistics"); }
void PluggableAllocator::reset_peak_stats(int) { not_counted("memory statistics"); }
void PluggableAllocator::reset_accumulated_stats(int) { not_counted("memory statistics"); }

}  // namespace vt::cuda
