// Distances and angles between vectors along a dim, and vectors brought to length 1.
#include "core/thread_state.h"
#include "dispatch/registry.h"
#include "iter/promotion.h"
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/pointwise/gradients.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/index.h"
#include "ops/typed/join.h"
#include "ops/typed/linalg.h"
#include "ops/typed/nn.h"
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

// Euclidean distances of rows (*, P, M) and (*, R, M) by one product: |a|^2 - 2 a b + |b|^2.
Tensor euclidean_distances(const Tensor& x1, const Tensor& x2) {
  auto squares = [](const Tensor& x) { return ops::sum(x * x, DimVec{-1}, true); };
  auto ones = [](const Tensor& x) { return ops::filled_like(ops::narrow(x, -1, 0, 1), 1); };
  const Tensor left = ops::cat(std::vector<Tensor>{x1 * Scalar(-2), squares(x1), ones(x1)}, -1);
  const Tensor right = ops::cat(std::vector<Tensor>{x2, ones(x2), squares(x2)}, -1);
  return ops::sqrt(ops::clamp_min(ops::matmul(left, ops::transpose(right, -2, -1)), Scalar(0)));
}
// grad (a - b) / distance, 0 where they are the same.
void euclidean_distances_backward(GradContext& ctx) {
  const Tensor x1 = ctx.saved(0), x2 = ctx.saved(1), distance = ctx.saved_result();
  const Tensor pull =
      pointwise::unless(distance == 0, ctx.grad() / ops::where(distance == 0, wrapped_number(1.0), distance));
  const Tensor back = ops::transpose(pull, -2, -1);
  if (ctx.needs(0)) ctx.set(0, ops::sum(pull, DimVec{-1}, true) * x1 - ops::matmul(pull, x2));
  if (ctx.needs(1)) ctx.set(1, ops::sum(back, DimVec{-1}, true) * x2 - ops::matmul(back, x1));
}

constexpr int64_t kFewRows = 25;  // from here on PyTorch multiplies, with less precision

Tensor cdist(const Tensor& x1, const Tensor& x2, double p, std::optional<int64_t> compute_mode) {
  VT_CHECK(is_floating(x1.dtype()) && is_floating(x2.dtype()), Runtime,
           "cdist only supports floating-point dtypes, got ", x1.dtype(), " and ", x2.dtype());
  VT_CHECK(p >= 0, Runtime, "cdist only supports non-negative p values");
  VT_CHECK(x1.dim() >= 2 && x2.dim() >= 2, Runtime, "cdist: expected tensors of at least two dimensions, got ", x1,
           " and ", x2);
  VT_CHECK(x1.size(-1) == x2.size(-1), Runtime, "X1 and X2 must have the same number of columns. X1: ", x1.size(-1),
           " X2: ", x2.size(-1));
  const int64_t mode = compute_mode.value_or(0);
  VT_CHECK(mode >= 0 && mode <= 2, Runtime, "possible modes: 0, 1, 2, but was: ", mode);
  const int64_t rows1 = x1.size(-2), rows2 = x2.size(-2), width = x1.size(-1);
  auto batch_of = [](const Tensor& x) { return x.sizes().first(static_cast<size_t>(x.dim() - 2)); };
  const DimVec batch = broadcast_sizes(batch_of(x1), batch_of(x2));
  auto brought = [&](const Tensor& x) {
    DimVec sizes(batch);
    sizes.push_back(x.size(-2));
    sizes.push_back(width);
    return ops::expand(x, sizes);
  };
  const Tensor a = brought(x1), b = brought(x2);
  const bool many = rows1 > kFewRows || rows2 > kFewRows;
  if (p == 2.0 && width > 0 && (mode == 1 || (mode == 0 && many))) return ops::_euclidean_distances(a, b);
  const Tensor difference = ops::unsqueeze(a, -2) - ops::unsqueeze(b, -3);
  return width == 0 ? ops::sum(difference, DimVec{-1}) : norm_along(difference, p, -1, false);
}

// Distances of each two rows, a before b.
Tensor pdist(const Tensor& self, double p) {
  VT_CHECK(self.dim() == 2, Runtime, "pdist only supports 2D tensors, got: ", self.dim(), "D");
  VT_CHECK(is_floating(self.dtype()), Runtime, "pdist only supports floating-point dtypes");
  VT_CHECK(p >= 0, Runtime, "pdist only supports non-negative p values");
  const int64_t n = self.size(0);
  const Tensor pairs = ops::triu_indices(n, n, 1, DType::int64, self.device());
  const Tensor difference =
      ops::index_select(self, 0, ops::select(pairs, 0, 0)) - ops::index_select(self, 0, ops::select(pairs, 0, 1));
  return self.size(1) == 0 ? ops::sum(difference, DimVec{-1}) : norm_along(difference, p, -1, false);
}

}  // namespace

void register_distance(Registry& r) {
  r.def("_euclidean_distances(Tensor x1, Tensor x2) -> Tensor")
      .all(euclidean_distances)
      .backward(keep::args(0, 1) | keep::result, euclidean_distances_backward)
      .internal();
  r.def("cdist(Tensor x1, Tensor x2, float p=2.0, int? compute_mode=None) -> Tensor")
      .composite(cdist)
      .autocast(AutocastPolicy::Float32)
      .surface(kNode)
      .doc(
          "p-norms of the differences of rows: (*, P, M) and (*, R, M) give (*, P, R). compute_mode, for p 2: 1 by a "
          "product of matrices, 2 by differences, 0 by a product where there are more than 25 rows.");
  r.def("pdist(Tensor self, float p=2.0) -> Tensor")
      .composite(pdist)
      .autocast({.cuda = AutocastPolicy::Float32})
      .surface(kFunction | kFunctional)
      .doc("p-norms of the differences of each two rows of a matrix (N, M): a vector of N (N - 1) / 2.");
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
