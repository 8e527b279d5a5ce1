// From the iterator to the loops that CUDA kernels run over. Free of CUDA headers.
#pragma once

#include "iter/cuda_loop.h"
#include "iter/tensor_iter.h"

namespace vt::cuda {

/// Number of loops that the iterator's dims take: 1 up to kLoopDims dims, else one per index of the outer ones.
int64_t loop_count(const TensorIter& it);
/// Loop number `index` of an elementwise iterator with one output, on the current stream of its device. `op`: a
/// literal.
Loop make_loop(const TensorIter& it, const char* op, int64_t index = 0);

template <typename F>
void for_each_loop(const TensorIter& it, const char* op, const F& f) {
  const int64_t count = loop_count(it);
  for (int64_t i = 0; i < count; ++i) f(make_loop(it, op, i));
}

}  // namespace vt::cuda
