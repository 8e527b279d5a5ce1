#include "cuda/device_api.h"

#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

#include "core/error.h"
#include "cuda/capture.h"
#include "cuda/device.h"
#include "cuda/fault.h"
#include "cuda/runtime_api.h"

namespace vt::cuda {
namespace {

std::atomic<DeviceApi*> current{nullptr};

struct Listeners {
  std::mutex mutex;
  std::vector<void (*)()> functions;
};
Listeners& listeners() {
  static auto* instance = new Listeners;
  return *instance;
}

}  // namespace

DeviceApi& device_api() noexcept {
  DeviceApi* api = current.load(std::memory_order_acquire);
  return VT_LIKELY(api != nullptr) ? *api : runtime_api();
}

DeviceApi* set_device_api(DeviceApi* api) {
  Listeners& all = listeners();
  std::lock_guard lock(all.mutex);
  for (void (*forget)() : all.functions) forget();
  return current.exchange(api, std::memory_order_acq_rel);
}

bool on_device_api_change(void (*forget)()) {
  Listeners& all = listeners();
  std::lock_guard lock(all.mutex);
  all.functions.push_back(forget);
  return true;
}

bool is_capture_failure(Status status) noexcept {
  const int number = static_cast<int>(status);
  return number >= 900 && number <= 908;
}

void throw_status(Status status, const char* what, int device) {
  if (in_forked_child()) ensure_available();
  DeviceApi& api = device_api();
  api.clear_error();
  if (status == Status::OutOfMemory) {
    VT_THROW(OutOfMemory, "CUDA out of memory in ", what, " (", api.describe(status), ")");
  }
  if (is_sticky(status)) throw Error(ErrorKind::Cuda, poison(device < 0 ? current_device() : device, status, what));
  std::string text = vt::detail::concat("CUDA error in ", what, ": ", api.describe(status));
  if (is_capture_failure(status)) {
    text += place_suffix();
    if (Capture* capture = current_capture()) capture->note_failure(text);
  }
  VT_THROW(Cuda, text);
}

}  // namespace vt::cuda
