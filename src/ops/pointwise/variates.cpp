#include "ops/pointwise/rows_register.h"

#include "ops/pointwise/variates.def"

namespace vt {

void register_pointwise_variates(Registry& r) { VT_ADD_ROWS(r); }

}  // namespace vt
