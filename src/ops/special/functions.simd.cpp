#include "ops/special/functions.h"
#include "ops/pointwise/rows_simd.h"

#include "ops/special/functions.def"
