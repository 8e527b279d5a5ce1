// The extreme elements along a dim and their places.
#pragma once

#include "core/backend_table.h"
#include "core/tensor.h"

namespace vt::reduce {

// values (self's dtype; undefined if not wanted) and indices (int64), both contiguous with self's sizes less dim, in
// order. dim is wrapped; self has at least one element along it.
extern BackendTable<void(bool largest, const Tensor& self, int64_t dim, const Tensor& values, const Tensor& indices)>
    arg_reduce;
void arg_reduce_cpu(bool largest, const Tensor& self, int64_t dim, const Tensor& values, const Tensor& indices);
void arg_reduce_cuda(bool largest, const Tensor& self, int64_t dim, const Tensor& values, const Tensor& indices);

}  // namespace vt::reduce
