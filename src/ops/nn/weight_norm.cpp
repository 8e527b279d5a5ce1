// Weights as a direction and a length.
#include <cmath>

#include "dispatch/registry.h"
#include "ops/tensor_operators.h"
#include "ops/typed/nn.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

// Norms of the slices along dim, of sizes 1 but for it; of everything for -1.
Tensor norm_except_dim(const Tensor& v, int64_t pow, int64_t dim) {
  const Scalar p(static_cast<double>(pow));
  if (dim == -1) return ops::linalg_vector_norm(v, p);
  const int64_t kept = wrap_dim(dim, v.dim());
  // Of a vector each element is a slice.
  if (v.dim() == 1) return ops::linalg_vector_norm(ops::unsqueeze(v, 1), p, DimVec{1});
  DimVec others;
  for (int64_t d = 0; d < v.dim(); ++d) {
    if (d != kept) others.push_back(d);
  }
  return ops::linalg_vector_norm(v, p, others, true);
}

Tensor weight_norm(const Tensor& v, const Tensor& g, int64_t dim) { return v * (g / norm_except_dim(v, 2, dim)); }

}  // namespace

void register_weight_norm(Registry& r) {
  r.def("norm_except_dim(Tensor v, int pow=2, int dim=0) -> Tensor")
      .composite(norm_except_dim)
      .function_only()
      .doc("The pow-norms of v's slices along dim, one size per other dim; of all of v for dim -1.");
  r.def("_weight_norm(Tensor v, Tensor g, int dim=0) -> Tensor")
      .composite(weight_norm)
      .function_only()
      .doc("v with its slices along dim brought to the lengths g.");
}

}  // namespace vt
