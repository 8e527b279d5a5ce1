#include "core/memory_observer.h"

namespace vt {
namespace detail {
constinit std::atomic<MemoryObserver*> memory_observer{nullptr};
}  // namespace detail

void set_memory_observer(MemoryObserver* observer) noexcept { detail::memory_observer.store(observer); }

void note_allocation(const void* data, size_t bytes, Device device) noexcept {
  if (MemoryObserver* const observer = detail::memory_observer.load(std::memory_order_acquire)) {
    observer->on_allocate(data, bytes, device);
  }
}
void note_free(const void* data, size_t bytes, Device device) noexcept {
  if (MemoryObserver* const observer = detail::memory_observer.load(std::memory_order_acquire)) {
    observer->on_free(data, bytes, device);
  }
}

}  // namespace vt
