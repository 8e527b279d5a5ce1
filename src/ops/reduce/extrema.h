// The extreme elements along a dim and their places.
#pragma once

#include "core/tensor.h"

namespace vt::reduce {

// values (self's dtype; undefined if not wanted) and indices (int64), both contiguous with self's sizes less dim, in
// order. dim is wrapped; self has at least one element along it.
void arg_reduce(bool largest, const Tensor& self, int64_t dim, const Tensor& values, const Tensor& indices);
void arg_reduce_cuda(bool largest, const Tensor& self, int64_t dim, const Tensor& values, const Tensor& indices);

}  // namespace vt::reduce
