// What a call of a row computes, without computing it: for those who run it later, and with others.
#pragma once

#include "ops/pointwise/row.h"

namespace vt::pointwise {

struct RowPlan {
  const Row* row;      // whose loop runs
  DType common;        // of the operands, as the rule has it
  DType loop;          // what the loop computes in: int64, float32 or float64
  DType dtype;         // of the result
  DType via[3];        // what each input becomes before it becomes `loop`
  char numbers[5][8];  // in the dtype `loop`
};

// False for ops that are no rows and calls that only run_row knows: of complex, stored and wide unsigned dtypes, those
// that read values before they compute, and those that it refuses for their dtypes. Refuses what a row's check does.
// Values of tensors are not read, wrapped numbers are.
bool plan_row(const Call& call, RowPlan& plan);

}  // namespace vt::pointwise
