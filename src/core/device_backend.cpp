#include "core/device_backend.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/error.h"
#include "core/tensor.h"

namespace vt {
namespace {
struct Slot {
  DeviceBackend* backend = nullptr;
  std::string reason;
};
std::array<Slot, kNumDeviceTypes>& slots() {
  static auto* s = new std::array<Slot, kNumDeviceTypes>;  // never destroyed: threads use it until the process ends
  return *s;
}
}  // namespace

DeviceBackend& backend(DeviceType type) {
  Slot& slot = slots()[static_cast<int>(type)];
  VT_CHECK(slot.backend, Runtime, "no ", to_string(Device{type, -1}),
           " device is available: ", slot.reason.empty() ? "its backend is not registered" : slot.reason);
  return *slot.backend;
}

bool has_backend(DeviceType type) { return slots()[static_cast<int>(type)].backend != nullptr; }

void register_backend(DeviceType type, DeviceBackend* b, const char* missing_reason) {
  slots()[static_cast<int>(type)] = {b, missing_reason ? missing_reason : ""};
}

Device resolve_device(Device d) {
  if (!is_numbered(d.type)) {
    VT_CHECK(d.index <= 0, Runtime, "expected ", kDeviceTypeNames[static_cast<int>(d.type)],
             " device index to be -1 or 0, got ", d.index);
    return Device{d.type, -1};
  }
  DeviceBackend& b = backend(d.type);
  if (d.index < 0) d.index = static_cast<int8_t>(b.current_device());
  VT_CHECK(d.index < b.device_count(), Runtime, "invalid device ordinal: expected an index below ", b.device_count(),
           ", got ", d);
  return d;
}

void copy_bytes(const MemoryAt& to, const MemoryAt& from, size_t bytes, bool non_blocking) {
  for (const MemoryAt* side : {&to, &from}) {
    if (VT_UNLIKELY(!side->data && bytes != 0 && side->device.type != DeviceType::Meta)) throw_no_memory(side->device);
  }
  backend(std::max(to.device.type, from.device.type)).copy(to, from, bytes, non_blocking);
}

}  // namespace vt
