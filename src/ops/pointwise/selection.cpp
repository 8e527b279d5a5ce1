#include "ops/pointwise/rows_register.h"

#include "ops/pointwise/selection.def"

namespace vt {

void register_pointwise_selection(Registry& r) { VT_ADD_ROWS(r); }

}  // namespace vt
