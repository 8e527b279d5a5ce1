#include "ops/pointwise/rows_register.h"

#include "ops/pointwise/comparison.def"

namespace vt {

void register_pointwise_comparison(Registry& r) { VT_ADD_ROWS(r); }

}  // namespace vt
