// Runs a one-dimensional kernel over a TensorIter on the CPU: threads, outer dims, and conversion to the dtypes that
// the kernel computes in.
#pragma once

#include "iter/tensor_iter.h"

namespace vt {

// One output and `inputs` inputs, contiguous, in the dtypes that the loop declares. Bit i of `repeated`: input i is one
// element that stands for all n. The output may be the same memory as an input. `params`: kParamBytes per number of the
// call, in the compute dtype.
using LoopKernel = void (*)(char* const* data, unsigned repeated, int64_t n, const char* params);
inline constexpr int kParamBytes = 16;

struct CpuLoop {
  LoopKernel kernel;
  DType dtypes[TensorIter::kMaxOperands];  // output first
  DType via[TensorIter::kMaxOperands];     // what an input of another dtype becomes before it becomes dtypes[i]
  bool takes_repeated;                     // else inputs that stand still are spread over a buffer
  const char* params;
};

// Operands of other dtypes or strides pass through buffers of kLoopChunk elements, which stay in the first-level cache.
inline constexpr int64_t kLoopChunk = 512;
// A thread is worth waking for this many elements.
inline constexpr int64_t kLoopGrain = 16384;

VT_API void run_cpu_loop(const TensorIter& it, const CpuLoop& loop);

}  // namespace vt
