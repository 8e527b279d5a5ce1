// What autocast does to an op's floating-point tensors; a column of the op's declaration.
#pragma once

#include "core/device.h"

namespace vt {

// Nothing, the lower-precision dtype, float32, the widest present, or an error: unsafe after a cast.
enum class AutocastPolicy : uint8_t { None, Lower, Float32, Promote, Refuse };

// By device, since PyTorch's lists differ.
struct AutocastPolicies {
  AutocastPolicy cpu = AutocastPolicy::None;
  AutocastPolicy cuda = AutocastPolicy::None;

  constexpr AutocastPolicy on(DeviceType type) const {
    switch (type) {
      case DeviceType::CPU: return cpu;
      case DeviceType::CUDA: return cuda;
      default: return AutocastPolicy::None;
    }
  }
  constexpr bool any() const { return cpu != AutocastPolicy::None || cuda != AutocastPolicy::None; }
};

}  // namespace vt
