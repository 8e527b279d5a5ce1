#include "ops/reduce/rows_cuda.cuh"

#include "ops/reduce/counts.def"
