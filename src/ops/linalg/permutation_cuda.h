// Permutation matrices from pivots on CUDA. Free of CUDA headers.
#pragma once

#include "core/tensor.h"

namespace vt::linalg {

/// Writes the ones of P (..., rows, rows) of A = P L U into `out`, dense and of zeros, for pivots (..., k), dense
/// int32. A pivot outside 1 ... rows is reported as an IndexError at the next synchronisation.
void write_permutations(const Tensor& pivots, const Tensor& out, int64_t rows);

}  // namespace vt::linalg
