// How many elements are set before each block of them, on CUDA. Free of CUDA headers.
#pragma once

#include "core/tensor.h"

namespace vt {

/// int64[blocks + 1], not filled: a number for each block of set_elements.cuh over n > 0 elements, and one more.
Tensor counts_of_blocks(int64_t n, Device device);
/// Puts in the place of each block's number the sum of those before it, and the sum of all behind the last.
void sum_before_blocks(const Tensor& counts);
/// That last sum. Waits for the GPU.
int64_t set_in_all(const Tensor& starts);

/// int64[blocks + 1]: how many elements of `flat`, which is contiguous and has some, are set before each block of
/// set_elements.cuh, and in all.
Tensor set_before_blocks(const Tensor& flat);

}  // namespace vt
