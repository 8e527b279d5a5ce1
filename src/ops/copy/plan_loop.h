// A copy or fill as loops for CUDA kernels. Free of CUDA headers.
#pragma once

#include "core/tensor.h"
#include "iter/cuda_loop.h"
#include "ops/copy/copy_plan.h"

namespace vt::cuda {

/// Calls f(const Loop&) for loops that together cover the plan: one up to kLoopDims dims, more beyond. `from` may be
/// undefined (a fill), then the loops have an output only.
template <typename F>
void for_each_plan_loop(const CopyPlan& plan, const char* op, Stream stream, const Tensor& to, const Tensor& from,
                        const F& f) {
  Loop loop;
  loop.op = op;
  loop.stream = stream;
  loop.operand_count = from.defined() ? 2 : 1;
  const int64_t to_bytes = static_cast<int64_t>(size_of(to.dtype()));
  const int64_t from_bytes = from.defined() ? static_cast<int64_t>(size_of(from.dtype())) : 0;
  loop.operands[0].dtype = to.dtype();
  loop.operands[0].storage = to.storage().get();
  if (from.defined()) {
    loop.operands[1].dtype = from.dtype();
    loop.operands[1].storage = from.storage().get();
  }
  const int ndim = plan.ndim();
  loop.ndim = ndim < kLoopDims ? ndim : kLoopDims;
  const int outer = ndim - loop.ndim;
  for (int d = 0; d < loop.ndim; ++d) {
    const auto p = static_cast<size_t>(ndim - 1 - d);  // the plan has the outermost dim first
    loop.sizes[d] = plan.sizes[p];
    loop.operands[0].strides[d] = plan.to_strides[p] * to_bytes;
    loop.operands[1].strides[d] = plan.from_strides[p] * from_bytes;
  }
  int64_t rows = 1;
  for (int d = 0; d < outer; ++d) rows *= plan.sizes[static_cast<size_t>(d)];
  CopyRows row(plan, outer, 0);
  for (int64_t i = 0; i < rows; ++i, row.next()) {
    loop.operands[0].data = static_cast<char*>(to.data()) + row.to() * to_bytes;
    if (from.defined()) loop.operands[1].data = static_cast<char*>(from.data()) + row.from() * from_bytes;
    f(loop);
  }
}

}  // namespace vt::cuda
