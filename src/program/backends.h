// Which backends run groups.
#pragma once

#include "program/program.h"

namespace vt::program {

void run_group_cpu(const FusedGroup& group, const GroupArguments& arguments);
void run_group_cuda(const FusedGroup& group, const GroupArguments& arguments);  // generated_kernels.h
/// The same with a kernel per step and its values in memory.
void run_steps_apart(const FusedGroup& group, const GroupArguments& arguments);

/// Fills run_group, once for the process.
void register_backends();

}  // namespace vt::program
