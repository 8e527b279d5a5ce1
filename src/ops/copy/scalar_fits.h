#pragma once

#include "core/scalar.h"

namespace vt {

// RuntimeError if a number cannot be stored in a dtype without overflow. As in PyTorch a fraction may be cut off, a
// negative number wraps around in uint8, and infinities fit every floating dtype.
VT_API void check_scalar_fits(const Scalar& value, DType dtype);
// The same for a number that becomes a tensor of its own (full, where, x[0] = 1e6): there a 16-bit float takes
// infinity for what is too large.
inline void check_number_fits(const Scalar& value, DType dtype) {
  if (!is_reduced_floating(dtype) || value.is_complex()) check_scalar_fits(value, dtype);
}

}  // namespace vt
