// Which calls are too small for a thread.
//
// Note [Small calls]
// A trip to another thread and back costs tens of microseconds, most of them for waking up. What takes less than that
// is computed where it is called, and its promise is settled before it is returned. Such a call is one whose cost is
// bounded by numbers of elements, and these are few: whatever an op of some thousand elements does, it is done in much
// less than a millisecond. What allocates or computes by a number among its arguments is asked for its shapes first, on
// the meta backend. Ops of plugins, and what reads values to know what it returns, go to a thread whatever their size.
#pragma once

#include "bindings/node/work.h"

namespace vt::node {

// Elements of inputs and results together.
inline constexpr int64_t kMostSmallElements = 2048;

// What the op's declaration says of its cost.
Cost cost_of(const Op& op);
// On the JavaScript thread.
bool is_small(const Work& work);

}  // namespace vt::node
