// CUDA's runtime and driver as a DeviceApi. Needs neither at link time beyond the static runtime.
#pragma once

#include "cuda/device_api.h"

namespace vt::cuda {

DeviceApi& runtime_api() noexcept;

}  // namespace vt::cuda
