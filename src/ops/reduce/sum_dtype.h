#pragma once

#include "core/dtype.h"

namespace vt::reduce {

// What sums and products of many elements are, unless a dtype is asked for.
constexpr DType sum_dtype(DType d) { return is_integral(d, true) ? DType::int64 : d; }

}  // namespace vt::reduce
