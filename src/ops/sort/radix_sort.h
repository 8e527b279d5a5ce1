// Stable sorting of keys on CUDA. Free of CUDA headers.
#pragma once

#include "core/tensor.h"

namespace vt {

/// Rows of unsigned keys of 64 bits (as int64) or 32 (as int32), with an int32 each that goes along or, where `payload`
/// is undefined, without; both (rows, n), contiguous.
struct SortPairs {
  Tensor keys;
  Tensor payload;
};

/// Sorts each row by the low `bits` bits of its keys, ascending; equal keys keep their order. The tensors given are
/// overwritten; what comes back may be them or others. On the current stream, deterministic.
SortPairs radix_sort_cuda(SortPairs pairs, int64_t rows, int64_t n, int bits);

/// Rows in order, each in one of two places: only the GPU knows which.
struct SortedRows {
  SortPairs places[2];
  Tensor moves;  // (rows), int32: a bit for each pass that moved the row; undefined: all of `passes` did
  int passes;
};

/// radix_sort_cuda, with `leave_out` without the passes in which all keys of a row have the same digit. Looking for
/// them costs a few microseconds of each pass: keys of floats seldom have any.
SortedRows radix_sort_rows_cuda(SortPairs pairs, int64_t rows, int64_t n, int bits, bool leave_out);

}  // namespace vt
