#include "iter/cuda_reduce.h"

#include <algorithm>

#include "core/error.h"

namespace vt::cuda {
namespace {

void append(ReduceDims& dims, int64_t size, int64_t stride) {
  dims.count *= size;
  if (size == 1) return;
  if (dims.ndim > 0) {
    const int last = dims.ndim - 1;
    if (dims.strides[last] * dims.sizes[last] == stride) {
      dims.sizes[last] *= size;
      return;
    }
  }
  VT_CHECK(dims.ndim < kReduceDims, NotImplemented, "CUDA reductions over more than ", kReduceDims,
           " dims that can't be merged are not implemented");
  dims.sizes[dims.ndim] = size;
  dims.strides[dims.ndim] = stride;
  dims.ndim++;
}

}  // namespace

ReduceShape make_reduce_shape(const Tensor& input, IntSpan dims, bool ordered) {
  const IntSpan sizes = input.sizes(), strides = input.strides();
  const auto ndim = static_cast<int>(sizes.size());
  auto is_reduced = [&](int d) { return dims.empty() || std::find(dims.begin(), dims.end(), d) != dims.end(); };
  ReduceShape shape;
  DimVec reduced;
  for (int d = ndim - 1; d >= 0; --d) {
    if (is_reduced(d)) {
      reduced.push_back(d);
    } else {
      append(shape.kept, sizes[d], strides[d]);
    }
  }
  if (!ordered) {
    std::stable_sort(reduced.begin(), reduced.end(), [&](int64_t a, int64_t b) { return strides[a] < strides[b]; });
  }
  for (const int64_t d : reduced) append(shape.reduced, sizes[d], strides[d]);
  return shape;
}

}  // namespace vt::cuda
