#include "core/device_backend.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/error.h"
#include "core/tensor.h"

namespace vt {
namespace {
constinit std::array<DeviceBackend*, kNumDeviceTypes> g_backends{};

// Why there is none of a type; never destroyed: threads ask until the process ends.
std::array<std::string, kNumDeviceTypes>& reasons() {
  static auto* r = new std::array<std::string, kNumDeviceTypes>;
  return *r;
}

[[noreturn]] VT_NOINLINE void throw_no_backend(DeviceType type) {
  const std::string& reason = reasons()[static_cast<size_t>(type)];
  VT_THROW(Runtime, "no ", to_string(Device{type, -1}),
           " device is available: ", reason.empty() ? "its backend is not registered" : reason);
}
}  // namespace

DeviceBackend& backend(DeviceType type) {
  DeviceBackend* const b = g_backends[static_cast<size_t>(type)];
  if (VT_UNLIKELY(b == nullptr)) throw_no_backend(type);
  return *b;
}

bool has_backend(DeviceType type) { return g_backends[static_cast<size_t>(type)] != nullptr; }

void register_backend(DeviceType type, DeviceBackend* b, const char* missing_reason) {
  reasons()[static_cast<size_t>(type)] = missing_reason ? missing_reason : "";
  g_backends[static_cast<size_t>(type)] = b;
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
