// The arguments of a call as a profile keeps them.
#pragma once

#include <span>
#include <vector>

#include "dispatch/op.h"
#include "profiler/profile.h"

namespace vt::profiler {

std::vector<Input> inputs_of(const Op& op, std::span<const Value> args);

}  // namespace vt::profiler
