// amax, amin, aminmax, max, min, argmax, argmin.
#include "ops/reduce/extrema.h"

#include "dispatch/registry.h"
#include "ops/pointwise/gradients.h"
#include "ops/pointwise/signed_order.h"
#include "ops/reduce/engine.h"
#include "ops/reduce/ties.h"
#include "ops/typed/copy.h"
#include "ops/typed/index.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"

namespace vt {

constinit BackendTable<void(bool, const Tensor&, int64_t, const Tensor&, const Tensor&)> reduce::arg_reduce{"max"};

namespace {

using namespace vt::reduce;
using ops::maximum, ops::minimum;
using MaybeDim = std::optional<int64_t>;

void check_ordered(const Tensor& self) {
  if (is_complex(self.dtype())) throw_unsupported_dtype(self.dtype());
}

// ---- amax and amin: the gradient is shared evenly among ties ----

template <bool largest>
TensorSpec amax_meta(const Tensor& self, DimVec& dim, bool& keepdim) {
  check_ordered(self);
  VT_CHECK(
      !dim.empty() || self.numel() > 0, Runtime, largest ? "amax" : "amin",
      "(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' "
      "argument.");
  dim = reduced_dims(self, dim);
  check_not_empty(self, dim, largest ? "amax" : "amin");
  return {reduced_sizes(self, dim, keepdim), self.dtype(), self.device()};
}
void reduce_ordered(const reduce::Row& row, const Tensor& self, IntSpan dims, const Tensor& out) {
  if (!is_wide_unsigned(self.dtype())) return reduce::reduce(row, self, self.dtype(), dims, out);
  pointwise::run_in_signed_order(self, out, [&](const Tensor& ordered, const Tensor& found) {
    reduce::reduce(row, ordered, ordered.dtype(), dims, found);
  });
}
template <const reduce::Row& row>
void amax_kernel(const Tensor& self, const DimVec& dim, bool, Tensor& out) {
  reduce_ordered(row, self, dim, out);
}
// Evenly among the elements that `reached` the result.
Tensor shared_among(const Tensor& reached, const Tensor& grad, IntSpan dims) {
  return reached * (grad / ops::sum(reached, dims, true));
}
void amax_backward(GradContext& c) {
  const Tensor self = c.saved(0);
  const DimVec dims = reduced_dims(self, DimVec(c.arg<IntSpan>(1)));
  const auto restored = [&](const Tensor& t) { return restore_dims(t, self.sizes(), dims, c.arg<bool>(2)); };
  c.set(0, shared_among(self == restored(c.saved_result()), restored(c.grad()), dims));
}

// ---- max and min of everything ----

TensorSpec max_all_meta(const Tensor& self) {
  check_ordered(self);
  VT_CHECK(self.numel() > 0, Runtime,
           "max(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
           "reduction dim with the 'dim' argument.");
  return {{}, self.dtype(), self.device()};
}
template <const reduce::Row& row>
void max_all_kernel(const Tensor& self, Tensor& out) {
  reduce_ordered(row, self, all_dims(self), out);
}

// ---- values and indices along a dim ----

std::array<TensorSpec, 2> max_dim_meta(const Tensor& self, int64_t& dim, bool& keepdim) {
  check_ordered(self);
  dim = wrap_dim(dim, self.dim());
  const DimVec dims = self.dim() ? DimVec{dim} : DimVec{};
  check_not_empty(self, dims, "max");
  const DimVec sizes = reduced_sizes(self, dims, keepdim);
  return {TensorSpec{sizes, self.dtype(), self.device()}, TensorSpec{sizes, DType::int64, self.device()}};
}
// The largest or smallest elements along a dim and their places.
void pick(bool largest, const Tensor& self, int64_t dim, const Tensor& values, const Tensor& indices) {
  if (!is_wide_unsigned(self.dtype())) return arg_reduce(self.device(), largest, self, dim, values, indices);
  pointwise::run_in_signed_order(self, values, [&](const Tensor& ordered, const Tensor& found) {
    arg_reduce(self.device(), largest, ordered, dim, found, indices);
  });
}
template <bool largest>
void max_dim_kernel(const Tensor& self, int64_t dim, bool, Tensor& values, Tensor& indices) {
  pick(largest, self, dim, values, indices);
}
// The chosen elements get the gradient.
void max_dim_backward(GradContext& c) {
  if (!c.grad(0).defined()) return;
  const IntSpan sizes = c.sizes(0);
  if (sizes.empty()) return c.set(0, c.grad(0));
  const int64_t dim = wrap_dim(c.arg<int64_t>(1), static_cast<int64_t>(sizes.size()));
  const bool keepdim = c.arg<bool>(2);
  const Tensor zeros = ops::zero_(empty(sizes, c.grad(0).dtype(), c.device(0)));
  c.set(0, ops::scatter(zeros, dim, restore_dims(c.saved_result(1), sizes, {&dim, 1}, keepdim),
                        restore_dims(c.grad(0), sizes, {&dim, 1}, keepdim)));
}
Tensor max_other(const Tensor& self, const Tensor& other) { return maximum(self, other); }
Tensor min_other(const Tensor& self, const Tensor& other) { return minimum(self, other); }

// ---- argmax and argmin ----

TensorSpec argmax_meta(const Tensor& self, MaybeDim& dim, bool& keepdim) {
  check_ordered(self);
  if (dim) {
    dim = wrap_dim(*dim, self.dim());
    const DimVec dims = self.dim() ? DimVec{*dim} : DimVec{};
    check_not_empty(self, dims, "argmax");
    return {reduced_sizes(self, dims, keepdim), DType::int64, self.device()};
  }
  VT_CHECK(self.numel() > 0, Index, "argmax(): Expected reduction dim to be specified for input.numel() == 0.");
  return {reduced_sizes(self, all_dims(self), keepdim), DType::int64, self.device()};
}
template <bool largest>
void argmax_kernel(const Tensor& self, const MaybeDim& dim, bool, Tensor& out) {
  if (dim) return pick(largest, self, *dim, {}, out);
  const Tensor dense = self.is_contiguous() ? self : ops::clone(self, MemoryFormat::Contiguous);
  const int64_t numel = self.numel(), one = 1;
  const Tensor flat = make_detached(dense);
  flat.impl()->reset_geometry(dense.storage(), dense.dtype(), {&numel, 1}, {&one, 1}, dense.storage_offset());
  pick(largest, flat, 0, {}, out);
}

// ---- aminmax ----

std::tuple<Tensor, Tensor> aminmax(const Tensor& self, MaybeDim dim, bool keepdim) {
  VT_CHECK(dim || self.numel() > 0, Runtime,
           "aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity");
  const DimVec dims = dim ? DimVec{wrap_dim(*dim, self.dim())} : all_dims(self);
  return {ops::amin(self, dims, keepdim), ops::amax(self, dims, keepdim)};
}

struct Schemas {
  const char *amax, *max, *max_dim, *max_other, *argmax;
};
template <bool largest, const reduce::Row& row>
void declare(Registry& r, const Schemas& schemas) {
  r.def(schemas.amax)
      .meta(amax_meta<largest>)
      .cpu(amax_kernel<row>)
      .cuda(amax_kernel<row>)
      .backward(keep::self | keep::result, amax_backward);
  r.def(schemas.max)
      .meta(max_all_meta)
      .cpu(max_all_kernel<row>)
      .cuda(max_all_kernel<row>)
      .backward(keep::self | keep::result, share_among_ties);
  r.def(schemas.max_dim)
      .meta(max_dim_meta)
      .cpu(max_dim_kernel<largest>)
      .cuda(max_dim_kernel<largest>)
      .backward(keep::results(1), max_dim_backward);
  r.def(schemas.max_other).composite(largest ? max_other : min_other).out();
  r.def(schemas.argmax).meta(argmax_meta).cpu(argmax_kernel<largest>).cuda(argmax_kernel<largest>).not_differentiable();
}

}  // namespace

void reduce::share_among_ties(GradContext& c) {
  const Tensor self = c.saved(0), result = c.saved_result();
  // where the result is NaN its elements are those that are NaN
  const Tensor reached = ops::logical_or(self == result, ops::logical_and(ops::isnan(self), ops::isnan(result)));
  c.set(0, shared_among(reached, c.grad(), all_dims(self)));
}

void register_reduce_extrema(Registry& r) {
  arg_reduce.cpu(arg_reduce_cpu);
  declare<true, rows::amax>(
      r, {"amax(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor", "max(Tensor self) -> Tensor",
          "max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)",
          "max.other(Tensor self, Tensor other) -> Tensor",
          "argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor"});
  declare<false, rows::amin>(
      r, {"amin(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor", "min(Tensor self) -> Tensor",
          "min.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)",
          "min.other(Tensor self, Tensor other) -> Tensor",
          "argmin(Tensor self, int? dim=None, bool keepdim=False) -> Tensor"});
  r.def("aminmax(Tensor self, *, int? dim=None, bool keepdim=False) -> (Tensor min, Tensor max)")
      .composite(aminmax)
      .out();
}

}  // namespace vt
