// Descriptions of tensors for the bulk copy engine (TMA), which moves boxes of them between global and shared memory.
#pragma once

#include <cuda.h>

#include <cstdint>

#include "core/dtype.h"
#include "core/macros.h"

namespace vt::cuda {

/// A tensor (n3, n2, rows, cols) of 16-bit elements whose columns are contiguous. Strides in elements.
struct TensorMapArgs {
  DType dtype = DType::bfloat16;  // or float16
  const void* data = nullptr;
  int64_t sizes[4] = {};    // slowest first
  int64_t strides[3] = {};  // of the dims before the columns
  int box_rows = 0;         // at most 256
  int box_cols = 0;         // 64 or 32: rows of a box take 128 or 64 bytes of shared memory, swizzled by that width
};

/// Whether the engine can address a tensor: 16-byte aligned, with strides that are positive multiples of 16 bytes
/// wherever there is more than one element.
VT_API bool suits_tensor_map(const TensorMapArgs& args);
/// Throws RuntimeError where the driver has no such engine or refuses the description.
VT_API CUtensorMap encode_tensor_map(const TensorMapArgs& args);

}  // namespace vt::cuda
