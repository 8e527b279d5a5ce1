// The CPU behind the core's device interface.
#pragma once

#include "core/device_backend.h"

namespace vt::cpu {

// Called once at start-up.
VT_API void register_cpu_backend();

}  // namespace vt::cpu
