// Who is told of every allocation that backends make for storages. Nobody, most of the time.
#pragma once

#include <atomic>
#include <cstddef>

#include "core/device.h"
#include "core/macros.h"

namespace vt {

class VT_API MemoryObserver {
 public:
  virtual void on_allocate(const void* data, size_t bytes, Device device) noexcept = 0;
  virtual void on_free(const void* data, size_t bytes, Device device) noexcept = 0;

 protected:
  ~MemoryObserver() = default;  // lives as long as the process: any thread may be inside it when another one is set
};

// For all threads; null: nobody.
VT_API void set_memory_observer(MemoryObserver* observer) noexcept;

namespace detail {
extern constinit std::atomic<MemoryObserver*> memory_observer;
}  // namespace detail

// Look here first, before anything else of the call: then it costs a load and a compare, and no register.
inline bool memory_is_observed() noexcept {
  return VT_UNLIKELY(detail::memory_observer.load(std::memory_order_relaxed) != nullptr);
}
void note_allocation(const void* data, size_t bytes, Device device) noexcept;
void note_free(const void* data, size_t bytes, Device device) noexcept;

}  // namespace vt
