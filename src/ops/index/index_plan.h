// What indexing with tensors comes to: three groups of dims, the middle one named by a list of offsets.
#pragma once

#include <vector>

#include "core/backend_table.h"
#include "core/tensor.h"

namespace vt {

// The result of self[indices] has dims before + index + after. An element's place in self is
//   self offset + b . before_strides + offset of j + a . after_strides,   offset of j = sum_k indices[k][j] *
//   strides[k].
struct IndexPlan {
  DimVec before_sizes, before_strides;
  DimVec after_sizes, after_strides;
  DimVec index_sizes;
  std::vector<Tensor> indices;  // integer, on self's device, expanded to index_sizes
  DimVec indexed_sizes;         // of self, per entry of indices: the bound of its values
  DimVec indexed_strides;
  DimVec indexed_dims;  // of self, for error messages

  DimVec result_sizes() const;
};

// Expands masks to positions, broadcasts the index tensors and sorts the dims. With index tensors that are not side by
// side the index dims come first, as in NumPy. IndexError for too many indices, wrong dtypes or shapes that do not fit.
IndexPlan plan_index(const Tensor& self, TensorSpan indices);

// out = self[plan], and self[plan] = values or += values; `values` is expanded to the result's sizes. IndexError for a
// value outside its dim; negative ones count from the end.
extern BackendTable<void(const Tensor& self, const IndexPlan& plan, const Tensor& out)> read_index;
extern BackendTable<void(const Tensor& self, const IndexPlan& plan, const Tensor& values, bool accumulate)> write_index;
void index_cuda(const Tensor& self, const IndexPlan& plan, const Tensor& out);
void index_put_cuda(const Tensor& self, const IndexPlan& plan, const Tensor& values, bool accumulate);

}  // namespace vt
