// Slices along a dim as rows.
#pragma once

#include "core/tensor.h"
#include "ops/copy/kernels.h"

namespace vt {

/// `self` with `dim` moved to the end, contiguous: row s is slice s of `self`. A 0-dim tensor is one row of one
/// element.
inline Tensor rows_along(const Tensor& self, int64_t dim) {
  if (self.dim() == 0) return contiguous_data(self);
  DimVec sizes(self.sizes()), strides(self.strides());
  const auto at = static_cast<size_t>(dim);
  const int64_t size = sizes[at], stride = strides[at];
  sizes.erase(at);
  strides.erase(at);
  sizes.push_back(size);
  strides.push_back(stride);
  return contiguous_data(
      Tensor(make_intrusive<TensorImpl>(self.storage(), self.dtype(), sizes, strides, self.storage_offset())));
}

}  // namespace vt
