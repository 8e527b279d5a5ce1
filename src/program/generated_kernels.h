// The kernels of groups on CUDA: generated, compiled on a thread of their own while groups run apart, kept on the disk.
#pragma once

#include <string>
#include <vector>

#include "core/macros.h"

namespace vt::program {

/// How a kernel came to be, for explain().
struct GeneratedKernel {
  enum class State { Compiling, Ready, Refused };
  std::string name;    // as profiles have it: "fused_mul_add_tanh"
  std::string source;  // empty while it waits to be compiled
  std::string reason;  // of a refusal, in a sentence
  State state = State::Compiling;
  bool from_disk = false;
  double seconds = 0;  // that compiling or reading it took
  int device = 0;
};

/// All kernels that were asked for, in that order.
VT_API std::vector<GeneratedKernel> generated_kernels();

/// Waits until none is being compiled. What is captured into a graph asks for this first: a graph keeps what it saw.
VT_API void finish_compiling();

}  // namespace vt::program
