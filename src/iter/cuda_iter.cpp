#include "iter/cuda_iter.h"

#include "core/error.h"

namespace vt::cuda {

int64_t loop_count(const TensorIter& it) {
  if (it.numel() == 0) return 0;
  int64_t count = 1;
  for (int d = kLoopDims; d < it.ndim(); ++d) count *= it.shape()[d];
  return count;
}

Loop make_loop(const TensorIter& it, const char* op, int64_t index) {
  VT_ASSERT(it.operand_count() <= kLoopOperands && it.output_count() == 1);
  Loop loop;
  loop.op = op;
  loop.stream = current_stream(it.device().index);
  loop.ndim = it.ndim() < kLoopDims ? it.ndim() : kLoopDims;
  loop.operand_count = it.operand_count();
  for (int d = 0; d < loop.ndim; ++d) loop.sizes[d] = it.shape()[d];
  for (int i = 0; i < loop.operand_count; ++i) {
    LoopOperand& operand = loop.operands[i];
    operand.data = it.data(i);
    operand.dtype = it.dtype(i);
    operand.is_host_scalar = it.is_host_scalar(i);
    operand.storage = operand.is_host_scalar ? nullptr : it.tensor(i).storage().get();
    for (int d = 0; d < loop.ndim; ++d) operand.strides[d] = it.strides(i)[d];
  }
  int64_t rest = index;
  for (int d = kLoopDims; d < it.ndim(); ++d) {
    const int64_t at = rest % it.shape()[d];
    rest /= it.shape()[d];
    for (int i = 0; i < loop.operand_count; ++i) loop.operands[i].data += at * it.strides(i)[d];
  }
  return loop;
}

}  // namespace vt::cuda
