#include "ops/pointwise/quantile_slope.h"
#include "ops/pointwise/rows_cuda.cuh"

VT_CALLED(standard_gamma_grad)
VT_CALLED(dirichlet_grad)
#include "ops/pointwise/variates.def"
