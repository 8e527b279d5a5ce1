#include "cpu/backend.h"

#include <cstring>

#include "core/memory_observer.h"
#include "cpu/allocator.h"

namespace vt::cpu {
namespace {

VT_NOINLINE void free_observed(void* data, size_t bytes) noexcept {
  note_free(data, bytes, kCPU);
  cpu_deallocate(data, bytes);
}

void free_block(void* data, void*, size_t bytes) noexcept {
  if (memory_is_observed()) return free_observed(data, bytes);
  cpu_deallocate(data, bytes);
}

VT_NOINLINE void* allocate_observed(size_t bytes) {
  void* const data = cpu_allocate(bytes);
  note_allocation(data, bytes, kCPU);
  return data;
}

class CpuBackend final : public DeviceBackend {
 public:
  Allocation allocate(size_t bytes, Device) override {
    if (bytes == 0) return {};
    return {memory_is_observed() ? allocate_observed(bytes) : cpu_allocate(bytes), nullptr, &free_block};
  }
  int device_count() const override { return 1; }
  int current_device() const override { return 0; }
  void set_device(int) override {}
  void synchronize(int) override {}
  uintptr_t current_stream(int) const override { return 0; }
  void copy(const MemoryAt& to, const MemoryAt& from, size_t bytes, bool) override {
    std::memcpy(to.data, from.data, bytes);
  }
};

}  // namespace

void register_cpu_backend() {
  static auto* backend = new CpuBackend;
  register_backend(DeviceType::CPU, backend);
}

}  // namespace vt::cpu
