// The headers that generated kernels include, as text: the rows' own, and in program/device_text what stands for the
// standard library. The source is written by cmake/embed_texts.cmake.
#pragma once

#include <span>

#include "cuda/nvrtc.h"

namespace vt::program {

VT_API std::span<const cuda::HeaderText> device_texts();

}  // namespace vt::program
