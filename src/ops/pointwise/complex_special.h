// Note [Special values of complex functions]
// The formulas of core/math_complex.h are for finite numbers. Of infinities and NaN C's library says what the functions
// are, as in PyTorch; on the CPU loops of such rows ask it, element by element, where one comes by.
#pragma once

#include "ops/pointwise/row.h"

namespace vt::pointwise {

// A row's kernel with its numbers, and what mends its results.
struct MendedLoop {
  LoopKernel kernel;
  const char* params;
  void (*mend)(const char* in, char* out, int64_t n);
  int64_t item;  // bytes of an element
};

// Makes `kernel` and `params`, a loop of `row` in the complex dtype `type`, that of `loop`, which outlives its runs;
// leaves them where the row's formulas are right for every number.
void mend_special_values(const Row& row, DType type, MendedLoop& loop, LoopKernel& kernel, const char*& params);

}  // namespace vt::pointwise
