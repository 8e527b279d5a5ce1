// The factor of index_add.
#pragma once

#include "ops/factory/factory.h"
#include "ops/typed/pointwise.h"

namespace vt {

// source times alpha, which is read in source's dtype.
inline Tensor times_alpha(const Tensor& source, const Scalar& alpha) {
  if (!alpha.is_complex() && alpha.to_double() == 1.0) return source;
  return ops::mul(source, ops::filled(IntSpan(), alpha, source.dtype(), kCPU));
}

}  // namespace vt
