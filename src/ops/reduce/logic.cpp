// any and all.
#include "dispatch/registry.h"
#include "ops/reduce/engine.h"

namespace vt {
namespace {

using namespace vt::reduce;
using Dims = std::optional<DimVec>;

// uint8 stays uint8, as in PyTorch.
DType truth_dtype(const Tensor& self) { return self.dtype() == DType::uint8 ? DType::uint8 : DType::bool_; }

TensorSpec truth_all_meta(const Tensor& self) { return {{}, truth_dtype(self), self.device()}; }
TensorSpec truth_dim_meta(const Tensor& self, int64_t& dim, bool& keepdim) {
  dim = wrap_dim(dim, self.dim());
  return {reduced_sizes(self, self.dim() ? DimVec{dim} : DimVec{}, keepdim), truth_dtype(self), self.device()};
}
TensorSpec truth_dims_meta(const Tensor& self, Dims& dim, bool& keepdim) {
  if (!dim || !dim->empty()) dim = reduced_dims(self, dim);  // of no dims: an element is its own truth
  return {reduced_sizes(self, *dim, keepdim), truth_dtype(self), self.device()};
}

template <const Row& row>
void truth_all(const Tensor& self, Tensor& out) {
  reduce::reduce(row, self, self.dtype(), all_dims(self), out);
}
template <const Row& row>
void truth_dim(const Tensor& self, int64_t dim, bool, Tensor& out) {
  reduce::reduce(row, self, self.dtype(), self.dim() ? DimVec{dim} : DimVec{}, out);
}
template <const Row& row>
void truth_dims(const Tensor& self, const Dims& dim, bool, Tensor& out) {
  reduce::reduce(row, self, self.dtype(), *dim, out);
}

template <const Row& row>
void declare(Registry& r, const char* all, const char* dim, const char* dims) {
  r.def(all).meta(truth_all_meta).cpu(truth_all<row>).cuda(truth_all<row>).not_differentiable();
  r.def(dim).meta(truth_dim_meta).cpu(truth_dim<row>).cuda(truth_dim<row>).not_differentiable();
  r.def(dims).meta(truth_dims_meta).cpu(truth_dims<row>).cuda(truth_dims<row>).not_differentiable();
}

}  // namespace

void register_reduce_logic(Registry& r) {
  declare<rows::any>(r, "any(Tensor self) -> Tensor", "any.dim(Tensor self, int dim, bool keepdim=False) -> Tensor",
                     "any.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor");
  declare<rows::all>(r, "all(Tensor self) -> Tensor", "all.dim(Tensor self, int dim, bool keepdim=False) -> Tensor",
                     "all.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor");
}

}  // namespace vt
