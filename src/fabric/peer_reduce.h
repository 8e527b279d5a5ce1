// Sums over peer memory, by kernels of our own.
#pragma once

#include "core/tensor.h"

namespace vt::fabric {

// Whether the parts can be summed so: floating, contiguous, of one size, each on a GPU of its own, and the GPUs reach
// each other's memory.
bool can_reduce_over_peers(TensorSpan parts);

// Each output gets the sum of all parts times `scale`, as if added in the order of the parts in float32 (in float64 of
// float64). `outputs` are like the parts, and may be them. Nothing waits on the host; kernels are given to the current
// stream of every device, and go into a graph that captures those.
void reduce_over_peers(TensorSpan parts, TensorSpan outputs, double scale);

}  // namespace vt::fabric
