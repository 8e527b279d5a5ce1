// What autocast does to an op's floating-point tensors; a column of the op's declaration.
#pragma once

#include <array>

#include "core/device.h"

namespace vt {

// Nothing, the lower-precision dtype, float32, the widest present, or an error: unsafe after a cast.
enum class AutocastPolicy : uint8_t { None, Lower, Float32, Promote, Refuse };

// By device, since PyTorch's lists differ.
struct AutocastPolicies {
  AutocastPolicy cpu = AutocastPolicy::None;
  AutocastPolicy cuda = AutocastPolicy::None;

  constexpr AutocastPolicy on(DeviceType type) const {
    constexpr AutocastPolicy kMeta = AutocastPolicy::None;
    const std::array<AutocastPolicy, kNumDeviceTypes> by_device{cpu, cuda, kMeta};
    return by_device[static_cast<size_t>(type)];
  }
  constexpr bool any() const { return cpu != AutocastPolicy::None || cuda != AutocastPolicy::None; }
};

}  // namespace vt
