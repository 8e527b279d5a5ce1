#pragma once

#include "core/waiting_memory.h"

namespace vt {

// Whether the values lie in the host's memory. Elsewhere somebody would wait for the device, or there are none.
inline bool is_read_at_once(const Tensor& t) { return t.device() == kCPU && has_values(t); }

}  // namespace vt
