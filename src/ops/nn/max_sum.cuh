// What softmax and cross entropy gather in one pass over a row.
#pragma once

#include "iter/cuda_rows.cuh"

namespace vt {

/// The running maximum of a row and the sum of exp(x - maximum).
template <typename Compute>
struct MaxSum {
  Compute largest;
  Compute sum;
};

/// Combines what two parts of a row of T gave.
template <typename T>
struct CombineMaxSum {
  template <typename Compute>
  __device__ MaxSum<Compute> operator()(const MaxSum<Compute>& a, const MaxSum<Compute>& b) const {
    if (a.largest == b.largest) return {a.largest, a.sum + b.sum};
    const bool first = b.largest < a.largest;
    const MaxSum<Compute>&high = first ? a : b, &low = first ? b : a;
    return {high.largest, high.sum + low.sum * cuda::row_exp<T>(low.largest - high.largest)};
  }
};

}  // namespace vt
