// cumsum and cumprod.
#include "ops/reduce/scan.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/pointwise/gradients.h"
#include "ops/reduce/engine.h"
#include "ops/typed/copy.h"
#include "ops/typed/join.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {

constinit BackendTable<void(bool, const Tensor&, int64_t, const Tensor&)> reduce::scan_along{"cumsum"};

namespace {

using namespace vt::reduce;
using MaybeDType = std::optional<DType>;

TensorSpec scan_meta(const Tensor& self, int64_t& dim, MaybeDType& dtype) {
  dim = wrap_dim(dim, self.dim());
  dtype = dtype.value_or(is_integral(self.dtype(), true) ? DType::int64 : self.dtype());
  return {DimVec(self.sizes()), *dtype, self.device()};
}
template <bool product>
void scan_kernel(const Tensor& self, int64_t dim, const MaybeDType& dtype, Tensor& out) {
  const Tensor in = self.dtype() == *dtype ? self : ops::as_dtype(self, *dtype);
  if (in.numel() > 0) scan_along(in.device(), product, in, dim, out);
}

Tensor flipped(const Tensor& t, int64_t dim) { return ops::flip(t, IntSpan(&dim, 1)); }
Tensor sum_from_end(const Tensor& t, int64_t dim) { return flipped(ops::cumsum(flipped(t, dim), dim), dim); }

void cumsum_backward(GradContext& c) {
  if (c.sizes(0).empty()) return c.set(0, c.grad());
  c.set(0, sum_from_end(c.grad(), c.arg<int64_t>(1)));
}

// Where x has zeros: the gradient of x[i] sums grad[j] times the product of all x[k], k <= j, k != i.
Tensor cumprod_gradient_with_zeros(const Tensor& grad, const Tensor& x, int64_t dim) {
  const int64_t n = x.size(dim);
  std::vector<Tensor> gradients;
  Tensor before = ops::filled_like(ops::narrow(x, dim, 0, 1), 1);
  for (int64_t i = 0; i < n; ++i) {
    Tensor products = before;
    if (i + 1 < n) {
      const Tensor after = ops::cumprod(ops::narrow(x, dim, i + 1, n - i - 1), dim);
      products = ops::cat(std::vector<Tensor>{before, before * after}, dim);
    }
    gradients.push_back(ops::sum(ops::narrow(grad, dim, i, n - i) * pointwise::conj(products), DimVec{dim}, true));
    before = before * ops::narrow(x, dim, i, 1);
  }
  return ops::cat(gradients, dim);
}
void cumprod_backward(GradContext& c) {
  const Tensor self = c.saved(0);
  if (self.dim() == 0 || self.numel() == 0) return c.set(0, c.grad());
  const int64_t dim = wrap_dim(c.arg<int64_t>(1), self.dim());
  const bool zeros = ops::item(ops::any(self == 0)).to_bool();
  if (zeros) return c.set(0, cumprod_gradient_with_zeros(c.grad(), self, dim));
  c.set(0, sum_from_end(c.grad() * pointwise::conj(ops::cumprod(self, dim)), dim) / pointwise::conj(self));
}

}  // namespace

void register_reduce_scan(Registry& r) {
  scan_along.cpu(scan_cpu);
  r.def("cumsum(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor")
      .meta(scan_meta)
      .cpu(scan_kernel<false>)
      .cuda(scan_kernel<false>)
      .backward(keep::none, cumsum_backward)
      .autocast({.cuda = AutocastPolicy::Float32})
      .inplace(false)
      .inplace_surface(kMethod);
  r.def("cumprod(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor")
      .meta(scan_meta)
      .cpu(scan_kernel<true>)
      .cuda(scan_kernel<true>)
      .backward(keep::self, cumprod_backward)
      .autocast({.cuda = AutocastPolicy::Float32})
      .inplace(false)
      .inplace_surface(kMethod);
}

}  // namespace vt
