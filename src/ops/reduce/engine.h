// Runs a row of reduce.def or norms.def over dims of a tensor.
#pragma once

#include <optional>

#include "core/backend_table.h"
#include "core/tensor.h"
#include "ops/reduce/kernels.h"

namespace vt::reduce {

using CudaReduce = void (*)(const Tensor& in, IntSpan dims, const Tensor& out, double p);

struct Row {
  const char* name;
  pointwise::DTypeRule rule;
  const KernelSet* kernels[3];  // by SimdLevel
  CudaReduce cuda;
};

// Every row of reduce.def and norms.def.
namespace rows {
#define VT_REDUCE(id, ...) extern const Row id;
#include "ops/reduce/norms.def"
#include "ops/reduce/reduce.def"
#undef VT_REDUCE
}  // namespace rows

// The result dtype of a row for a computation in `compute`; NotImplementedError outside the row's domain.
DType result_of(const Row& row, DType compute);

extern BackendTable<void(const Row& row, const Tensor& in, DType compute, IntSpan dims, const Tensor& out, double p)>
    reduce_row;
// Reduces `in`, converted to `compute`, over `dims` (wrapped, distinct) into `out`: contiguous, in's remaining sizes in
// order (with or without the reduced ones as 1), any dtype that the result converts to.
inline void reduce(const Row& row, const Tensor& in, DType compute, IntSpan dims, const Tensor& out, double p = 0.0) {
  reduce_row(in.device(), row, in, compute, dims, out, p);
}

void register_reduce_rows();

// ---- what schemas of reductions share ----

// dims wrapped and checked for repeats; absent or empty means all.
DimVec reduced_dims(const Tensor& self, const std::optional<DimVec>& dims);
DimVec all_dims(const Tensor& self);
DimVec reduced_sizes(const Tensor& self, IntSpan dims, bool keepdim);
// IndexError where a reduction without an identity meets an empty dim.
void check_not_empty(const Tensor& self, IntSpan dims, const char* op);

// A gradient of the result's shape brought back to rank: reduced dims as 1, so that it broadcasts over self.
Tensor restore_dims(const Tensor& grad, IntSpan self_sizes, IntSpan dims, bool keepdim);
// The same, expanded to self's sizes (a view).
Tensor expand_to(const Tensor& grad, IntSpan self_sizes, IntSpan dims, bool keepdim);

}  // namespace vt::reduce
