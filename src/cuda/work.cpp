#include "cuda/work.h"

#include <utility>

#include "cuda/device_error.h"

namespace vt::cuda {
namespace {
thread_local WorkObserver* thread_observer = nullptr;
}  // namespace

WorkObserver* set_work_observer(WorkObserver* observer) noexcept { return std::exchange(thread_observer, observer); }

void begin_work(const char* op, Stream stream, StorageSpan storages) {
  throw_device_errors(stream.device);
  if (VT_UNLIKELY(thread_observer != nullptr)) thread_observer->on_work(op, stream, storages);
}

}  // namespace vt::cuda
