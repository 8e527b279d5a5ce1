// sum, nansum, mean, prod, count_nonzero, and sum_to_size, which undoes a broadcast.
#include "dispatch/registry.h"
#include "ops/factory/factory.h"
#include "ops/pointwise/gradients.h"
#include "ops/reduce/engine.h"
#include "ops/reduce/sum_dtype.h"
#include "ops/typed/join.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

using namespace vt::reduce;
using Dims = std::optional<DimVec>;
using MaybeDType = std::optional<DType>;

DType sum_dtype(const Tensor& self, const MaybeDType& dtype) { return dtype.value_or(reduce::sum_dtype(self.dtype())); }

// ---- sum and nansum ----

TensorSpec sum_all_meta(const Tensor& self, MaybeDType& dtype) {
  dtype = sum_dtype(self, dtype);
  return {{}, *dtype, self.device()};
}
TensorSpec sum_dim_meta(const Tensor& self, Dims& dim, bool& keepdim, MaybeDType& dtype) {
  dtype = sum_dtype(self, dtype);
  dim = reduced_dims(self, dim);
  return {reduced_sizes(self, *dim, keepdim), *dtype, self.device()};
}
TensorSpec nansum_meta(const Tensor& self, Dims& dim, bool& keepdim, MaybeDType& dtype) {
  TensorSpec spec = sum_dim_meta(self, dim, keepdim, dtype);
  result_of(rows::nansum, spec.dtype);
  return spec;
}
void sum_all(const Tensor& self, const MaybeDType& dtype, Tensor& out) {
  reduce::reduce(rows::sum, self, *dtype, all_dims(self), out);
}
void sum_dim(const Tensor& self, const Dims& dim, bool, const MaybeDType& dtype, Tensor& out) {
  reduce::reduce(rows::sum, self, *dtype, *dim, out);
}
void nansum(const Tensor& self, const Dims& dim, bool, const MaybeDType& dtype, Tensor& out) {
  const bool exact = is_integral(self.dtype(), true);
  reduce::reduce(exact ? rows::sum : rows::nansum, self, *dtype, *dim, out);
}

DimVec saved_dims(const GradContext& c) {
  const auto given = c.arg<Dims>(1);
  const auto ndim = static_cast<int64_t>(c.sizes(0).size());
  DimVec dims;
  if (given) {
    for (const int64_t d : *given) {
      if (ndim > 0) dims.push_back(wrap_dim(d, ndim));
    }
  }
  if (dims.empty()) {
    for (int64_t d = 0; d < ndim; ++d) dims.push_back(d);
  }
  return dims;
}
void sum_all_backward(GradContext& c) { c.set(0, expand_to(c.grad(), c.sizes(0), {}, true)); }
void sum_dim_backward(GradContext& c) { c.set(0, expand_to(c.grad(), c.sizes(0), saved_dims(c), c.arg<bool>(2))); }
void nansum_backward(GradContext& c) {
  c.set(0, expand_to(c.grad(), c.sizes(0), saved_dims(c), c.arg<bool>(2)) * ~ops::isnan(c.saved(0)));
}

// ---- mean ----

