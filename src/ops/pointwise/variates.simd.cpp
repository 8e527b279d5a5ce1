#include "ops/pointwise/quantile_slope.h"
#include "ops/pointwise/rows_simd.h"

#include "ops/pointwise/variates.def"
