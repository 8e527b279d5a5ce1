// Devices that read and write each other's memory.
#pragma once

#include <vector>

#include "core/macros.h"

namespace vt::cuda {

/// Whether kernels and copies of `device` use the memory of `peer` at its own address. Access is enabled at the first
/// call for a pair that the topology connects; later calls look it up. Allowed while streams capture.
VT_API bool reach_peer(int device, int peer);

/// The devices whose memory reach_peer has let `device` use so far, in order.
VT_API std::vector<int> peers_of(int device);

}  // namespace vt::cuda
