#include "ops/pointwise/rows_register.h"

#include "ops/pointwise/trigonometry.def"

namespace vt {

void register_pointwise_trigonometry(Registry& r) { VT_ADD_ROWS(r); }

}  // namespace vt
