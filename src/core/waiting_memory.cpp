#include "core/waiting_memory.h"

namespace vt {
namespace {
std::atomic<FillMemory> fill{nullptr};
}  // namespace

void set_fill_memory(FillMemory f) noexcept { fill.store(f); }

namespace detail {
void fill_memory(StorageImpl& storage) {
  if (const FillMemory f = fill.load()) f(storage);
}
}  // namespace detail

}  // namespace vt
