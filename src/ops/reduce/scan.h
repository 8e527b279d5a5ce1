// Running sums and products along a dim.
#pragma once

#include "core/backend_table.h"
#include "core/tensor.h"

namespace vt::reduce {

// in and out have one dtype and shape; out is contiguous; dim is wrapped.
extern BackendTable<void(bool product, const Tensor& in, int64_t dim, const Tensor& out)> scan_along;
void scan_cpu(bool product, const Tensor& in, int64_t dim, const Tensor& out);
void scan_cuda(bool product, const Tensor& in, int64_t dim, const Tensor& out);

}  // namespace vt::reduce
