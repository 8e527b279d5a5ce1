// Whole slices along one dim, named by a vector of positions: index_select, index_add, index_copy, index_fill.
#include "dispatch/registry.h"
#include "iter/overlap.h"
#include "ops/copy/copy.h"
#include "ops/copy/read_at_once.h"
#include "ops/copy/scalar_fits.h"
#include "ops/factory/factory.h"
#include "ops/index/block_loop.h"
#include "ops/index/register.h"
#include "ops/index/times_alpha.h"
#include "ops/index/wide_sums.h"
#include "ops/typed/copy.h"
#include "ops/typed/index.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

// A 0-dim tensor is treated as one of a single element.
DimVec at_least_1d(IntSpan sizes) { return sizes.empty() ? DimVec{1} : DimVec(sizes); }
DimVec strides_at_least_1d(const Tensor& t) { return t.dim() == 0 ? DimVec{1} : DimVec(t.strides()); }

void check_vector(const char* op, const Tensor& index) {
  VT_CHECK(index.dim() <= 1, Index, op, "(): Index is supposed to be a vector, got ", index);
}
void check_index_dtype(const char* op, const Tensor& index) {
  VT_CHECK(index.dtype() == DType::int64 || index.dtype() == DType::int32, Runtime, op,
           "(): Expected dtype int32 or int64 for index, got ", index.dtype());
}

// Slices of `to` along `dim` against slices of `from`; exactly one side's positions come from `at`, the other's count
// up.
BlockLoop slice_loop(const Tensor& to, const Tensor& from, IntSpan block_sizes, int64_t dim,
                     const std::vector<int64_t>& at, bool at_names_target) {
  const DimVec to_strides = strides_at_least_1d(to), from_strides = strides_at_least_1d(from);
  const size_t d = static_cast<size_t>(dim);
  BlockLoop loop;
  loop.to = static_cast<char*>(to.data());
  loop.from = static_cast<const char*>(from.data());
  loop.element_bytes = static_cast<int64_t>(to.element_size());
  loop.before = plan_copy(block_sizes.first(d), IntSpan(to_strides).first(d), IntSpan(from_strides).first(d));
  loop.after =
      plan_copy(block_sizes.subspan(d + 1), IntSpan(to_strides).subspan(d + 1), IntSpan(from_strides).subspan(d + 1));
  loop.to_offsets.resize(at.size());
  loop.from_offsets.resize(at.size());
  for (size_t j = 0; j < at.size(); ++j) {
    const int64_t count = static_cast<int64_t>(j);
    loop.to_offsets[j] = (at_names_target ? at[j] : count) * to_strides[d];
    loop.from_offsets[j] = (at_names_target ? count : at[j]) * from_strides[d];
  }
  return loop;
}

// index_select

TensorSpec index_select_meta(const Tensor& self, int64_t& dim, const Tensor& index) {
  check_vector("index_select", index);
  check_index_dtype("index_select", index);
  dim = wrap_dim(dim, self.dim());
  DimVec sizes(self.sizes());
  if (self.dim() > 0) {
    sizes[dim] = index.numel();
  } else {
    VT_CHECK(index.numel() == 1, Runtime, "index_select(): Index to scalar can have only 1 value, got ", index.numel(),
             " value(s)");
  }
  return {std::move(sizes), self.dtype(), self.device(), {}};
}

void index_select_cpu(const Tensor& self, int64_t dim, const Tensor& index, Tensor& out) {
  const DimVec self_sizes = at_least_1d(self.sizes()), sizes = at_least_1d(out.sizes());
  const std::vector<int64_t> at =
      checked_indices(index, {.size = self_sizes[dim], .dim = dim, .message = "index out of range in self"});
  if (out.numel() == 0) return;
  BlockLoop loop = slice_loop(out, self, sizes, dim, at, false);
  loop.row = copy_row_function(out.element_size());
  loop.may_collide = false;
  loop.run();
}

void index_select_backward(GradContext& ctx) {
  const Tensor zeros = ops::filled(ctx.sizes(0), 0, ctx.grad().dtype(), ctx.grad().device());
  ctx.set(0, ops::index_add(zeros, ctx.arg<int64_t>(1), ctx.saved(2), ctx.grad()));
}

// index_add

void check_sources(const char* op, const Tensor& self, int64_t& dim, const Tensor& index, const Tensor& source,
                   ErrorKind kind) {
  dim = wrap_dim(dim, self.dim());
  check_vector(op, index);
  VT_CHECK(self.dtype() == source.dtype(), Runtime, op,
           "(): self and source expected to have the same dtype, but got (self) ", self.dtype(), " and (source) ",
           source.dtype());
  const int64_t named = source.dim() == 0 ? 1 : source.sizes()[std::min<int64_t>(dim, source.dim() - 1)];
  if (index.numel() != named) {
    throw Error(kind, detail::concat(op, "_(): Number of indices (", index.numel(),
                                     ") should be equal to source.size(dim): (", named, "), for dim: ", dim));
  }
  VT_CHECK(self.dim() == source.dim() || (self.dim() <= 1 && source.dim() <= 1), Runtime,
           "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = ",
           self.sizes(), " source.shape = ", source.sizes());
  for (int64_t d = 0; self.dim() == source.dim() && d < self.dim(); ++d) {
    VT_CHECK(d == dim || self.sizes()[d] == source.sizes()[d], Runtime,
             "source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = ",
             self.sizes(), " source.shape = ", source.sizes());
  }
}

