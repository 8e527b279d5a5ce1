#pragma once

#include "core/backend_table.h"
#include "core/tensor.h"
#include "ops/index/reduce_mode.h"

namespace vt {

// out[.. index ..] = src, or joined with it, element by element in the order of the index. Mean is not a mode of its
// own here: add, then divide by counts. RuntimeError for an index outside its dim.
extern BackendTable<void(const Tensor& out, int64_t dim, const Tensor& index, const Tensor& src, ScatterMode mode)>
    scatter_elements;
void scatter_elements_cpu(const Tensor& out, int64_t dim, const Tensor& index, const Tensor& src, ScatterMode mode);

}  // namespace vt
