#include "ops/pointwise/rows_cuda.cuh"

#include "ops/pointwise/unsigned.def"
