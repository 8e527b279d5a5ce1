// Sums of captured work that wait for a norm.
//
// Note [Residual sums]
// A residual network asks for x + f(x) and then for a norm of it. In a captured step such a sum waits (Note [Waiting
// work]), and a norm that comes next reads both terms and writes the sum beside its own result, with the rounding of
// each: a pass less over the sum.
#pragma once

#include <memory>

#include "core/tensor.h"
#include "cuda/waiting_work.h"

namespace vt::pointwise {

/// out = a + b, all dense and alike but for the dtype of b, which has 16 bits or is float32, as the others are.
class VT_API ResidualSum final : public cuda::WaitingWork {
 public:
  ResidualSum(cuda::Stream stream, Tensor a, Tensor b, const Tensor& out);
  void give() override;

  Tensor a, b;
  float* out;
};

/// What waits to write just `sum` on the current stream, if that is such a sum; whoever takes it writes it. Else null.
VT_API std::unique_ptr<ResidualSum> take_residual_sum(const Tensor& sum);

}  // namespace vt::pointwise
