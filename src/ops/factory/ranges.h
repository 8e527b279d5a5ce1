// The kernels behind arange and linspace.
#pragma once

#include "core/backend_table.h"
#include "core/tensor.h"

namespace vt {

// Element i is start + i * step for the first `pivot` elements and end - (count - 1 - i) * step for the rest; every
// dtype but bool and complex. `exact_*` carry integer ranges, which doubles would round.
struct Range {
  double start = 0;
  double end = 0;
  double step = 1;
  int64_t exact_start = 0;
  int64_t exact_step = 1;
  int64_t pivot = 0;  // count for arange, count / 2 for linspace
  bool is_linspace = false;
  bool rounds_twice = false;  // products are rounded before they are added, as logspace's exponents
};

// Fills `out`, contiguous and of at least one element.
extern BackendTable<void(const Tensor& out, const Range& range)> fill_range;
void fill_range_cuda(const Tensor& out, const Range& range);

}  // namespace vt
