// The rows of all tables as objects, by id: rows::exp.
#pragma once

#include "ops/pointwise/row.h"

namespace vt::pointwise::rows {

#define VT_UNARY(id, ...) extern Row id;
#define VT_UNARY_WITH VT_UNARY
#define VT_BINARY VT_UNARY
#define VT_TERNARY VT_UNARY
#define VT_SELECT VT_UNARY
#define VT_COLUMN(...)
#include "ops/pointwise/activation.def"
#include "ops/pointwise/arithmetic.def"
#include "ops/pointwise/comparison.def"
#include "ops/pointwise/math.def"
#include "ops/pointwise/rounding.def"
#include "ops/pointwise/selection.def"
#include "ops/pointwise/unsigned.def"
#include "ops/pointwise/variates.def"
#undef VT_UNARY
#undef VT_UNARY_WITH
#undef VT_BINARY
#undef VT_TERNARY
#undef VT_SELECT
#undef VT_COLUMN

}  // namespace vt::pointwise::rows
