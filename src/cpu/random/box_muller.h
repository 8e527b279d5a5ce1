// The Box-Muller transform over blocks of 16: 8 radii from the first 8 uniforms, 8 angles from the last 8.
#pragma once

#include <cstdint>

namespace vt::cpu {

// In place: 16 * `blocks` uniforms of [0, 1) become normals. In float the bits are those of PyTorch's AVX2 code, on
// every machine; in double they come from the C library's log, sin and cos, as PyTorch's do.
void box_muller_blocks(float* data, int64_t blocks, float mean, float std);
void box_muller_blocks(double* data, int64_t blocks, double mean, double std);

}  // namespace vt::cpu
