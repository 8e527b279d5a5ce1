// What autocast does to an op's floating-point tensors; a column of the op's declaration.
#pragma once

#include <cstdint>

namespace vt {

// Nothing, the lower-precision dtype, float32 (on every device, or on CUDA alone: PyTorch's lists differ), or the
// widest present.
enum class AutocastPolicy : uint8_t { None, Lower, Float32, Float32OnCuda, Promote };

}  // namespace vt
