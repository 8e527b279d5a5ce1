#include "ops/pointwise/rows_register.h"

#include "ops/pointwise/rounding.def"

namespace vt {

void register_pointwise_rounding(Registry& r) { VT_ADD_ROWS(r); }

}  // namespace vt
