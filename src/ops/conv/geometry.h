// Sizes of convolutions of any number of spatial dims, plain and transposed, and what they refuse.
#pragma once

#include <string_view>

#include "core/tensor.h"

namespace vt::conv {

// Lists have an entry per spatial dim.
struct Geometry {
  IntSpan stride, padding, dilation;
  bool transposed = false;
  IntSpan output_padding;
  int64_t groups = 1;

  size_t dims() const { return stride.size(); }
};

// The entries of a list that stands for `dims` of them: one is repeated. RuntimeError, which names it, for others.
DimVec per_dim(IntSpan list, size_t dims, std::string_view name);

// Checks input (N, C, ...), weight and bias against each other and the geometry, and returns the sizes of the result.
// weight is (filters, C / groups, ...), or transposed (C, filters / groups, ...).
DimVec result_sizes(const Tensor& input, const Tensor& weight, const Tensor& bias, const Geometry& g);

// Size of one dim of the result.
int64_t result_size(const Geometry& g, size_t dim, int64_t input, int64_t kernel);

// The output padding with which the transposed convolution of `result` sizes has `input` sizes (both N, C, ...).
DimVec lost_by_stride(IntSpan input, IntSpan result, IntSpan weight, const Geometry& g);

}  // namespace vt::conv
