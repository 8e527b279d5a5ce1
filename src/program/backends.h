// Which backends run groups.
#pragma once

#include "program/program.h"

namespace vt::program {

void run_group_cpu(const FusedGroup& group, const GroupArguments& arguments);

/// Fills run_group, once for the process.
void register_backends();

}  // namespace vt::program
