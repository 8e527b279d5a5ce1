#include "ops/pointwise/rows_simd.h"

#include "ops/pointwise/unsigned.def"
