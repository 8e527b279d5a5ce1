// What an elementwise kernel works on: operands over one set of collapsed dims. Free of CUDA headers.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "core/storage.h"
#include "cuda/stream.h"

namespace vt::cuda {

inline constexpr int kLoopDims = 8;
inline constexpr int kLoopOperands = 6;  // one output and up to five inputs

/// One operand. Strides are in bytes, one per dim of the loop, never negative; those past the loop's dims are not set.
struct LoopOperand {
  char* data = nullptr;
  DType dtype = DType::float32;
  bool rounds = false;  // an input that becomes `via`, which holds less than both its dtype and the function's
  DType via = DType::float32;
  bool is_host_scalar = false;  // a 0-dim CPU tensor: `data` is host memory, read at launch
  const StorageImpl* storage = nullptr;
  int64_t strides[kLoopDims];
};

/// Operand 0 is the output, the others are inputs. Dim 0 is the innermost. The output's elements are all distinct.
struct Loop {
  const char* op = "";
  Stream stream;
  int ndim = 0;
  int64_t sizes[kLoopDims];
  int operand_count = 0;
  LoopOperand operands[kLoopOperands];

  int64_t numel() const {
    int64_t n = 1;
    for (int d = 0; d < ndim; ++d) n *= sizes[d];
    return n;
  }
};

/// Whether one offset of every operand and the element index fit in 31 bits.
bool fits_32_bit(const Loop& loop);
/// Cuts the loop's largest dim in two; `loop` keeps the first part and the second is returned.
Loop split_loop(Loop& loop);

}  // namespace vt::cuda
