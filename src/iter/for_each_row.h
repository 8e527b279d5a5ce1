// The elements of an iterator, row by row of its dim 0.
#pragma once

#include <algorithm>

#include "iter/tensor_iter.h"

namespace vt {

// Calls row(data, count) for elements [begin, end) in the iterator's order, where `data` has the first one of each
// operand; stops where it returns false. Operands: at least as many as the iterator has.
template <int Operands, class Row>
VT_ALWAYS_INLINE bool for_each_row(const TensorIter& it, int64_t begin, int64_t end, const Row& row) {
  const int operands = it.operand_count(), ndim = it.ndim();
  const IntSpan shape = it.shape();
  int64_t index[TensorIter::kMaxDims];
  int64_t rest = begin;
  char* base[Operands];  // at index[0] == 0
  for (int i = 0; i < operands; ++i) base[i] = it.data(i);
  for (int d = 0; d < ndim; ++d) {
    index[d] = rest % shape[d];
    rest /= shape[d];
    for (int i = 0; d > 0 && i < operands; ++i) base[i] += index[d] * it.strides(i)[d];
  }
  for (int64_t at = begin; at < end;) {
    const int64_t count = std::min(shape[0] - index[0], end - at);
    char* data[Operands];
    for (int i = 0; i < operands; ++i) data[i] = base[i] + index[0] * it.strides(i)[0];
    if (!row(data, count)) return false;
    at += count;
    index[0] = 0;
    for (int d = 1; d < ndim; ++d) {
      for (int i = 0; i < operands; ++i) base[i] += it.strides(i)[d];
      if (++index[d] < shape[d]) break;
      for (int i = 0; i < operands; ++i) base[i] -= shape[d] * it.strides(i)[d];
      index[d] = 0;
    }
  }
  return true;
}

}  // namespace vt
