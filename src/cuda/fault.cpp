#include "cuda/fault.h"

#include <atomic>
#include <mutex>
#include <string>

#include "core/error.h"
#include "cuda/device.h"
#include "cuda/device_api.h"

namespace vt::cuda {
namespace {

constexpr unsigned kRecentWork = 8;

struct DeviceFault {
  std::atomic<unsigned> given{0};
  std::atomic<const char*> recent[kRecentWork] = {};
  std::atomic<bool> poisoned{false};
  std::string message;  // of the first failure, under fault_mutex
};
DeviceFault faults[kMaxDevices];
std::mutex fault_mutex;

[[maybe_unused]] const bool forgets_faults = on_device_api_change([] {
  std::lock_guard lock(fault_mutex);
  for (DeviceFault& fault : faults) {
    fault.poisoned.store(false);
    for (auto& op : fault.recent) op.store(nullptr);
  }
});

// Latest first.
std::string recent_work(const DeviceFault& fault) {
  std::string list;
  const unsigned given = fault.given.load(std::memory_order_relaxed);
  for (unsigned i = 1; i <= kRecentWork; ++i) {
    const char* op = fault.recent[(given - i) % kRecentWork].load(std::memory_order_relaxed);
    if (op == nullptr) break;
    list += list.empty() ? "" : ", ";
    list += op;
  }
  return list;
}

}  // namespace

void note_work(int device, const char* op) noexcept {
  DeviceFault& fault = faults[device];
  // Two threads may take one place, which loses a name of a list that is a hint anyway; an atomic addition costs more.
  const unsigned place = fault.given.load(std::memory_order_relaxed);
  fault.given.store(place + 1, std::memory_order_relaxed);
  fault.recent[place % kRecentWork].store(op, std::memory_order_relaxed);
}

std::string poison(int device, Status status, const char* what) {
  DeviceFault& fault = faults[device];
  std::lock_guard lock(fault_mutex);
  if (fault.poisoned.load(std::memory_order_relaxed)) return fault.message;
  std::string text = vt::detail::concat("CUDA error ", device_api().describe(status), ", found in ", what);
  if (const std::string work = recent_work(fault); !work.empty()) {
    text += "; it comes from work that cuda:" + std::to_string(device) + " was given before, latest first: " + work +
            " (CUDA_LAUNCH_BLOCKING=1 finds the one)";
  }
  text += "; this process can no longer use the device";
  fault.message = text;
  fault.poisoned.store(true, std::memory_order_release);
  return text;
}

bool is_poisoned(int device) noexcept { return faults[device].poisoned.load(std::memory_order_acquire); }

bool is_sticky(Status status) noexcept {
  switch (static_cast<int>(status)) {
    case 214:  // ECC uncorrectable
    case 220:  // NVLink uncorrectable
    case 226:  // contained
    case 700:  // illegal address
    case 702:  // launch timeout
    case 709:  // context is destroyed
    case 710:  // assert
    case 714:  // hardware stack error
    case 715:  // illegal instruction
    case 716:  // misaligned address
    case 717:  // invalid address space
    case 718:  // invalid program counter
    case 719:  // launch failure
    case 721:  // tensor memory leak
    case 999:  // unknown
      return true;
    default: return false;
  }
}

}  // namespace vt::cuda
