#pragma once

#include <cstdint>
#include <optional>

namespace vt {

// A slice of a dim after clamping: its first position and how many it takes.
struct SliceBounds {
  int64_t start;
  int64_t length;
};

// As Python clamps slices; RuntimeError unless step > 0.
SliceBounds slice_bounds(int64_t size, std::optional<int64_t> start, std::optional<int64_t> end, int64_t step);

// stride * step; a product that overflows is never walked (its dim has one element at most), so stride will do.
int64_t stepped_stride(int64_t stride, int64_t step);

}  // namespace vt
