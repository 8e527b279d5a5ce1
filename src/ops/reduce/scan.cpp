// cumsum, cumprod, logcumsumexp, cummax, cummin.
#include "ops/reduce/scan.h"

#include <limits>

#include "core/thread_state.h"
#include "core/unsigned.h"
#include "dispatch/registry.h"
#include "ops/batch/batch_call.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/pointwise/gradients.h"
#include "ops/pointwise/signed_order.h"
#include "ops/reduce/engine.h"
#include "ops/reduce/sum_dtype.h"
#include "ops/tensor_operators.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/index.h"
#include "ops/typed/join.h"
#include "ops/typed/linalg.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {

constinit BackendTable<void(reduce::Scan, const Tensor&, int64_t, const Tensor&)> reduce::scan_along{"cumsum"};

namespace {

using namespace vt::reduce;
using MaybeDType = std::optional<DType>;

TensorSpec scan_meta(const Tensor& self, int64_t& dim, MaybeDType& dtype) {
  dim = wrap_dim(dim, self.dim());
  dtype = dtype.value_or(sum_dtype(self.dtype()));
  return {DimVec(self.sizes()), *dtype, self.device()};
}
template <Scan scan>
void scan_kernel(const Tensor& self, int64_t dim, const MaybeDType& dtype, Tensor& out) {
  if (is_wide_unsigned(*dtype)) {
    Tensor wide = empty(out.sizes(), DType::int64, out.device());
    scan_kernel<scan>(ops::as_dtype(self, *dtype), dim, DType::int64, wide);
    return copy_data(out, wide);
  }
  const Tensor in = self.dtype() == *dtype ? self : ops::as_dtype(self, *dtype);
  if (in.numel() > 0) scan_along(in.device(), scan, in, dim, out);
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
  const bool zeros = ops::item(ops::any(batch::unwrapped(self) == 0)).to_bool();
  if (zeros) return c.set(0, cumprod_gradient_with_zeros(c.grad(), self, dim));
  c.set(0, sum_from_end(c.grad() * pointwise::conj(ops::cumprod(self, dim)), dim) / pointwise::conj(self));
}

// ---- logarithms of running sums ----

TensorSpec logcumsumexp_meta(const Tensor& self, int64_t& dim) {
  VT_CHECK(is_floating(self.dtype()), NotImplemented, "logcumsumexp is implemented for floats, got ", self.dtype());
  dim = wrap_dim(dim, self.dim());
  return {DimVec(self.sizes()), self.dtype(), self.device()};
}
void logcumsumexp_kernel(const Tensor& self, int64_t dim, Tensor& out) {
  if (self.numel() > 0) scan_along(self.device(), Scan::LogSum, self, dim, out);
}
// The logarithm of nothing, finite, so that differences of such are no NaN.
double lowest(DType dtype) {
  return visit_dtype<kFloatingSet>(
      dtype, [](auto tag) { return static_cast<double>(std::numeric_limits<typename decltype(tag)::type>::lowest()); });
}
// sum_j grad[j] exp(x - result[j]) over j from x's place on, with the positive and the negative gradients each as
// logarithms, so that nothing overflows.
void logcumsumexp_backward(GradContext& c) {
  const Tensor self = c.saved(0), result = c.saved_result(), grad = c.grad();
  if (self.dim() == 0 || self.numel() == 0) return c.set(0, grad);
  const int64_t dim = wrap_dim(c.arg<int64_t>(1), self.dim());
  // Logarithms have no derivative at a gradient of zero: one that will be differentiated is a product with all weights.
  if (grad_enabled()) {
    const Tensor x = ops::unsqueeze(ops::transpose(self, dim, -1), -1);
    const Tensor later = ops::unsqueeze(ops::transpose(result, dim, -1), -2);
    const Tensor earlier = ops::tril(ops::new_ones(self, DimVec{self.size(dim), self.size(dim)}, DType::bool_), -1);
    const Tensor weights = ops::exp(ops::masked_fill(x - later, earlier, Scalar(lowest(self.dtype()))));
    const Tensor summed = ops::matmul(weights, ops::unsqueeze(ops::transpose(grad, dim, -1), -1));
    return c.set(0, ops::transpose(ops::squeeze(summed, -1), dim, -1));
  }
  auto summed = [&](const Tensor& part) {
    const Tensor size = ops::where(part > 0, part, wrapped_number(1.0));
    const Tensor log_size = ops::where(part > 0, ops::log(size), wrapped_number(lowest(part.dtype())));
    return ops::exp(flipped(ops::logcumsumexp(flipped(log_size - result, dim), dim), dim) + self);
  };
  c.set(0, summed(grad) - summed(-grad));
}

// ---- running extrema ----

std::array<TensorSpec, 2> cummax_meta(const Tensor& self, int64_t& dim) {
  if (is_complex(self.dtype())) throw_unsupported_dtype(self.dtype());
  dim = wrap_dim(dim, self.dim());
  return {TensorSpec{DimVec(self.sizes()), self.dtype(), self.device()},
          TensorSpec{DimVec(self.sizes()), DType::int64, self.device()}};
}
// An element that is the extremum so far, or NaN, is where the extremum was last found; so the places are the running
// maximum of the places of those.
template <Scan scan>
void cummax_kernel(const Tensor& self, int64_t dim, Tensor& values, Tensor& indices) {
  if (self.numel() == 0) return;
  if (is_wide_unsigned(self.dtype())) {
    return pointwise::run_in_signed_order(
        self, values, [&](const Tensor& ordered, Tensor& found) { cummax_kernel<scan>(ordered, dim, found, indices); });
  }
  const bool is_bool = self.dtype() == DType::bool_;
  const Tensor in = is_bool ? ops::as_dtype(self, DType::uint8) : self;
  const Tensor found = is_bool ? empty(self.sizes(), DType::uint8, self.device()) : values;
  scan_along(in.device(), scan, in, dim, found);
  if (is_bool) ops::copy_(values, found);
  const int64_t length = self.dim() == 0 ? 1 : self.sizes()[dim];
  DimVec along(self.sizes().size(), 1);
  if (!along.empty()) along[dim] = length;
  const Tensor places = ops::reshape(ops::counted(0, 1, length, DType::int64, self.device()), along);
  const Tensor reached = (scan == Scan::Maximum ? in >= found : in <= found) | ops::isnan(in);
  const Tensor marked = ops::where(reached, places, wrapped_number(0));
  scan_along(in.device(), Scan::Maximum, marked, dim, indices);
}
void cummax_backward(GradContext& c) {
  if (!c.grad(0).defined()) return;
  const Tensor zeros = ops::filled(c.sizes(0), 0, c.grad(0).dtype(), c.device(0));
  c.set(0, ops::scatter_add(zeros, c.arg<int64_t>(1), c.saved_result(1), c.grad(0)));
}

}  // namespace

