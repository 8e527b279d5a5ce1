#include "cuda/device_error.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>

#include "core/error.h"
#include "cuda/device.h"
#include "cuda/device_api.h"
#include "cuda/failure_words.h"

namespace vt::cuda {
namespace {
std::atomic<FailureWords> failure_words{nullptr};
}  // namespace

void set_failure_words(FailureWords words) { failure_words.store(words); }

namespace detail {

DeviceErrorRecord* error_records[kMaxDevices] = {};

namespace {
std::mutex& records_mutex() {
  static auto* mutex = new std::mutex;
  return *mutex;
}
// The memory belongs to the device API that gave it.
const bool forgets_records =
    on_device_api_change([] { std::fill(std::begin(error_records), std::end(error_records), nullptr); });
}  // namespace

void take_device_error(int device) {
  DeviceErrorRecord seen;
  {
    std::lock_guard lock(records_mutex());
    DeviceErrorRecord* record = error_records[device];
    if (record->state == 0) return;
    std::atomic_thread_fence(std::memory_order_acquire);
    seen = *record;
    std::atomic_thread_fence(std::memory_order_release);
    record->index = 0;
    *const_cast<volatile int32_t*>(&record->state) = 0;
  }
  const FailureWords words = failure_words.load();
  if (seen.is_range == 0 && seen.index != 0 && words != nullptr) {
    throw Error(ErrorKind::Runtime, vt::detail::concat(words(seen.index), " (found by cuda:", device, ")"));
  }
  // Names the op that launched the kernel, which may be an earlier one than the op that is running now.
  throw Error(
      seen.is_range ? ErrorKind::Index : ErrorKind::Runtime,
      seen.is_range
          ? vt::detail::concat(seen.op, ": expected an index in [", seen.low, ", ", seen.high, "), got ", seen.index,
                               " (found by a CUDA kernel of device cuda:", device, ")")
          : vt::detail::concat(seen.op, ": ", seen.what, " (found by a CUDA kernel of device cuda:", device, ")"));
}

}  // namespace detail

DeviceErrorSink device_error_sink(int device, const char* op) {
  if (VT_UNLIKELY(detail::error_records[device] == nullptr)) {
    std::lock_guard lock(detail::records_mutex());
    if (detail::error_records[device] == nullptr) {
      DeviceGuard guard(device);
      void* memory = nullptr;
      check(device_api().allocate_host(sizeof(DeviceErrorRecord), memory), "allocation of the error record");
      detail::error_records[device] = new (memory) DeviceErrorRecord{};
    }
  }
  return {detail::error_records[device], op};
}

}  // namespace vt::cuda
