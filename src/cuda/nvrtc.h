// CUDA C++ compiled while the program runs, by NVRTC, which is found as NVIDIA's other libraries are.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/macros.h"

namespace vt::cuda {

/// Text that sources include by its name.
struct HeaderText {
  const char* name;
  const char* text;
};

/// What compiles: "13.0". Throws RuntimeError where NVRTC is missing.
VT_API std::string compiler_version();

/// The machine code (a cubin) of `source` for compute capability `major`.`minor`, with C++20 and functions that are of
/// the device unless they say otherwise. `name` stands for the source in errors. Throws RuntimeError with the
/// compiler's own words where it refuses, and where NVRTC is missing. Threads may compile at the same time.
VT_API std::vector<char> compile_cuda(const std::string& source, const std::string& name,
                                      std::span<const HeaderText> headers, int major, int minor);

}  // namespace vt::cuda
