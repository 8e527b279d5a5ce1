// Sums of many 16-bit floats in one place stop growing once a term is less than half of the last digit: a hundred terms
// may be enough. They are kept in float32 until the end, as PyTorch's are on the CPU.
#pragma once

#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"

namespace vt {

inline Tensor float32_data(const Tensor& t) {
  const Tensor wide = empty(t.sizes(), DType::float32, t.device());
  copy_data(wide, t);
  return wide;
}

// Calls join with a copy of out in float32, which then becomes out.
template <class Join>
void in_float32(const Tensor& out, const Join& join) {
  const Tensor wide = float32_data(out);
  join(wide);
  copy_data(out, wide);
}

}  // namespace vt
