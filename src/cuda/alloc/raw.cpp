// Memory given out by address.
#include <mutex>
#include <unordered_map>

#include "core/error.h"
#include "cuda/allocator.h"

namespace vt::cuda {
namespace {

struct Registry {
  std::mutex mutex;
  std::unordered_map<void*, Block*> blocks;
};

Registry& registry() {
  static auto* instance = new Registry;
  return *instance;
}

}  // namespace

void* allocate_raw(size_t bytes, Stream stream) {
  VT_CHECK(bytes > 0, Value, "expected at least 1 byte, got 0");
  Block* block = allocator().allocate(bytes, stream);
  void* const data = block->data;
  try {
    Registry& r = registry();
    std::lock_guard lock(r.mutex);
    r.blocks.emplace(data, block);
  } catch (...) {
    allocator().deallocate(block);
    throw;
  }
  return data;
}

void deallocate_raw(void* data) {
  if (data == nullptr) return;
  Block* block = nullptr;
  {
    Registry& r = registry();
    std::lock_guard lock(r.mutex);
    const auto found = r.blocks.find(data);
    VT_CHECK(found != r.blocks.end(), Runtime,
             "expected an address that caching_allocator_alloc returned and that is not freed yet, got ",
             reinterpret_cast<uintptr_t>(data));
    block = found->second;
    r.blocks.erase(found);
  }
  allocator().deallocate(block);
}

}  // namespace vt::cuda
