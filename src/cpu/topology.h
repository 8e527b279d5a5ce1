// What the processors that this process may run on are, and which caches they share, as Linux tells it under
// /sys/devices/system/cpu. Read once, at the first call.
#pragma once

#include <cstdint>

#include "core/macros.h"

namespace vt::cpu {

// Cores; the hyperthreads of one count once. At least 1.
VT_API int physical_cores();

// Bytes of L2 for each of `threads` busy threads: those that share an L2, as a core's hyperthreads do, share its bytes.
VT_API int64_t l2_bytes_per_thread(int threads);

// Bytes of the last-level cache, which all of them share with whatever else runs.
VT_API int64_t last_level_bytes();

}  // namespace vt::cpu
