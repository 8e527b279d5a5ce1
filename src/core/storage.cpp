#include "core/storage.h"

#include "core/captured.h"
#include "core/error.h"
#include "core/live_count.h"
#include "core/storage_hooks.h"
#include "core/transform.h"

namespace vt {
namespace {
std::atomic<BeforeReplace> before_replace{nullptr};
}  // namespace

void set_before_replace(BeforeReplace hook) noexcept { before_replace.store(hook); }

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
  if (const BeforeReplace hook = before_replace.load()) {
    try {
      hook(*this);
    } catch (...) {
      if (memory.free) memory.free(memory.data, memory.context, bytes);
      throw;
    }
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
