// Many tensors into one: cat, stack and the forms named after directions.
#include "dispatch/registry.h"
#include "iter/overlap.h"
#include "ops/copy/kernels.h"
#include "ops/factory/factory.h"
#include "ops/join/join_kernels.h"
#include "ops/join/register.h"
#include "ops/typed/factory.h"
#include "ops/typed/join.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

// PyTorch lets a one-dimensional empty tensor be joined with anything; it counts for the dtype only.
bool is_legacy_empty(IntSpan sizes) { return sizes.size() == 1 && sizes[0] == 0; }

Tensor part_of(const Tensor& t, IntSpan sizes, IntSpan strides, int64_t offset) {
  return Tensor(make_intrusive<TensorImpl>(t.storage(), t.dtype(), sizes, strides, offset));
}

TensorSpec cat_meta(TensorSpan tensors, int64_t& dim) {
  VT_CHECK(!tensors.empty(), Value, "torch.cat(): expected a non-empty list of Tensors");
  const Tensor* first = nullptr;
  DType dtype = tensors[0].dtype();
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Tensor& t = tensors[i];
    VT_CHECK(t.dim() > 0, Runtime, "zero-dimensional tensor (at position ", i, ") cannot be concatenated");
    dtype = promote(dtype, t.dtype());
    if (!first && !is_legacy_empty(t.sizes())) first = &t;
  }
  if (!first) {
    dim = wrap_dim(dim, 1);
    return {DimVec{0}, dtype, tensors[0].device(), {}};
  }
  dim = wrap_dim(dim, first->dim());
  DimVec sizes(first->sizes());
  sizes[dim] = 0;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const IntSpan other = tensors[i].sizes();
    if (is_legacy_empty(other)) continue;
    VT_CHECK(other.size() == sizes.size(), Runtime, "Tensors must have same number of dimensions: got ", sizes.size(),
             " and ", other.size());
    for (size_t d = 0; d < sizes.size(); ++d) {
      VT_CHECK(static_cast<int64_t>(d) == dim || other[d] == sizes[d], Runtime,
               "Sizes of tensors must match except in dimension ", dim, ". Expected size ", sizes[d], " but got size ",
               other[d], " for tensor number ", i, " in the list.");
    }
    sizes[dim] = checked_add(sizes[dim], other[dim]);
  }
  return {std::move(sizes), dtype, first->device(), {}};
}

// Parts of the result's dtype and device, none without elements.
bool can_join(TensorSpan parts, const Tensor& out) {
  return parts.size() > 1 && join_at_once.has(out.device()) && std::ranges::all_of(parts, [&](const Tensor& t) {
           return t.dtype() == out.dtype() && t.device() == out.device() && t.numel() > 0;
         });
}

void cat_kernel(TensorSpan tensors, int64_t dim, Tensor& out) {
  if (can_join(tensors, out) && join_at_once(out.device(), tensors, out, dim)) return;
  int64_t offset = out.storage_offset();
  for (const Tensor& t : tensors) {
    if (is_legacy_empty(t.sizes()) || t.numel() == 0) continue;
    copy_data(part_of(out, t.sizes(), out.strides(), offset), t);
    offset += t.sizes()[dim] * out.strides()[dim];
  }
}

void cat_backward(GradContext& ctx) {
  const int n = ctx.list_size(0);
  int64_t ndim = 1;
  for (int i = 0; i < n; ++i) ndim = std::max(ndim, static_cast<int64_t>(ctx.sizes(0, i).size()));
  const int64_t dim = wrap_dim(ctx.arg<int64_t>(1), ndim);
  int64_t start = 0;
  for (int i = 0; i < n; ++i) {
    const IntSpan sizes = ctx.sizes(0, i);
    const bool legacy = is_legacy_empty(sizes);
    const int64_t length = legacy ? 0 : sizes[dim];
    if (ctx.needs(0, i)) {
      ctx.set(0, i,
              legacy ? ops::filled(DimVec{0}, 0, ctx.grad().dtype(), ctx.grad().device())
                     : ops::narrow(ctx.grad(), dim, start, length));
    }
    start += length;
  }
}

TensorSpec stack_meta(TensorSpan tensors, int64_t& dim) {
  VT_CHECK(!tensors.empty(), Runtime, "stack expects a non-empty TensorList");
  DType dtype = tensors[0].dtype();
  for (size_t i = 0; i < tensors.size(); ++i) {
    dtype = promote(dtype, tensors[i].dtype());
    VT_CHECK(same(tensors[i].sizes(), tensors[0].sizes()), Runtime,
             "stack expects each tensor to be equal size, but got ", tensors[0].sizes(), " at entry 0 and ",
             tensors[i].sizes(), " at entry ", i);
  }
  dim = wrap_dim(dim, tensors[0].dim() + 1);
  DimVec sizes(tensors[0].sizes());
  sizes.insert(static_cast<size_t>(dim), static_cast<int64_t>(tensors.size()));
  return {std::move(sizes), dtype, tensors[0].device(), {}};
}

