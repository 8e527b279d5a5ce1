// The gradient of one element that stands for all that equal it.
#pragma once

#include "dispatch/derivative.h"

namespace vt::reduce {

// Of a reduction of self (argument 0, kept) to its one result (kept): shared evenly among the elements that are the
// result, NaN among NaN.
void share_among_ties(GradContext& c);

}  // namespace vt::reduce
