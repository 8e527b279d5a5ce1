#include "ops/pointwise/rows_register.h"

#include "ops/pointwise/activation.def"

namespace vt {

void register_pointwise_activation(Registry& r) { VT_ADD_ROWS(r); }

}  // namespace vt
