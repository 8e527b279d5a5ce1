// The arguments of a call as a profile keeps them, and the operations that its formula counts.
#pragma once

#include <span>
#include <vector>

#include "dispatch/op.h"
#include "profiler/profile.h"

namespace vt::profiler {

std::vector<Input> inputs_of(const Op& op, std::span<const Value> args);

// Multiplications and additions of a matrix product, convolution or attention, one per element of + and *; 0 for every
// other op.
double flops_of(const Op& op, std::span<const Value> args);

}  // namespace vt::profiler
