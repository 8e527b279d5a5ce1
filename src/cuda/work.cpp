#include "cuda/work.h"

#include <utility>

#include "cuda/device_error.h"
#include "cuda/fault.h"
#include "cuda/waiting_work.h"

namespace vt::cuda {
namespace {
thread_local WorkObserver* thread_observer = nullptr;
}  // namespace

WorkObserver* set_work_observer(WorkObserver* observer) noexcept { return std::exchange(thread_observer, observer); }

void begin_work(const char* op, Stream stream, StorageSpan storages) {
  if (VT_UNLIKELY(in_forked_child())) ensure_available();
  throw_device_errors(stream.device);
  if (VT_UNLIKELY(anything_waits())) detail::give_waiting_before(stream, storages);
  note_work(stream.device, op);
  if (VT_UNLIKELY(thread_observer != nullptr)) thread_observer->on_work(op, stream, storages);
}

}  // namespace vt::cuda
