#include "dispatch/flops.h"
#include "ops/pointwise/rows_register.h"

#include "ops/pointwise/arithmetic.def"

namespace vt {
namespace {

// Elements of the result of broadcasting two operands.
double broadcast_flops(std::span<const Value> args) {
  const IntSpan a = sizes_at(args, 0), b = sizes_at(args, 1);
  double n = 1;
  for (size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const int64_t from_a = i < a.size() ? a[a.size() - 1 - i] : 1, from_b = i < b.size() ? b[b.size() - 1 - i] : 1;
    n *= static_cast<double>(from_a == 1 ? from_b : from_a);
  }
  return n;
}

}  // namespace

void register_pointwise_arithmetic(Registry& r) {
  VT_ADD_ROWS(r);
  declare_flops(r, "add.Tensor", broadcast_flops);
  declare_flops(r, "mul.Tensor", broadcast_flops);
}

}  // namespace vt
