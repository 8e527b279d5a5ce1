#include "ops/pointwise/rows_cuda.cuh"
#include "ops/special/functions.h"

#include "ops/special/functions.def"
