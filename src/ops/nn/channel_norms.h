// What the norms of channels share: the second dim, statistics in a wide dtype.
#pragma once

#include "dispatch/value.h"

namespace vt {

// All dims but the second.
DimVec all_but_channels(const Tensor& x);
// (channels) as it broadcasts against x; dispatched.
Tensor per_channel(const Tensor& t, const Tensor& x);
// That of the statistics of x.
DType statistics_dtype(const Tensor& x);
// Contiguous in that dtype, for kernels; undefined of an undefined tensor.
Tensor as_statistics(const Tensor& t, const Tensor& x);
// The format in which kernels read and write all tensors of a call: that of its result.
MemoryFormat format_of(const Tensor& out);
// Strides of a result like x: none, which is contiguous, unless x suggests channels_last.
DimVec channels_last_strides(const Tensor& x);

}  // namespace vt
