// How many floating point operations a call counts as in a profile: a formula that an op declares beside itself.
#pragma once

#include "dispatch/registry.h"

namespace vt {

using FlopFormula = double (*)(std::span<const Value> args);

// While ops register.
void declare_flops(Registry& r, std::string_view op, FlopFormula formula);

// Of a matrix product, convolution or attention its multiplications and additions, of + and * one per element; 0 of
// every other op.
double flops_of(const Op& op, std::span<const Value> args);

// For formulas, which see calls before they are checked: sizes of the tensor at `i`, empty if there is none.
IntSpan sizes_at(std::span<const Value> args, size_t i);
double elements_of(IntSpan sizes);

}  // namespace vt
