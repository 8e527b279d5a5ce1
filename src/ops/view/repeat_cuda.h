// Positions repeated on CUDA. Free of CUDA headers.
#pragma once

#include "core/tensor.h"

namespace vt {

/// Writes position i repeats[i] times to `out`, in order. repeats and ends, its running sums: contiguous int64 (n);
/// out: contiguous int64 or int32, of ends[n - 1] elements. That it is not, and a repeat below zero, are reported as a
/// RuntimeError at the next synchronisation. Waits for nothing.
void write_repeats(const Tensor& repeats, const Tensor& ends, const Tensor& out);

}  // namespace vt
