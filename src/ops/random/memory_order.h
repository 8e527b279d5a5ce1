// The order in which PyTorch visits a tensor's elements when it fills it: along memory, not along the indices.
#pragma once

#include "core/tensor.h"

namespace vt::random {

// RuntimeError if `self` may not be written, or has a dimension of stride 0.
VT_API void check_fillable(const Tensor& self);

// `self`, if it is dense, or a copy that is, with the same order of dims: an input read along the memory of an output
// of these strides.
VT_API Tensor packed(const Tensor& self, IntSpan strides);

// A dense tensor of self's sizes and order to fill; self itself if it is dense.
VT_API Tensor begin_fill(const Tensor& self);
// Brings what was filled to self and counts the write.
VT_API void end_fill(const Tensor& self, const Tensor& filled);

}  // namespace vt::random
