#include "ops/pointwise/rows_register.h"

#include "ops/pointwise/arithmetic.def"

namespace vt {

void register_pointwise_arithmetic(Registry& r) { VT_ADD_ROWS(r); }

}  // namespace vt
