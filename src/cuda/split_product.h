// float32 matrix products on Hopper's tensor cores, with float32's own error.
//
// Note [Split products]
// A float32 number is the sum of three bfloat16 numbers: the nearest one, the nearest one to the rest, and what is then
// left, which has seven bits at most. Of the nine products of two such sums the six of order under three matter; the
// others are under 2^-26 of the result. Tensor cores multiply the parts exactly and truncate as they add, so that
//   - the small products of a chunk of 32 of k are added first, while the sum is small,
//   - then the large ones, and each chunk's sum leaves the tensor core and is added in a float32 register, rounded.
// Sums take the same order whenever the same shape is multiplied, so the bits are the same.
//
// Where parts are not enough the multiplications are FMA, for the 16 x 128 results of a warp: where an element is so
// small that its last part falls below the smallest subnormal (under 2^-110), and where a result is not finite, which
// covers infinities, NaN, elements that round to infinity in bfloat16, and sums that overflow.
//
// float32 products are computed like this where it measures faster than the library (Note [Measured products]), unless
// Float32Products says otherwise.
#pragma once

#include <optional>

#include "cuda/gemm.h"

namespace vt::cuda {

/// Whether split_product takes this product, and may: float32, at least 16 terms, no epilogue but a bias, on compute
/// capability 9.0, with Float32Products::Float32 or Split.
VT_API bool can_split(const GemmArgs& args, int device);
/// Sizes of the tiles of C that a block makes.
enum class SplitTiles : uint8_t { Large, Small };
/// Whether this product, which can be split, may have small tiles, and is not so large that they cannot pay.
bool has_small_tiles(const GemmArgs& args, int device);
/// The tiles of products that are split without being measured: those set here, or, with nothing, those that suit the
/// shape.
VT_API void set_split_tiles(std::optional<SplitTiles> tiles);
SplitTiles likely_tiles(const GemmArgs& args, int device);
/// Gives the product to `stream`; it must be one that can be split.
void split_product(const GemmArgs& args, Stream stream, SplitTiles tiles);

}  // namespace vt::cuda
