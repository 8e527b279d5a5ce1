#pragma once

#include <cmath>

#include "core/scalar.h"

namespace vt {

// The largest number that a floating dtype holds, of a complex one in each part.
VT_API double largest_number(DType dtype);

// Of a number that is not small: see check_scalar_fits.
VT_API void check_large_scalar_fits(const Scalar& value, DType dtype);

// RuntimeError if a number cannot be stored in a dtype without overflow. As in PyTorch a fraction may be cut off, a
// negative number wraps around in uint8, and infinities fit every floating dtype.
inline void check_scalar_fits(const Scalar& value, DType dtype) {
  const bool small = value.is_integral(true)
                         ? value.to_int() >= -128 && value.to_int() <= 127
                         : value.is_floating() && !is_integral(dtype, true) && std::fabs(value.to_double()) <= 65504.0;
  if (!small || is_stored_only(dtype) || value.is_past_int64()) check_large_scalar_fits(value, dtype);
}
// The same for a number that becomes a tensor of its own (full, where, x[0] = 1e6): there a 16-bit float takes
// infinity for what is too large.
inline void check_number_fits(const Scalar& value, DType dtype) {
  if (!is_reduced_floating(dtype) || value.is_complex()) check_scalar_fits(value, dtype);
}

}  // namespace vt
