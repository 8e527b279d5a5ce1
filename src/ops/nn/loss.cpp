#include "ops/nn/loss.h"

#include "core/error.h"
#include "ops/typed/reduce.h"

namespace vt::ops {

Tensor reduced(const Tensor& loss, int64_t reduction) {
  VT_CHECK(reduction >= kNoReduction && reduction <= kSum, Value, reduction, " is not a valid value for reduction");
  if (reduction == kNoReduction) return loss;
  return reduction == kMean ? mean(loss) : sum(loss);
}

}  // namespace vt::ops
