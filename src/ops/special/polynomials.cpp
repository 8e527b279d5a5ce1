#include "ops/pointwise/rows_register.h"
#include "ops/special/functions.h"

#include "ops/special/polynomials.def"

namespace vt {

void register_polynomials(Registry& r) { VT_ADD_ROWS(r); }

}  // namespace vt
