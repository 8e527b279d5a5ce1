// Makes a call a step of a group that waits.
#pragma once

#include "dispatch/op.h"

namespace vt::program {

struct MadeStep {
  const char* why;  // the call did not become a step; null if it did
  int group;        // its group's number in the record; -1 without one
};

/// Chooses the group, or begins one, and leaves the call's result: a tensor whose storage waits. A call that became no
/// step is as it was; groups that stood in the way of one may have run.
MadeStep make_step(Call& call);

}  // namespace vt::program
