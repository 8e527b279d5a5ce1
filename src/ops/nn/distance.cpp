// Distances and angles between vectors along a dim, and vectors brought to length 1.
#include "core/thread_state.h"
#include "dispatch/registry.h"
#include "iter/promotion.h"
#include "ops/copy/copy.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

Tensor norm_along(const Tensor& x, double p, int64_t dim, bool keepdim) {
  return ops::linalg_vector_norm(x, Scalar(p), DimVec{dim}, keepdim);
}

// Where the bound holds a norm up, its gradient still flows as if it did not: PyTorch's.
Tensor unit(const Tensor& x, int64_t dim, double eps) {
  const Tensor norm = ops::clone(norm_along(x, 2.0, dim, true));
  {
    const GradMode off(false);
    ops::clamp_min_(norm, Scalar(eps));
  }
  return x / norm;
}

Tensor cosine_similarity(const Tensor& x1, const Tensor& x2, int64_t dim, double eps) {
  const DType common = result_type(x1, x2);
  VT_CHECK(is_floating(common), Runtime, "expected common dtype to be floating point, yet common dtype is ", common);
  const DimVec sizes = broadcast_sizes(x1.sizes(), x2.sizes());
  auto brought = [&](const Tensor& x) { return ops::expand(ops::as_dtype(x, common), sizes); };
  return ops::sum(unit(brought(x1), dim, eps) * unit(brought(x2), dim, eps), DimVec{dim});
}

Tensor normalize(const Tensor& self, double p, int64_t dim, double eps) {
  return self / ops::clamp_min(norm_along(self, p, dim, true), Scalar(eps));
}

Tensor pairwise_distance(const Tensor& x1, const Tensor& x2, double p, double eps, bool keepdim) {
  return norm_along(x1 - x2 + Scalar(eps), p, -1, keepdim);
}

}  // namespace

void register_distance(Registry& r) {
  r.def("cosine_similarity(Tensor x1, Tensor x2, int dim=1, float eps=1e-08) -> Tensor")
      .composite(cosine_similarity)
      .autocast({.cuda = AutocastPolicy::Float32})
      .surface(kFunction | kFunctional)
      .doc("Dot product along dim over the product of the norms, each at least eps; the inputs broadcast.");
  r.def("pairwise_distance(Tensor x1, Tensor x2, float p=2.0, float eps=1e-06, bool keepdim=False) -> Tensor")
      .composite(pairwise_distance)
      .surface(kFunction | kFunctional)
      .doc("p-norm of x1 - x2 + eps along the last dim.");
  r.def("normalize(Tensor self, float p=2.0, int dim=1, float eps=1e-12) -> Tensor")
      .composite(normalize)
      .out()
      .surface(kFunctional)
      .doc("self over its p-norm along dim, that norm being at least eps.");
}

}  // namespace vt
