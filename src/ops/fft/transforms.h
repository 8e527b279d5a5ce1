// What the Fourier transforms and the functions made of them share.
#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace vt::fft {

// PyTorch's numbers: by nothing, by the root of the number of elements of a signal, by that number.
enum class Normalization : int64_t { kNone = 0, kByRootN = 1, kByN = 2 };

// The factor of a transform over `dims` of a signal with these sizes, the real one's where there is a real side.
double scale_of(int64_t normalization, IntSpan sizes, IntSpan dims);

}  // namespace vt::fft
