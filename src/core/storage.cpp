#include "core/storage.h"

#include "core/captured.h"
#include "core/error.h"
#include "core/live_count.h"
#include "core/storage_hooks.h"
#include "core/transform.h"

namespace vt {
namespace {
std::atomic<BeforeReplace> before_replace[2] = {};
}  // namespace

void add_before_replace(BeforeReplace hook) {
  for (auto& place : before_replace) {
    BeforeReplace free = nullptr;
    if (place.compare_exchange_strong(free, hook)) return;
  }
  VT_THROW(Internal, "no room for one more hook of storages");
}

StorageImpl::StorageImpl(Allocation memory, size_t bytes, Device device, bool read_only)
    : memory_(memory), bytes_(bytes), device_(device), read_only_(read_only) {
  version_.retain_fresh();
  count_live(Counted::Storage, 1);
  note_storage_made(*this);
}

StorageImpl::~StorageImpl() {
  drop_companion();
  if (memory_.free) memory_.free(memory_.data, memory_.context, bytes_);
  count_live(Counted::Storage, -1);
}

void StorageImpl::replace(Allocation memory, size_t bytes) {
  VT_CHECK(!read_only_, Runtime, "cannot resize read-only storage");
  VT_CHECK(!holds_payload(*this), NotImplemented, "a tensor inside vmap cannot be resized");
  try {
    for (const auto& hook : before_replace) {
      if (const BeforeReplace call = hook.load()) call(*this);
    }
  } catch (...) {
    if (memory.free) memory.free(memory.data, memory.context, bytes);
    throw;
  }
  drop_companion();
  if (memory_.free) memory_.free(memory_.data, memory_.context, bytes_);
  memory_ = memory;
  bytes_ = bytes;
}

int64_t StorageImpl::live_count() { return vt::live_count(Counted::Storage); }

Storage allocate_storage(size_t bytes, Device device) {
  return make_intrusive<StorageImpl>(backend(device.type).allocate(bytes, device), bytes, device);
}

}  // namespace vt
