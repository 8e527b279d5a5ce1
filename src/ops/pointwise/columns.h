// Columns that few rows have, each named on a line below its row: VT_COLUMN(add, check, check_alpha).
#pragma once

#include "ops/pointwise/row.h"

namespace vt::pointwise {

// ---- check: what a row refuses beyond its dtype rule, in PyTorch's words

void check_alpha(const Call& call, DType common);
void check_sub(const Call& call, DType common);  // and alpha
void check_neg(const Call& call, DType common);
void check_exponent(const Call& call, DType common);
// Integer division has no value for a zero divisor. On CUDA finding out would cost a synchronisation; there the result
// is 0.
void check_divisor(const Call& call, DType common);
void check_same_dtype(const Call& call, DType common);
// A number becomes a tensor of the result's dtype before it is chosen.
void check_chosen(const Call& call, DType common);
// The bound is compared with in full, but the value becomes an element.
void check_threshold(const Call& call, DType common);
void check_lambda(const Call& call, DType common);
void check_eps(const Call& call, DType common);     // logit's
void check_limits(const Call& call, DType common);  // hardtanh's

// ---- loop_dtype: what the loop of a call computes in

// A power takes its exponent as it is: in float32 1/3, or a number past 2^24 that is odd, would be another one. Where
// that costs little, on the CPU, every such power is computed in double; on CUDA those whose exponent float32 would
// make even.
DType power_dtype(const Call& call, const Row& row, DType common);

}  // namespace vt::pointwise
