// Moving and filling memory of tensors, below the ops: no dispatch, no autograd, no version bumps.
#pragma once

#include "core/backend_table.h"
#include "core/tensor.h"

namespace vt {

// Writes `from`, converted to the dtype of `to`, into `to`. Same sizes; any strides, dtypes and devices. The two must
// not overlap. `non_blocking`: a copy between pinned host memory and a GPU may still run when this returns.
VT_API void copy_data(const Tensor& to, const Tensor& from, bool non_blocking = false);

// The same, unless `to` already is `from`: how an op that changes parts of self begins, in place or not.
inline void copy_unless_same(const Tensor& to, const Tensor& from) {
  if (to.impl()->address() != from.impl()->address() || to.numel() != from.numel()) copy_data(to, from);
}

// Writes `value` into every element. Any strides.
VT_API void fill_data(const Tensor& self, const Scalar& value);

// A contiguous tensor with the values of `self`: itself if it is one, else a copy. For kernels; not differentiable.
VT_API Tensor contiguous_data(const Tensor& self);
// The same with another dtype.
VT_API Tensor cast_data(const Tensor& self, DType dtype);

// The value of a one-element tensor, fetched from its device.
VT_API Scalar read_scalar(const Tensor& self);

// One side of a strided copy; strides in elements.
struct CopyTarget {
  char* data;
  DType dtype;
  IntSpan strides;
};
struct CopySource {
  const char* data;
  DType dtype;
  IntSpan strides;  // negative ones step back
};
void strided_copy_cpu(const CopyTarget& to, const CopySource& from, IntSpan sizes);

// Within one device, of at least one element.
VT_API extern BackendTable<void(const Tensor& to, const Tensor& from)> strided_copy;
VT_API extern BackendTable<void(const Tensor& self, const Scalar& value)> strided_fill;

void strided_copy_cpu(const Tensor& to, const Tensor& from);
void fill_cpu(const Tensor& self, const Scalar& value);

}  // namespace vt
