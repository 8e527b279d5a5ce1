#include "ops/pointwise/rows_register.h"

#include "ops/pointwise/unsigned.def"

namespace vt {

void register_pointwise_unsigned(Registry& r) { VT_ADD_ROWS(r); }

}  // namespace vt
