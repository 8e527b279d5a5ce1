#include "ops/pointwise/signed_order.h"

#include <limits>

#include "ops/copy/kernels.h"
#include "ops/tensor_operators.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"

namespace vt::pointwise {
namespace {

// With the first bit turned over the bits of uint64 have the order of int64.
Tensor first_bit_turned(const Tensor& bits) {
  return ops::bitwise_xor(bits, wrapped_number(std::numeric_limits<int64_t>::min()));
}

}  // namespace

Tensor in_signed_order(const Tensor& t) {
  if (!is_wide_unsigned(t.dtype())) return t;
  if (t.dtype() != DType::uint64) return cast_data(t, ordered_dtype(t.dtype()));
  return first_bit_turned(ops::view(t, DType::int64));
}

void from_signed_order(const Tensor& to, const Tensor& ordered) {
  copy_data(to, to.dtype() == DType::uint64 ? first_bit_turned(ordered) : ordered);
}

}  // namespace vt::pointwise
