// What the losses share: how they are reduced in the end.
#pragma once

#include "core/tensor.h"

namespace vt::ops {

// Numbered as in ATen.
enum Reduction : int64_t { kNoReduction = 0, kMean = 1, kSum = 2 };

// The loss of each element as it is, or their mean or sum. Throws Value for another number.
Tensor reduced(const Tensor& loss, int64_t reduction);

// The softmax of logits over the last dim, in the dtype that their sums have.
Tensor softmax_of(const Tensor& logits);

}  // namespace vt::ops
