// The random numbers of one element of a kernel that rejects: as many as it takes, from Philox blocks of its own.
#pragma once

#include <cmath>

#include "core/macros.h"
#include "cuda/philox.cuh"

namespace vt::random {

struct ElementUnits {
  // More than any accepted draw needs; then the last count stands.
  static constexpr uint32_t kMostBlocks = 256;

  const cuda::PhiloxReader& reader;
  uint64_t element;
  uint32_t blocks = 0;
  int left = 0;
  cuda::PhiloxBlock block = {};

  __device__ uint32_t word() {
    if (left == 0) {
      block = reader.block(element, blocks++);
      left = 4;
    }
    return block.words[--left];
  }
  __device__ float next() { return cuda::unit_above_zero(word()); }
  __device__ bool exhausted() const { return blocks == kMostBlocks && left == 0; }
};

// The same in double, with normals, for ops/random/rejection.h.
struct ElementSource {
  ElementUnits& units;

  __device__ double unit() {
    const uint32_t high = units.word(), low = units.word();
    return cuda::unit_below_one(high, low);
  }
  __device__ double normal() {
    const double radius = sqrt(-2.0 * log(1.0 - unit()));
    return radius * cospi(2.0 * unit());
  }
};

}  // namespace vt::random
