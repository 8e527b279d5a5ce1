// Products of vectors, and matrices made of the powers of one.
#include "dispatch/registry.h"
#include "ops/pointwise/gradients.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/join.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

// Component i is a[i + 1] b[i + 2] - a[i + 2] b[i + 1], counted around.
Tensor linalg_cross(const Tensor& self, const Tensor& other, int64_t dim) {
  VT_CHECK(self.dim() == other.dim(), Runtime, "linalg.cross: inputs must have the same number of dimensions.");
  VT_CHECK(self.size(dim) == 3 && other.size(dim) == 3, Runtime, "linalg.cross: inputs dimension ", dim,
           " must have length 3. Got ", self.size(dim), " and ", other.size(dim));
  auto turned = [&](const Tensor& t, int64_t by) { return ops::roll(t, DimVec{-by}, DimVec{dim}); };
  return turned(self, 1) * turned(other, 2) - turned(self, 2) * turned(other, 1);
}

Tensor cross(const Tensor& self, const Tensor& other, std::optional<int64_t> dim) {
  if (!dim) {
    for (int64_t d = 0; d < self.dim() && !dim; ++d) {
      if (self.size(d) == 3) dim = d;
    }
    VT_CHECK(dim, Runtime, "no dimension of size 3 in input");
  }
  return ops::linalg_cross(self, other, *dim);
}

Tensor vecdot(const Tensor& x, const Tensor& y, int64_t dim) {
  VT_CHECK(is_differentiable(x.dtype()), Runtime,
           "linalg.vecdot: Expected a floating point or complex tensor as input. Got ", x.dtype());
  return ops::sum(pointwise::conj(x) * y, DimVec{dim});
}

// Columns 1, x, x^2, ...: products one after the other, so that powers of integers stay exact.
Tensor powers_of(const Tensor& x, int64_t count) {
  DimVec sizes(x.sizes());
  sizes.push_back(1);
  const Tensor ones = ops::ones(sizes, x.dtype(), x.device());
  if (count == 1) return ones;
  sizes.back() = count - 1;
  std::vector<Tensor> columns = {ones};
  columns.push_back(ops::cumprod(ops::expand(ops::unsqueeze(x, -1), sizes), -1));
  return ops::cat(columns, -1);
}

Tensor linalg_vander(const Tensor& x, std::optional<int64_t> count) {
  VT_CHECK(x.dtype() != DType::bool_, Runtime, "linalg.vander: Expected a floating point, complex, or integral tensor ",
           "as input. Got ", x.dtype());
  const int64_t n = count.value_or(x.dim() == 0 ? 1 : x.size(-1));
  VT_CHECK(n > 1, Runtime, "N must be greater than 1.");
  return powers_of(is_integral(x.dtype()) ? ops::to(x, DType::int64) : x, n);
}

Tensor vander(const Tensor& x, std::optional<int64_t> count, bool increasing) {
  VT_CHECK(x.dim() == 1, Runtime, "x must be a one-dimensional tensor.");
  const int64_t n = count.value_or(x.size(0));
  VT_CHECK(n >= 0, Runtime, "N must be non-negative.");
  const Tensor values = is_integral(x.dtype(), true) ? ops::to(x, DType::int64) : x;
  if (n == 0) return ops::empty(DimVec{x.size(0), 0}, values.dtype(), values.device());
  const Tensor powers = powers_of(values, n);
  return increasing ? powers : ops::flip(powers, DimVec{1});
}

}  // namespace

void register_vectors(Registry& r) {
  r.def("linalg_cross(Tensor self, Tensor other, *, int dim=-1) -> Tensor")
      .composite(linalg_cross)
      .out()
      .surface(kLinalg)
      .doc("The cross product of vectors of 3 elements along `dim`; the other dims broadcast.");
  r.def("cross(Tensor self, Tensor other, int? dim=None) -> Tensor")
      .autocast({.cuda = AutocastPolicy::Promote})
      .composite(cross)
      .out()
      .doc("The cross product along `dim`, or along the first dim of size 3.");
  r.def("linalg_vecdot(Tensor x, Tensor y, *, int dim=-1) -> Tensor")
      .autocast(AutocastPolicy::Lower)
      .composite(vecdot)
      .out()
      .surface(kLinalg)
      .doc("Sums of conj(x) y along `dim`.");
  r.def("linalg_vander(Tensor x, *, int? N=None) -> Tensor")
      .composite(linalg_vander)
      .surface(kLinalg)
      .doc("Rows 1, x, x^2, ... of N powers for each element of vectors (..., n): (..., n, N).");
  r.def("vander(Tensor x, int? N=None, bool increasing=False) -> Tensor")
      .composite(vander)
      .function_only()
      .doc("Rows of N powers for each element of a vector (n): (n, N); the highest first, unless increasing.");
}

}  // namespace vt
