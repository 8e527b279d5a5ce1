#include "ops/pointwise/rows_register.h"
#include "ops/typed/special.h"

#include "ops/pointwise/math.def"

namespace vt {

void register_pointwise_math(Registry& r) { VT_ADD_ROWS(r); }

}  // namespace vt
