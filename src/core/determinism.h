// Whether results have to be the same in every run on the same machine (torch.use_deterministic_algorithms). Of the
// process. CPU kernels always give such results; CUDA kernels whose blocks race ask here.
#pragma once

#include <cstdint>

#include "core/macros.h"

namespace vt {

enum class Determinism : uint8_t { Off, Warn, On };  // Warn: what has no such form runs, with a warning

VT_API Determinism determinism();
VT_API void set_determinism(Determinism wanted);
inline bool is_deterministic() { return determinism() != Determinism::Off; }

// For a kernel that has no deterministic form: throws Runtime, or warns, if one was asked for.
VT_API void refuse_nondeterministic(const char* op);

}  // namespace vt
