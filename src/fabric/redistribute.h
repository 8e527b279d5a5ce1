// From one placement to another.
#pragma once

#include "fabric/local.h"

namespace vt::fabric {

// The same tensor placed otherwise. Parts may be views of those given. Partials become whole or sharded, never another
// kind of Partial; what is replicated becomes Partial with the value on the first member of a line and zeros elsewhere.
Locals redistribute(Locals from, const Placements& to);

// Bytes that all members together receive, by the way the collectives go, of a tensor of `bytes`.
double cost_of(const Placement& from, const Placement& to, double bytes, int64_t members);

}  // namespace vt::fabric