TensorSpec like_self(const Tensor& self) { return {DimVec(self.sizes()), self.dtype(), self.device(), {}}; }

TensorSpec index_add_meta(const Tensor& self, int64_t& dim, const Tensor& index, const Tensor& source, Scalar& alpha) {
  check_index_dtype("index_add", index);
  check_scalar_fits(alpha, self.dtype());
  check_sources("index_add", self, dim, index, source, ErrorKind::Runtime);
  return like_self(self);
}

void index_add_cpu(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source, Scalar alpha,
                   Tensor& out) {
  check_no_overlap(*out.impl(), *source.impl());
  const DimVec sizes = at_least_1d(self.sizes());
  const std::vector<int64_t> at = checked_indices(index, {.size = sizes[dim], .dim = dim, .kind = ErrorKind::Runtime});
  copy_unless_same(out, self);
  if (source.numel() == 0 || out.numel() == 0) return;
  auto add = [&](const Tensor& to, const Tensor& added) {
    BlockLoop loop = slice_loop(to, added, sizes, dim, at, true);
    loop.row = add_row_function(to.dtype());
    loop.run();
  };
  const Tensor added = times_alpha(source, alpha);
  if (!is_reduced_floating(out.dtype())) return add(out, added);
  in_float32(out, [&](const Tensor& wide) { add(wide, float32_data(added)); });
}

void index_add_backward(GradContext& ctx) {
  if (ctx.needs(0)) ctx.set(0, ctx.grad());
  if (ctx.needs(3)) {
    Tensor g = ops::index_select(ctx.grad(), ctx.arg<int64_t>(1), ctx.saved(2));
    if (ctx.sizes(3).size() != g.sizes().size()) g = ops::reshape(g, ctx.sizes(3));
    const Scalar alpha = ctx.arg<Scalar>(4);
    ctx.set(3, times_alpha(g, alpha));
  }
}

// index_copy

TensorSpec index_copy_meta(const Tensor& self, int64_t& dim, const Tensor& index, const Tensor& source) {
  VT_CHECK(index.dtype() == DType::int64, Runtime, "index_copy_(): Expected a long tensor for index, but got ",
           index.dtype());
  check_sources("index_copy", self, dim, index, source, ErrorKind::Index);
  return like_self(self);
}

void index_copy_cpu(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source, Tensor& out) {
  check_no_overlap(*out.impl(), *source.impl());
  const DimVec sizes = at_least_1d(self.sizes());
  const std::vector<int64_t> at = checked_indices(index, {.size = sizes[dim], .dim = dim});
  copy_unless_same(out, self);
  if (source.numel() == 0 || out.numel() == 0) return;
  BlockLoop loop = slice_loop(out, source, sizes, dim, at, true);
  loop.row = copy_row_function(out.element_size());
  loop.run();
}

void index_copy_backward(GradContext& ctx) {
  if (ctx.needs(0)) ctx.set(0, ops::index_fill(ctx.grad(), ctx.arg<int64_t>(1), ctx.saved(2), Scalar(0)));
  if (ctx.needs(3)) {
    const Tensor g = ops::index_select(ctx.grad(), ctx.arg<int64_t>(1), ctx.saved(2));
    ctx.set(3, ctx.sizes(3).size() == g.sizes().size() ? g : ops::reshape(g, ctx.sizes(3)));
  }
}

// index_fill

void check_fill(const Tensor& self, int64_t& dim, const Tensor& index) {
  dim = wrap_dim(dim, self.dim());
  VT_CHECK(index.dtype() == DType::int64, Index, "index_fill_(): Expected dtype int64 for index.");
  check_vector("index_fill_", index);
}

TensorSpec index_fill_meta(const Tensor& self, int64_t& dim, const Tensor& index, Scalar& value) {
  check_fill(self, dim, index);
  VT_CHECK(is_complex(self.dtype()) || !value.is_complex(), Runtime,
           "index_fill_(): Converting complex Scalar to non-complex type is not supported");
  check_scalar_fits(value, self.dtype());
  return like_self(self);
}