DType mean_dtype(const Tensor& self, const MaybeDType& dtype) {
  const DType d = dtype.value_or(self.dtype());
  VT_CHECK(is_differentiable(d), Runtime, "mean(): could not infer output dtype. ", dtype ? "Optional" : "Input",
           " dtype must be either a floating point or complex dtype. Got: ", d);
  return d;
}
TensorSpec mean_all_meta(const Tensor& self, MaybeDType& dtype) {
  dtype = mean_dtype(self, dtype);
  return {{}, *dtype, self.device()};
}
TensorSpec mean_dim_meta(const Tensor& self, Dims& dim, bool& keepdim, MaybeDType& dtype) {
  dtype = mean_dtype(self, dtype);
  dim = reduced_dims(self, dim);
  return {reduced_sizes(self, *dim, keepdim), *dtype, self.device()};
}
void mean_all(const Tensor& self, const MaybeDType& dtype, Tensor& out) {
  reduce::reduce(rows::mean, self, *dtype, all_dims(self), out);
}
void mean_dim(const Tensor& self, const Dims& dim, bool, const MaybeDType& dtype, Tensor& out) {
  reduce::reduce(rows::mean, self, *dtype, *dim, out);
}
double count_of(IntSpan sizes, IntSpan dims) {
  double n = 1;
  for (const int64_t d : dims) n *= static_cast<double>(sizes[d]);
  return n;
}
void mean_all_backward(GradContext& c) {
  const Tensor share = c.grad() / static_cast<double>(checked_numel(c.sizes(0)));
  c.set(0, expand_to(share, c.sizes(0), {}, true));
}
void mean_dim_backward(GradContext& c) {
  const DimVec dims = saved_dims(c);
  c.set(0, expand_to(c.grad() / count_of(c.sizes(0), dims), c.sizes(0), dims, c.arg<bool>(2)));
}

// ---- prod ----

TensorSpec prod_dim_meta(const Tensor& self, int64_t& dim, bool& keepdim, MaybeDType& dtype) {
  dtype = sum_dtype(self, dtype);
  dim = wrap_dim(dim, self.dim());
  const DimVec dims = self.dim() ? DimVec{dim} : DimVec{};
  return {reduced_sizes(self, dims, keepdim), *dtype, self.device()};
}
void prod_all(const Tensor& self, const MaybeDType& dtype, Tensor& out) {
  reduce::reduce(rows::prod, self, *dtype, all_dims(self), out);
}
void prod_dim(const Tensor& self, int64_t dim, bool, const MaybeDType& dtype, Tensor& out) {
  reduce::reduce(rows::prod, self, *dtype, self.dim() ? DimVec{dim} : DimVec{}, out);
}

Tensor flipped(const Tensor& t, int64_t dim) { return ops::flip(t, IntSpan(&dim, 1)); }
// Product of all elements before each one.
Tensor product_before(const Tensor& x, int64_t dim) {
  const int64_t n = x.size(dim);
  const std::vector<Tensor> parts = {ops::filled_like(ops::narrow(x, dim, 0, 1), 1),
                                     ops::cumprod(ops::narrow(x, dim, 0, n - 1), dim)};
  return ops::cat(parts, dim);
}
// The derivative for one factor is the product of the others: right for zeros too, and differentiable again.
Tensor prod_gradient(const Tensor& grad, const Tensor& x, int64_t dim) {
  if (x.numel() == 0) return grad * x;
  const Tensor others = product_before(x, dim) * flipped(product_before(flipped(x, dim), dim), dim);
  return grad * pointwise::conj(others);
}
void prod_all_backward(GradContext& c) {
  const int64_t flat = -1;
  const Tensor self = c.saved(0);
  const Tensor g = prod_gradient(c.grad(), ops::reshape(self, IntSpan(&flat, 1)), 0);
  c.set(0, ops::reshape(g, self.sizes()));
}
void prod_dim_backward(GradContext& c) {
  const Tensor self = c.saved(0);
  if (self.dim() == 0) return c.set(0, c.grad());
  const int64_t dim = wrap_dim(c.arg<int64_t>(1), self.dim());
  c.set(0, prod_gradient(restore_dims(c.grad(), self.sizes(), {&dim, 1}, c.arg<bool>(2)), self, dim));
}

// ---- count_nonzero ----

TensorSpec count_nonzero_meta(const Tensor& self, Dims& dim) {
  dim = reduced_dims(self, dim);
  return {reduced_sizes(self, *dim, false), DType::int64, self.device()};
}
void count_nonzero(const Tensor& self, const Dims& dim, Tensor& out) {
  reduce::reduce(rows::count_nonzero, self, self.dtype(), *dim, out);
}
TensorSpec count_nonzero_one_meta(const Tensor& self, std::optional<int64_t>& dim) {
  Dims dims;
  if (dim) dims = DimVec{*dim};
  return count_nonzero_meta(self, dims);
}
void count_nonzero_one(const Tensor& self, const std::optional<int64_t>& dim, Tensor& out) {
  Dims dims;
  if (dim) dims = DimVec{*dim};
  count_nonzero(self, reduced_dims(self, dims), out);
}

