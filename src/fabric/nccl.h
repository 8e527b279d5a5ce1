// Collectives of NCCL, whose library is found on first use; all members are this process's.
#pragma once

#include "core/fabric.h"

namespace vt::fabric {

// Whether NCCL is there and takes such parts: on CUDA, contiguous, each on a GPU of its own. Makes no communicator yet.
bool can_reduce_by_nccl(TensorSpan parts, Reduce reduce);

// Each output gets the reduction of all parts, in NCCL's order of sums. Given to the current stream of every device in
// one group call, without a wait. RuntimeError under capture: see PeerGroup for what can be captured.
void reduce_by_nccl(TensorSpan parts, TensorSpan outputs, Reduce reduce);

// 22809 is 2.28.9; 0 without the library.
VT_API int nccl_version();

}  // namespace vt::fabric