void stack_kernel(TensorSpan tensors, int64_t dim, Tensor& out) {
  if (out.numel() == 0) return;
  if (can_join(tensors, out)) {
    std::vector<Tensor> parts;
    for (const Tensor& t : tensors) {
      DimVec sizes(t.sizes()), strides(t.strides());
      sizes.insert(static_cast<size_t>(dim), 1);
      strides.insert(static_cast<size_t>(dim), 0);
      parts.push_back(part_of(t, sizes, strides, t.storage_offset()));
    }
    if (join_at_once(out.device(), parts, out, dim)) return;
  }
  DimVec strides(out.strides());
  const int64_t step = strides[dim];
  strides.erase(static_cast<size_t>(dim));
  for (size_t i = 0; i < tensors.size(); ++i) {
    copy_data(part_of(out, tensors[i].sizes(), strides, out.storage_offset() + static_cast<int64_t>(i) * step),
              tensors[i]);
  }
}

void stack_backward(GradContext& ctx) {
  const int64_t dim = wrap_dim(ctx.arg<int64_t>(1), static_cast<int64_t>(ctx.sizes(0, 0).size()) + 1);
  for (int i = 0; i < ctx.list_size(0); ++i) {
    if (ctx.needs(0, i)) ctx.set(0, i, ops::select(ctx.grad(), dim, i));
  }
}

Tensor hstack(TensorSpan tensors) {
  VT_CHECK(!tensors.empty(), Runtime, "hstack expects a non-empty TensorList");
  const std::vector<Tensor> parts = ops::atleast_1d(tensors);
  return ops::cat(parts, parts[0].dim() == 1 ? 0 : 1);
}
Tensor vstack(TensorSpan tensors) {
  VT_CHECK(!tensors.empty(), Runtime, "vstack expects a non-empty TensorList");
  return ops::cat(ops::atleast_2d(tensors), 0);
}
Tensor dstack(TensorSpan tensors) {
  VT_CHECK(!tensors.empty(), Runtime, "dstack expects a non-empty TensorList");
  return ops::cat(ops::atleast_3d(tensors), 2);
}
Tensor column_stack(TensorSpan tensors) {
  VT_CHECK(!tensors.empty(), Runtime, "column_stack expects a non-empty TensorList");
  std::vector<Tensor> parts;
  for (const Tensor& t : tensors) parts.push_back(t.dim() <= 1 ? ops::reshape(t, DimVec{t.numel(), 1}) : t);
  return hstack(parts);
}

Tensor cartesian_prod(TensorSpan tensors) {
  for (const Tensor& t : tensors) {
    VT_CHECK(t.dim() == 1, Runtime, "Expect a 1D vector, but got shape ", t.sizes());
  }
  if (tensors.size() == 1) return tensors[0];
  std::vector<Tensor> columns;
  for (const Tensor& grid : ops::meshgrid(tensors)) columns.push_back(ops::flatten(grid));
  return ops::stack(columns, 1);
}

}  // namespace

constinit BackendTable<bool(TensorSpan parts, const Tensor& out, int64_t dim)> join_at_once{"cat"};

void register_join(Registry& r) {
  r.def("cat(Tensor[] tensors, int dim=0) -> Tensor")
      .meta(cat_meta)
      .cpu(cat_kernel)
      .cuda(cat_kernel)
      .backward(keep::none, cat_backward);
  r.def("stack(Tensor[] tensors, int dim=0) -> Tensor")
      .meta(stack_meta)
      .cpu(stack_kernel)
      .cuda(stack_kernel)
      .backward(keep::none, stack_backward);
  r.def("concat(Tensor[] tensors, int dim=0) -> Tensor").composite(ops::cat);
  r.def("concatenate(Tensor[] tensors, int dim=0) -> Tensor").composite(ops::cat);
  r.def("hstack(Tensor[] tensors) -> Tensor").composite(hstack).out();
  r.def("vstack(Tensor[] tensors) -> Tensor").composite(vstack).out();
  r.def("row_stack(Tensor[] tensors) -> Tensor").composite(vstack).out();
  r.def("dstack(Tensor[] tensors) -> Tensor").composite(dstack).out();
  r.def("column_stack(Tensor[] tensors) -> Tensor").composite(column_stack).out();
  r.def("cartesian_prod(Tensor[] tensors) -> Tensor")
      .composite(cartesian_prod)
      .doc("All combinations of the elements of vectors, one a row.");
  register_pad(r);
  register_block_matrices(r);
  register_sequences(r);
}

}  // namespace vt
