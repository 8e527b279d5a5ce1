#include "ops/pointwise/quantile_slope.h"
#include "ops/pointwise/rows_cuda.cuh"

#include "ops/pointwise/variates.def"
