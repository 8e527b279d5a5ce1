// float32 products of many small matrices, by multiply-adds.
//
// The library's kernels are made for large matrices: its tiles do not fit 80 x 80 scores or 32 columns of a head, and
// filling them takes longer than multiplying. Here a tile is 64 or 80 rows by as many columns or 32, whichever covers
// the matrix better, and a block makes one; sums are in the order of k. Chosen where it measures faster (Note [Measured
// products]).
#pragma once

#include "cuda/gemm.h"

namespace vt::cuda {

/// A batch of two dims: matrix i of A lies i / inner * outer_a + i % inner * stride_a elements behind the first.
struct HeadStrides {
  int64_t inner = 1;
  int64_t outer_a = 0, outer_b = 0;
};

/// Whether small_product takes this product, and may: float32 in a batch, rows and columns of up to 256 in whole
/// vectors of four, no epilogue, not both factors transposed, and Float32Products that allow multiply-adds.
VT_API bool is_small(const GemmArgs& args);
VT_API bool is_small(const GemmArgs& args, const HeadStrides& heads);
/// Gives the product to `stream`; it must be small.
void small_product(const GemmArgs& args, Stream stream);
void small_product(const GemmArgs& args, const HeadStrides& heads, Stream stream);

}  // namespace vt::cuda
