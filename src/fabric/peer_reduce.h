// Reductions over peer memory, by kernels of our own.
#pragma once

#include "core/fabric.h"

namespace vt::fabric {

// Whether the parts can be reduced so: contiguous, of one size and dtype, each on a GPU of its own, and the GPUs reach
// each other's memory.
bool can_reduce_over_peers(TensorSpan parts, Reduce reduce);

// How: Note [Sums over peers]. Lines take kMostLineBytes at most.
enum class PeerWay : uint8_t { Lines, Shares };
inline constexpr int64_t kMostLineBytes = 128 << 10;
// Where nothing was measured.
constexpr PeerWay usual_way(int64_t bytes) { return bytes <= (64 << 10) ? PeerWay::Lines : PeerWay::Shares; }

// Each output gets the reduction of all parts, taken in their order, 16-bit floats in float32. `outputs` are like the
// parts, and may be them. Nothing waits on the host: kernels are given to the current stream of every device, one right
// behind the other, and go into a graph that captures those. `number`: of the call, for whoever is told of a failure.
void reduce_over_peers(TensorSpan parts, TensorSpan outputs, Reduce reduce, PeerWay way, uint64_t number);

}  // namespace vt::fabric
