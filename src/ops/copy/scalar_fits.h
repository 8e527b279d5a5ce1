#pragma once

#include "core/scalar.h"

namespace vt {

// RuntimeError if a number cannot be stored in a dtype without overflow. As in PyTorch a fraction may be cut off, a
// negative number wraps around in uint8, and infinities fit every floating dtype.
VT_API void check_scalar_fits(const Scalar& value, DType dtype);

}  // namespace vt
