#include "cuda/device.h"

#include <pthread.h>

#include <atomic>
#include <mutex>

#include "core/error.h"
#include "cuda/capture.h"
#include "cuda/device_api.h"
#include "cuda/device_error.h"
#include "cuda/fault.h"
#include "cuda/waiting_work.h"

namespace vt::cuda {
namespace {

struct Probe {
  int count = 0;
  Status status = Status::Success;
};

// A context doesn't survive fork: the child must say so instead of failing in some call at random.
std::atomic<bool> forked_after_use{false};

struct Properties {
  std::once_flag once;
  DeviceProperties values;
};

// What was learned about the devices; made anew when the device API changes.
struct Known {
  Probe probe;
  Properties properties[kMaxDevices];
};
std::atomic<Known*> known{nullptr};
std::mutex known_mutex;
const bool forgets_devices = on_device_api_change([] { delete known.exchange(nullptr); });

Known& learn() {
  std::lock_guard lock(known_mutex);
  if (Known* already = known.load(std::memory_order_relaxed)) return *already;
  auto* fresh = new Known;
  Probe& p = fresh->probe;
  int count = 0;
  p.status = device_api().device_count(count);
  if (p.status == Status::Success) {
    p.count = count < kMaxDevices ? count : kMaxDevices;
    static std::once_flag once;
    if (p.count > 0)
      std::call_once(once, [] { pthread_atfork(nullptr, nullptr, [] { forked_after_use.store(true); }); });
  } else {
    device_api().clear_error();
  }
  known.store(fresh, std::memory_order_release);
  return *fresh;
}

Known& what_is_known() {
  Known* already = known.load(std::memory_order_acquire);
  return VT_LIKELY(already != nullptr) ? *already : learn();
}

const Probe& probe() { return what_is_known().probe; }

thread_local int thread_device = -1;  // -1: the runtime hasn't been told yet

// Every call names its device itself, so one that CUDA cannot make current fails at the next call that needs it;
// guards go back to their device in destructors, where nothing may be thrown.
void make_current(int device) noexcept {
  if (device_api().set_device(device) != Status::Success) device_api().clear_error();
  thread_device = device;
}

void check_index(int device) {
  ensure_available();
  VT_CHECK(device >= 0 && device < device_count(), Runtime, "expected a CUDA device index in [0, ", device_count(),
           "), got ", device, " (CUDA error: invalid device ordinal)");
}

}  // namespace

bool in_forked_child() noexcept { return forked_after_use.load(std::memory_order_relaxed); }

int device_count() noexcept { return forked_after_use.load(std::memory_order_relaxed) ? 0 : probe().count; }

bool is_available() noexcept { return device_count() > 0; }

std::string unavailable_reason() {
  const Probe& p = probe();
  if (forked_after_use.load()) {
    return "CUDA can't be used in a forked child of a process that has used it; use the 'spawn' start method.";
  }
  if (p.count > 0) return {};
  if (p.status == Status::InsufficientDriver) {
    return driver_version() == 0
               ? "No NVIDIA driver (libcuda.so.1) was found on this machine."
               : vt::detail::concat("The NVIDIA driver supports CUDA ", driver_version() / 1000, ".",
                                    driver_version() % 1000 / 10, ", older than the ", runtime_version() / 1000, ".",
                                    runtime_version() % 1000 / 10, " that this build needs.");
  }
  if (p.status == Status::NoDevice || p.status == Status::Success) return "The NVIDIA driver sees no GPU.";
  return vt::detail::concat("The CUDA runtime could not start: ", device_api().describe(p.status), ".");
}

void ensure_available() {
  if (VT_UNLIKELY(!is_available())) VT_THROW(Runtime, unavailable_reason());
}

int runtime_version() noexcept { return device_api().runtime_version(); }

int driver_version() noexcept { return device_api().driver_version(); }

const DeviceProperties& device_properties(int device) {
  check_index(device);
  Properties& known_properties = what_is_known().properties[device];
  std::call_once(known_properties.once,
                 [&] { check(device_api().device_properties(device, known_properties.values), "device properties"); });
  return known_properties.values;
}

int current_device() {
  if (VT_UNLIKELY(thread_device < 0)) set_device(0);
  return thread_device;
}

void set_device(int device) {
  if (VT_LIKELY(thread_device == device && !forked_after_use.load(std::memory_order_relaxed))) return;
  check_index(device);
  make_current(device);
}

Device resolve_device(Device device) {
  if (!device.is_cuda()) return device;
  if (device.index < 0) {
    device.index = static_cast<int8_t>(current_device());
  } else {
    check_index(device.index);
  }
  return device;
}

bool can_access_peer(int device, int peer) {
  check_index(device);
  check_index(peer);
  bool able = false;
  check(device_api().can_access_peer(device, peer, able), "peer access query");
  return able;
}

void memory_info(int device, size_t& free_bytes, size_t& total_bytes) {
  check_index(device);
  check(device_api().memory_info(device, free_bytes, total_bytes), "memory query", device);
}

void synchronize_device(int device) {
  check_index(device);
  refuse_under_capture("a synchronisation with a device");
  give_waiting();
  check(device_api().synchronize(device), "device synchronisation", device);
  throw_device_errors(device);
}

DeviceGuard::DeviceGuard(int device) : previous_(-1) {
  if (device < 0) return;
  const int current = current_device();
  if (current == device) return;
  set_device(device);
  previous_ = current;
}

DeviceGuard::~DeviceGuard() {
  if (previous_ >= 0) make_current(previous_);
}

}  // namespace vt::cuda
