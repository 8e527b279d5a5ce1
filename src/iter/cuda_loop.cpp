#include "iter/cuda_loop.h"

#include "core/error.h"

namespace vt::cuda {

bool fits_32_bit(const Loop& loop) {
  constexpr int64_t kLimit = INT32_MAX;
  if (loop.numel() > kLimit) return false;
  for (int i = 0; i < loop.operand_count; ++i) {
    int64_t extent = 16;  // the last vector reaches past its first byte
    for (int d = 0; d < loop.ndim; ++d) extent += (loop.sizes[d] - 1) * loop.operands[i].strides[d];
    if (extent > kLimit) return false;
  }
  return true;
}

Loop split_loop(Loop& loop) {
  int dim = -1;
  int64_t largest = 0;
  for (int d = 0; d < loop.ndim; ++d) {
    if (loop.sizes[d] < 2) continue;
    for (int i = 0; i < loop.operand_count; ++i) {
      const int64_t extent = (loop.sizes[d] - 1) * loop.operands[i].strides[d];
      if (dim < 0 || extent > largest) {
        dim = d;
        largest = extent;
      }
    }
  }
  VT_ASSERT(dim >= 0, "a loop of one element needs no split");
  Loop second = loop;
  // A multiple of 16 keeps the parts of an inner dim aligned for vectors.
  int64_t half = loop.sizes[dim] / 2;
  if (half > 16) half = half / 16 * 16;
  loop.sizes[dim] = half;
  second.sizes[dim] -= half;
  for (int i = 0; i < loop.operand_count; ++i) {
    if (!second.operands[i].is_host_scalar) second.operands[i].data += half * second.operands[i].strides[dim];
  }
  return second;
}

}  // namespace vt::cuda
