// The kernel of the Autograd key: runs an op below autograd and records it.
#pragma once

#include "dispatch/op.h"

namespace vt::autograd {

void record_call(Call& call);

// The kernel of the Autocast key: casts the floating-point arguments as the op's policy says.
void autocast_call(Call& call);
// Forgets the casts of leaves made in the current autocast scope.
VT_API void clear_autocast_cache();

}  // namespace vt::autograd
