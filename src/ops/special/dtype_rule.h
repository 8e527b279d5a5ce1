// The dtypes of what torch.special alone has.
#pragma once

#include "ops/pointwise/dtype_rule.h"

namespace vt::pointwise::rule {
inline constexpr DTypeRule kSpecialFloat = kToRealFloat.at(kSpecial).never_inplace();
}
