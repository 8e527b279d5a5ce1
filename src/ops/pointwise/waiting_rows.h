// Rows that become part of work that waits, Note [Waiting work], or wait themselves.
#pragma once

#include "ops/pointwise/row.h"

namespace vt::pointwise {

/// Whether the call, on CUDA, was left to wait or became part of what waited: then it needs no launch.
bool joins_waiting(const Call& call, const Row& row, const Tensor& out);

}  // namespace vt::pointwise