void register_reduce_scan(Registry& r) {
  scan_along.cpu(scan_cpu);
  r.def("cumsum(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor")
      .meta(scan_meta)
      .cpu(scan_kernel<Scan::Sum>)
      .cuda(scan_kernel<Scan::Sum>)
      .backward(keep::none, cumsum_backward)
      .autocast({.cuda = AutocastPolicy::Float32})
      .inplace(false)
      .inplace_surface(kMethod);
  r.def("cumprod(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor")
      .meta(scan_meta)
      .cpu(scan_kernel<Scan::Product>)
      .cuda(scan_kernel<Scan::Product>)
      .backward(keep::self, cumprod_backward)
      .autocast({.cuda = AutocastPolicy::Float32})
      .inplace(false)
      .inplace_surface(kMethod);
  r.def("logcumsumexp(Tensor self, int dim) -> Tensor")
      .meta(logcumsumexp_meta)
      .all(logcumsumexp_kernel)
      .backward(keep::self | keep::result, logcumsumexp_backward)
      .doc("The logarithm of the running sum of exp(self) along dim, without overflow.");
  r.def("cummax(Tensor self, int dim) -> (Tensor values, Tensor indices)")
      .meta(cummax_meta)
      .all(cummax_kernel<Scan::Maximum>)
      .backward(keep::results(1), cummax_backward)
      .doc("The largest element so far along dim, and where it was found last.");
  r.def("cummin(Tensor self, int dim) -> (Tensor values, Tensor indices)")
      .meta(cummax_meta)
      .all(cummax_kernel<Scan::Minimum>)
      .backward(keep::results(1), cummax_backward)
      .doc("The smallest element so far along dim, and where it was found last.");
}

}  // namespace vt
