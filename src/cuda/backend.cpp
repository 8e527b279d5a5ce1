#include "cuda/backend.h"

#include <atomic>

#include "core/memory_observer.h"
#include "cuda/branch.h"
#include "cuda/capture.h"
#include "cuda/copy.h"
#include "cuda/device.h"
#include "cuda/fault.h"
#include "cuda/waiting_work.h"

namespace vt::cuda {
namespace {

Device device_of(const Block& block) { return {DeviceType::CUDA, static_cast<int8_t>(block.stream.device)}; }

// Any thread may show a tensor's address.
std::atomic_ref<bool> shown(Block& block) { return std::atomic_ref<bool>(block.shown); }

void free_block(void* data, void* context, size_t bytes) noexcept {
  if (VT_UNLIKELY(in_forked_child())) return;
  Block* const block = static_cast<Block*>(context);
  if (memory_is_observed()) note_free(data, bytes, device_of(*block));
  allocator().deallocate(block);
}

class CudaBackend final : public DeviceBackend {
 public:
  Allocation allocate(size_t bytes, Device device) override {
    if (bytes == 0) return {};
    Block* block = allocator().allocate(bytes, vt::cuda::current_stream(device.index));
    shown(*block).store(false, std::memory_order_relaxed);
    if (memory_is_observed()) note_allocation(block->data, bytes, device_of(*block));
    return {block->data, block, &free_block};
  }
  // Raises the reason where there is none: who asks is about to use one.
  int device_count() const override {
    ensure_available();
    return vt::cuda::device_count();
  }
  int current_device() const override { return vt::cuda::current_device(); }
  void set_device(int index) override { vt::cuda::set_device(index); }
  void synchronize(int index) override { synchronize_device(index < 0 ? vt::cuda::current_device() : index); }
  uintptr_t current_stream(int index) const override {
    return reinterpret_cast<uintptr_t>(vt::cuda::current_stream(index).handle);
  }
  void copy(const MemoryAt& to, const MemoryAt& from, size_t bytes, bool non_blocking) override {
    const StorageList storages = {to.storage, from.storage};
    if (to.device.is_cpu()) {
      copy_to_host(to.data, from.data, bytes, vt::cuda::current_stream(from.device.index), non_blocking, storages);
    } else if (from.device.is_cpu()) {
      copy_to_device(to.data, from.data, bytes, vt::cuda::current_stream(to.device.index), non_blocking, storages);
    } else {
      copy_between_devices(to.data, vt::cuda::current_stream(to.device.index), from.data,
                           vt::cuda::current_stream(from.device.index), bytes, storages);
    }
  }
};

}  // namespace

void register_cuda_backend() {
  static auto* backend = new CudaBackend;
  register_backend(DeviceType::CUDA, backend);
}

Block* block_of(const StorageImpl& storage) noexcept {
  const Allocation& memory = storage.memory();
  return memory.free == &free_block ? static_cast<Block*>(memory.context) : nullptr;
}

void show(StorageImpl& storage) {
  storage.drop_companion();
  if (Block* block = block_of(storage)) shown(*block).store(true, std::memory_order_release);
  give_waiting();
  join_branches();
}

bool may_wait(const StorageImpl& storage) noexcept {
  Block* block = block_of(storage);
  return block != nullptr && !shown(*block).load(std::memory_order_acquire);
}

void record_stream(const StorageImpl& storage, Stream stream) {
  if (Block* block = block_of(storage)) allocator().record_stream(block, stream);
}

bool is_used_alone(const StorageImpl& storage, Stream stream) noexcept {
  const Block* block = block_of(storage);
  if (block == nullptr || block->stream != stream || allocator().has_other_streams(*block)) return false;
  const Capture* capture = current_capture();
  return capture == nullptr || capture->made_here(storage);
}

}  // namespace vt::cuda
