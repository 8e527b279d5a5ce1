// The kernel of Key::Fabric: every op, on Fabric tensors.
//
// An op with a sharding rule runs on every member's parts. Views and composites without one run as they are: a view is
// geometry over the storage, a composite calls other ops. What draws at random draws as one tensor would and is dealt
// out. The rest is gathered, with a warning once per op, and what comes back is replicated.
#pragma once

#include "dispatch/op.h"

namespace vt::fabric {

void run_fabric(Call& call);

// How an op runs: "rule", "view", "composite", "random", "whole" (it reads values) or "gather"; for tests and docs.
VT_API const char* kind_of(const Op& op);

// In strict mode an op that would be gathered is a RuntimeError. Of the process; the mode before.
VT_API bool set_strict(bool strict) noexcept;

}  // namespace vt::fabric
