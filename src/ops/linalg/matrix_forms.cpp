// Matrices and vectors by products of others: kron, vander, cross, addr, addbmm.
#include "dispatch/registry.h"
#include "iter/promotion.h"
#include "ops/copy/copy.h"
#include "ops/copy/scalar_fits.h"
#include "ops/reduce/sum_dtype.h"
#include "ops/tensor_operators.h"
#include "ops/typed/factory.h"
#include "ops/typed/join.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

// Sizes of two tensors dim by dim, with a 1 after each of the one and before each of the other.
Tensor kron(const Tensor& self, const Tensor& other) {
  const int64_t ndim = std::max(self.dim(), other.dim());
  DimVec left, right, sizes;
  for (int64_t d = 0; d < ndim; ++d) {
    const int64_t i = d - (ndim - self.dim()), j = d - (ndim - other.dim());
    const int64_t n = i < 0 ? 1 : self.sizes()[i], m = j < 0 ? 1 : other.sizes()[j];
    for (const int64_t size : {n, int64_t{1}}) left.push_back(size);
    for (const int64_t size : {int64_t{1}, m}) right.push_back(size);
    sizes.push_back(checked_mul(n, m));
  }
  return ops::reshape(ops::reshape(self, left) * ops::reshape(other, right), sizes);
}

Tensor powers_of(const Tensor& x, int64_t count, bool increasing) {
  DimVec first(x.sizes());
  first.push_back(1);
  const DType dtype = reduce::sum_dtype(x.dtype());
  const Tensor ones = ops::ones(first, dtype, x.device());
  if (count == 0) return ops::narrow(ones, -1, 0, 0);
  std::vector<Tensor> parts{ones};
  if (count > 1) {
    DimVec rest(x.sizes());
    rest.push_back(count - 1);
    parts.push_back(ops::cumprod(ops::expand(ops::unsqueeze(ops::as_dtype(x, dtype), -1), rest), -1));
  }
  const Tensor powers = ops::cat(parts, -1);
  return increasing ? powers : ops::flip(powers, DimVec{-1});
}
Tensor vander(const Tensor& x, std::optional<int64_t> count, bool increasing) {
  VT_CHECK(x.dim() == 1, Runtime, "x must be a one-dimensional tensor.");
  const int64_t n = count.value_or(x.size(0));
  VT_CHECK(n >= 0, Runtime, "N must be non-negative.");
  return powers_of(x, n, increasing);
}
Tensor linalg_vander(const Tensor& x, std::optional<int64_t> count) {
  VT_CHECK(is_integral(x.dtype()) || is_differentiable(x.dtype()), Runtime,
           "linalg.vander supports floating point, complex, and integer tensors, but got ", x.dtype());
  const Tensor points = x.dim() == 0 ? ops::unsqueeze(x, 0) : x;
  const int64_t n = count.value_or(points.size(-1));
  VT_CHECK(n > 1, Runtime, "N must be greater than 1.");
  return powers_of(points, n, true);
}

Tensor cross_along(const Tensor& self, const Tensor& other, int64_t dim) {
  VT_CHECK(self.dim() == other.dim(), Runtime, "linalg.cross: inputs must have the same number of dimensions.");
  VT_CHECK(self.dim() > 0, Index, "Dimension specified as ", dim, " but tensor has no dimensions");
  VT_CHECK(self.size(dim) == 3 && other.size(dim) == 3, Runtime, "linalg.cross: inputs dimension ", dim,
           " must have length 3. Got ", self.sizes(), " and ", other.sizes());
  const DimVec sizes = broadcast_sizes(self.sizes(), other.sizes()), dims{dim};
  const Tensor a = ops::expand(self, sizes), b = ops::expand(other, sizes);
  auto shifted = [&](const Tensor& t, int64_t by) { return ops::roll(t, DimVec{by}, dims); };
  return shifted(a, -1) * shifted(b, -2) - shifted(a, -2) * shifted(b, -1);
}
// Without a dim the first one of size 3.
Tensor cross(const Tensor& self, const Tensor& other, std::optional<int64_t> dim) {
  if (dim) return cross_along(self, other, *dim);
  const DimVec sizes = broadcast_sizes(self.sizes(), other.sizes());
  for (size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] == 3) return cross_along(self, other, static_cast<int64_t>(d));
  }
  VT_THROW(Runtime, "no dimension of size 3 in input");
}

bool is_zero(const Scalar& s) {
  return s.is_complex() ? s.to_complex().re == 0 && s.to_complex().im == 0 : s.to_double() == 0;
}

