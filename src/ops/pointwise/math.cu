#include "ops/pointwise/rows_cuda.cuh"

VT_CALLED(digamma)
VT_CALLED(erfinv)
VT_CALLED(trigamma)
#include "ops/pointwise/math.def"
