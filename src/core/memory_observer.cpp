#include "core/memory_observer.h"

namespace vt {
namespace detail {
constinit std::atomic<MemoryObserver*> memory_observer{nullptr};
}  // namespace detail

void set_memory_observer(MemoryObserver* observer) noexcept { detail::memory_observer.store(observer); }

}  // namespace vt