void check_factor(const Scalar& factor, const char* name, DType common) {
  VT_CHECK(!factor.is_bool() || common == DType::bool_, Runtime, "Boolean ", name,
           " only supported for Boolean results.");
  VT_CHECK(is_differentiable(common) || factor.is_integral(true), Runtime, "For integral input tensors, argument ",
           name, " must not be a floating point number.");
  check_scalar_fits(factor, common);
}

// beta * self + alpha * vec1 vec2ᵀ; where beta is 0 self counts for nothing, NaN or not. Of bools, their "or".
Tensor addr(const Tensor& self, const Tensor& vec1, const Tensor& vec2, const Scalar& beta, const Scalar& alpha) {
  VT_CHECK(vec1.dim() == 1 && vec2.dim() == 1, Runtime, "addr: Expected 1-D argument vec1 and vec2, but got ",
           vec1.dim(), "-D and ", vec2.dim(), "-D");
  const DimVec sizes{vec1.size(0), vec2.size(0)};
  VT_CHECK(is_expandable_to(self.sizes(), sizes), Runtime, "addr: Expected self to broadcast to ", sizes, ", got ",
           self.sizes());
  const Tensor outer = ops::outer(vec1, vec2);
  const DType common = result_type(self, outer);
  check_factor(beta, "beta", common);
  check_factor(alpha, "alpha", common);
  if (common == DType::bool_) {
    const Tensor product = is_zero(alpha) ? ops::zeros_like(outer) : outer;
    return is_zero(beta) ? product : ops::bitwise_or(self, product);
  }
  const Tensor product = outer * alpha;
  return is_zero(beta) ? ops::as_dtype(product, common) : self * beta + product;
}

Tensor addbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta, const Scalar& alpha) {
  VT_CHECK(batch1.dim() == 3, Runtime, "batch1 must be a 3D tensor");
  VT_CHECK(batch2.dim() == 3, Runtime, "batch2 must be a 3D tensor");
  VT_CHECK(batch1.size(0) == batch2.size(0), Runtime, "batch1 and batch2 must have same number of batches, got ",
           batch1.size(0), " and ", batch2.size(0));
  VT_CHECK(batch1.size(2) == batch2.size(1), Runtime, "Incompatible matrix sizes for bmm (", batch1.size(1), "x",
           batch1.size(2), " and ", batch2.size(1), "x", batch2.size(2), ")");
  // The batch is one more dim that is summed over.
  const Tensor left = ops::flatten(ops::transpose(batch1, 0, 1), 1), right = ops::flatten(batch2, 0, 1);
  return ops::addmm(self, left, right, beta, alpha);
}

}  // namespace

void register_matrix_forms(Registry& r) {
  r.def("kron(Tensor self, Tensor other) -> Tensor")
      .composite(kron)
      .out()
      .doc("The Kronecker product: a copy of other, scaled, for every element of self.");
  r.def("vander(Tensor x, int? N=None, bool increasing=False) -> Tensor")
      .composite(vander)
      .function_only()
      .doc("Powers of a vector's elements, a row for each: those below N, the number of elements.");
  r.def("linalg_vander(Tensor x, *, int? N=None) -> Tensor").composite(linalg_vander).surface(kLinalg);
  r.def("linalg_cross(Tensor self, Tensor other, *, int dim=-1) -> Tensor")
      .composite(cross_along)
      .surface(kLinalg)
      .out()
      .doc("Vector products along dim, of size 3.");
  r.def("cross(Tensor self, Tensor other, int? dim=None) -> Tensor")
      .composite(cross)
      .autocast({.cuda = AutocastPolicy::Promote})
      .out()
      .doc("Vector products along dim; without one along the first of size 3.");
  r.def("addr(Tensor self, Tensor vec1, Tensor vec2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
      .composite(addr)
      .autocast({.cuda = AutocastPolicy::Lower})
      .inplace()
      .inplace_surface(kMethod)
      .out()
      .doc("beta * self + alpha * outer(vec1, vec2).");
  r.def("ger(Tensor self, Tensor vec2) -> Tensor").composite(ops::outer).out().doc("outer under its old name.");
  r.def("addbmm(Tensor self, Tensor batch1, Tensor batch2, *, Scalar beta=1, Scalar alpha=1) -> Tensor")
      .composite(addbmm)
      .autocast(AutocastPolicy::Lower)
      .inplace()
      .inplace_surface(kMethod)
      .out()
      .doc("beta * self + alpha * the sum of all batch1[i] @ batch2[i].");
}

}  // namespace vt