void index_fill_cpu(const Tensor& self, int64_t dim, const Tensor& index, Scalar value, Tensor& out) {
  const DimVec sizes = at_least_1d(self.sizes());
  const std::vector<int64_t> at = checked_indices(index, {.size = sizes[dim], .dim = dim, .wraps = true});
  copy_unless_same(out, self);
  if (out.numel() == 0) return;
  const Tensor number = empty(IntSpan(), out.dtype());
  fill_data(number, value);
  const DimVec still(sizes.size(), 0);
  const Tensor everywhere(make_intrusive<TensorImpl>(number.storage(), number.dtype(), sizes, still, 0));
  BlockLoop loop = slice_loop(out, everywhere, sizes, dim, at, true);
  loop.row = copy_row_function(out.element_size());
  loop.run();
}

void index_fill_backward(GradContext& ctx) {
  ctx.set(0, ops::index_fill(ctx.grad(), ctx.arg<int64_t>(1), ctx.saved(2), Scalar(0)));
}

// The value as a tensor has a gradient of its own.
Tensor index_fill_tensor(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value) {
  VT_CHECK(value.dim() == 0, Runtime, "index_fill_ only supports a 0-dimensional value tensor, but got tensor with ",
           value.dim(), " dimension(s).");
  if (!value.requires_grad() && is_read_at_once(value)) return ops::index_fill(self, dim, index, ops::item(value));
  check_fill(self, dim, index);
  DimVec line(self.sizes().size(), 1);
  if (!line.empty()) line[dim] = self.sizes()[dim];
  // A position named twice is filled once: where() gives value its gradient once per element.
  const Tensor named = ops::index_fill(ops::filled(line, 0, DType::bool_, self.device()), dim, index, Scalar(true));
  return ops::where(named, ops::as_like(value, self), ops::as_contiguous(self));
}
Tensor index_fill_tensor_inplace(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& value) {
  VT_CHECK(value.dim() == 0, Runtime, "index_fill_ only supports a 0-dimensional value tensor, but got tensor with ",
           value.dim(), " dimension(s).");
  if (!value.requires_grad() && is_read_at_once(value)) return ops::index_fill_(self, dim, index, ops::item(value));
  return ops::copy_(self, index_fill_tensor(self, dim, index, value));
}

// Slices of source along dim folded into those of self that index names.
Tensor index_reduce(const Tensor& self, int64_t dim, const Tensor& index, const Tensor& source, std::string_view reduce,
                    bool include_self) {
  VT_CHECK(reduce == "prod" || reduce == "mean" || reduce == "amax" || reduce == "amin", Runtime,
           "index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got ", reduce, ".");
  VT_CHECK(index.dim() <= 1, Index, "index_reduce_(): Index is supposed to be a vector");
  VT_CHECK(source.dim() == self.dim(), Runtime, "index_reduce_(): self and source must have the same number of dims");
  VT_CHECK(self.dtype() == source.dtype(), Runtime, "index_reduce_(): self and source expected to have the same dtype");
  if (self.dim() == 0) {
    return ops::reshape(ops::scatter_reduce(ops::reshape(self, DimVec{1}), 0, ops::reshape(index, DimVec{-1}),
                                            ops::reshape(source, DimVec{1}), reduce, include_self),
                        {});
  }
  dim = wrap_dim(dim, self.dim());
  DimVec along(self.sizes().size(), 1);
  along[dim] = -1;
  const Tensor at = ops::expand(ops::reshape(index, along), source.sizes());
  return ops::scatter_reduce(self, dim, at, source, reduce, include_self);
}

}  // namespace

void register_index_dim(Registry& r) {
  r.def(
       "index_reduce(Tensor self, int dim, Tensor index, Tensor source, str reduce, *, bool include_self=True) -> Tensor")
      .composite(index_reduce)
      .inplace()
      .inplace_surface(kMethod)
      .out()
      .doc(
          "self, in which the slices along dim that index names are folded with those of source: reduce is prod, mean, "
          "amax or amin.");
  r.def("index_select(Tensor self, int dim, Tensor index) -> Tensor")
      .meta(index_select_meta)
      .cpu(index_select_cpu)
      .backward(keep::args(2), index_select_backward);
  r.def("index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor")
      .meta(index_add_meta)
      .cpu(index_add_cpu)
      .backward(keep::args(2), index_add_backward)
      .inplace(true);
  r.def("index_copy(Tensor self, int dim, Tensor index, Tensor source) -> Tensor")
      .meta(index_copy_meta)
      .cpu(index_copy_cpu)
      .backward(keep::args(2), index_copy_backward)
      .inplace(true);
  r.def("index_fill.int_Scalar(Tensor self, int dim, Tensor index, Scalar value) -> Tensor")
      .meta(index_fill_meta)
      .cpu(index_fill_cpu)
      .backward(keep::args(2), index_fill_backward)
      .inplace(true);
  r.def("index_fill.int_Tensor(Tensor self, int dim, Tensor index, Tensor|Scalar value) -> Tensor")
      .composite(index_fill_tensor);
  r.def("index_fill_.int_Tensor(Tensor(a!) self, int dim, Tensor index, Tensor|Scalar value) -> Tensor(a!)")
      .composite(index_fill_tensor_inplace)
      .method_only();
}

}  // namespace vt
