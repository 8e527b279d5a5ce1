// Joining tensors by one pass over the result.
#pragma once

#include "core/backend_table.h"
#include "core/tensor.h"

namespace vt {

/// Writes `parts` one after the other along `dim` into `out`, which is dense and has room for exactly them; all have
/// elements, of one dtype, and as many dims as `out`. False, with nothing written, for what the kernel does not take. A
/// backend without an entry copies part by part.
extern BackendTable<bool(TensorSpan parts, const Tensor& out, int64_t dim)> join_at_once;

}  // namespace vt