// ---- sum_to_size ----

Tensor sum_to_size(const Tensor& self, IntSpan size) {
  VT_CHECK(is_expandable_to(size, self.sizes()), Runtime, "size {", size, "} is not expandable to size {", self.sizes(),
           "}.");
  if (same(size, self.sizes())) return self;
  const auto lead = self.sizes().size() - size.size();
  DimVec dims;
  for (size_t d = 0; d < self.sizes().size(); ++d) {
    if (d < lead || (size[d - lead] == 1 && self.sizes()[d] != 1)) dims.push_back(static_cast<int64_t>(d));
  }
  Tensor out = dims.empty() ? self : ops::sum(self, dims, true);
  if (lead > 0) {
    out = ops::reshape(out, size);
  }
  return out;
}

Tensor nanmean(const Tensor& self, IntSpan dim, bool keepdim, MaybeDType dtype) {
  const Tensor counted = ops::sum(~ops::isnan(self), dim, keepdim);
  return ops::nansum(self, dim, keepdim, dtype) / counted;
}

}  // namespace

void register_reduce_sums(Registry& r) {
  reduce::register_reduce_rows();
  r.def("sum(Tensor self, *, ScalarType? dtype=None) -> Tensor")
      .meta(sum_all_meta)
      .cpu(sum_all)
      .cuda(sum_all)
      .backward(keep::none, sum_all_backward);
  r.def("sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
      .meta(sum_dim_meta)
      .cpu(sum_dim)
      .cuda(sum_dim)
      .backward(keep::none, sum_dim_backward);
  r.def("nansum(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
      .meta(nansum_meta)
      .cpu(nansum)
      .cuda(nansum)
      .backward(keep::self, nansum_backward);
  r.def("nanmean(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
      .composite(nanmean)
      .out();
  r.def("mean(Tensor self, *, ScalarType? dtype=None) -> Tensor")
      .meta(mean_all_meta)
      .cpu(mean_all)
      .cuda(mean_all)
      .backward(keep::none, mean_all_backward);
  r.def("mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
      .meta(mean_dim_meta)
      .cpu(mean_dim)
      .cuda(mean_dim)
      .backward(keep::none, mean_dim_backward);
  r.def("prod(Tensor self, *, ScalarType? dtype=None) -> Tensor")
      .meta(sum_all_meta)
      .cpu(prod_all)
      .cuda(prod_all)
      .backward(keep::self, prod_all_backward);
  r.def("prod.dim_int(Tensor self, int dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor")
      .meta(prod_dim_meta)
      .cpu(prod_dim)
      .cuda(prod_dim)
      .backward(keep::self, prod_dim_backward);
  r.def("count_nonzero.dim_IntList(Tensor self, int[] dim) -> Tensor")
      .meta(count_nonzero_meta)
      .cpu(count_nonzero)
      .cuda(count_nonzero)
      .not_differentiable();
  r.def("count_nonzero(Tensor self, int? dim=None) -> Tensor")
      .meta(count_nonzero_one_meta)
      .cpu(count_nonzero_one)
      .cuda(count_nonzero_one)
      .not_differentiable();
  for (const char* op : {"sum", "sum.dim_IntList"}) r.at(op).autocast({.cuda = AutocastPolicy::Float32});
  for (const char* op : {"prod", "prod.dim_int"}) r.at(op).autocast(AutocastPolicy::Float32);
  r.def("sum_to_size(Tensor self, int[] size) -> Tensor").composite(sum_to_size).method_only();
}

}  // namespace vt
