// The same elements in another shape: view, reshape, flatten, unflatten, squeeze, unsqueeze.
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/typed/copy.h"
#include "ops/typed/view.h"
#include "ops/view/register.h"

namespace vt {
namespace {

Tensor view_kernel(const Tensor& self, IntSpan size) {
  const DimVec sizes = infer_size(size, self.numel());
  DimVec strides;
  VT_CHECK(view_strides(self.sizes(), self.strides(), sizes, strides), Runtime,
           "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
           "contiguous subspaces). Use .reshape(...) instead.");
  return make_view(self, sizes, strides, self.storage_offset());
}

void reshape_backward(GradContext& ctx) { ctx.set(0, ops::reshape(ctx.grad(), ctx.sizes(0))); }

Tensor reshape_composite(const Tensor& self, IntSpan shape) {
  const DimVec sizes = infer_size(shape, self.numel());
  DimVec strides;
  if (view_strides(self.sizes(), self.strides(), sizes, strides)) return ops::view(self, sizes);
  return ops::_unsafe_view(ops::clone(self, MemoryFormat::Contiguous), sizes);
}

// A view that the caller says nobody else sees: no view relation is kept.
Tensor unsafe_view_kernel(const Tensor& self, IntSpan size) {
  const DimVec sizes = infer_size(size, self.numel());
  DimVec strides;
  VT_CHECK(view_strides(self.sizes(), self.strides(), sizes, strides), Runtime,
           "view size is not compatible with input tensor's size and stride");
  Tensor out(make_intrusive<TensorImpl>(self.storage(), self.dtype(), sizes, strides, self.storage_offset()));
  out.impl()->keep_wrapper(*self.impl());
  return out;
}

Tensor view_as(const Tensor& self, const Tensor& other) { return ops::view(self, other.sizes()); }
Tensor reshape_as(const Tensor& self, const Tensor& other) { return ops::reshape(self, other.sizes()); }

Tensor flatten(const Tensor& self, int64_t start_dim, int64_t end_dim) {
  start_dim = wrap_dim(start_dim, self.dim());
  end_dim = wrap_dim(end_dim, self.dim());
  VT_CHECK(start_dim <= end_dim, Runtime, "flatten() has invalid args: start_dim cannot come after end_dim");
  if (self.dim() == 0) return ops::reshape(self, DimVec{1});
  if (start_dim == end_dim) return self;
  DimVec shape(self.sizes().first(static_cast<size_t>(start_dim)));
  int64_t merged = 1;
  for (int64_t d = start_dim; d <= end_dim; ++d) merged *= self.sizes()[d];
  shape.push_back(merged);
  for (int64_t d = end_dim + 1; d < self.dim(); ++d) shape.push_back(self.sizes()[d]);
  return ops::reshape(self, shape);
}

Tensor unflatten(const Tensor& self, int64_t dim, IntSpan sizes) {
  dim = wrap_dim(dim, self.dim());
  VT_CHECK(!sizes.empty(), Runtime, "unflatten: sizes must be non-empty");
  VT_CHECK(self.dim() > 0, Index, "Dimension specified as ", dim, " but tensor has no dimensions");
  int64_t known = 1;
  bool inferred = false;
  for (const int64_t s : sizes) {
    if (s == -1) {
      inferred = true;
    } else {
      VT_CHECK(s >= 0, Runtime, "unflatten: sizes must not be negative, got ", sizes);
      known = checked_mul(known, s);
    }
  }
  const int64_t have = self.sizes()[dim];
  VT_CHECK(inferred ? known > 0 && have % known == 0 : known == have, Runtime, "unflatten: Provided sizes ", sizes,
           " don't multiply up to the size of dim ", dim, " (", have, ") in the input tensor");
  const DimVec parts = infer_size(sizes, have);
  DimVec shape(self.sizes().first(static_cast<size_t>(dim)));
  for (const int64_t s : parts) shape.push_back(s);
  for (int64_t d = dim + 1; d < self.dim(); ++d) shape.push_back(self.sizes()[d]);
  return ops::view(self, shape);
}

Tensor ravel(const Tensor& self) { return ops::view(ops::as_contiguous(self), DimVec{-1}); }

Tensor unsqueeze_kernel(const Tensor& self, int64_t dim) {
  dim = wrap_dim(dim, self.dim() + 1);
  DimVec sizes(self.sizes()), strides(self.strides());
  const int64_t stride = dim < self.dim() ? sizes[dim] * strides[dim] : 1;
  sizes.insert(static_cast<size_t>(dim), 1);
  strides.insert(static_cast<size_t>(dim), stride);
  return make_view(self, sizes, strides, self.storage_offset());
}

// Drops the dims whose bit is set if their size is 1.
Tensor squeeze_dims(const Tensor& self, uint64_t dims) {
  DimVec sizes, strides;
  for (int64_t d = 0; d < self.dim(); ++d) {
    if (self.sizes()[d] == 1 && (dims >> d & 1)) continue;
    sizes.push_back(self.sizes()[d]);
    strides.push_back(self.strides()[d]);
  }
  return make_view(self, sizes, strides, self.storage_offset());
}
Tensor squeeze_all_kernel(const Tensor& self) { return squeeze_dims(self, ~uint64_t{0}); }
Tensor squeeze_dim_kernel(const Tensor& self, int64_t dim) {
  return squeeze_dims(self, uint64_t{1} << wrap_dim(dim, self.dim()));
}
Tensor squeeze_list_kernel(const Tensor& self, IntSpan dim) {
  uint64_t dims = 0;
  for (const int64_t d : dim) {
    const uint64_t bit = uint64_t{1} << wrap_dim(d, self.dim());
    VT_CHECK(!(dims & bit), Runtime, "dim ", d, " appears multiple times in the list of dims");
    dims |= bit;
  }
  return squeeze_dims(self, dims);
}

Tensor atleast_1d(const Tensor& self) { return self.dim() >= 1 ? self : ops::reshape(self, DimVec{1}); }
Tensor atleast_2d(const Tensor& self) {
  if (self.dim() == 0) return ops::reshape(self, DimVec{1, 1});
  return self.dim() == 1 ? ops::unsqueeze(self, 0) : self;
}
Tensor atleast_3d(const Tensor& self) {
  if (self.dim() == 0) return ops::reshape(self, DimVec{1, 1, 1});
  if (self.dim() == 1) return ops::unsqueeze(ops::unsqueeze(self, 0), -1);
  return self.dim() == 2 ? ops::unsqueeze(self, -1) : self;
}
template <Tensor (*one)(const Tensor&)>
std::vector<Tensor> atleast_each(TensorSpan tensors) {
  std::vector<Tensor> out;
  for (const Tensor& t : tensors) out.push_back(one(t));
  return out;
}

// New shapes for a tensor's own object, as t_(), unsqueeze_() and squeeze_() do.
Tensor take_geometry(const Tensor& self, const Tensor& view) {
  self.impl()->reset_geometry(self.storage(), self.dtype(), view.sizes(), view.strides(), view.storage_offset());
  return self;
}
Tensor unsqueeze_inplace(const Tensor& self, int64_t dim) { return take_geometry(self, unsqueeze_kernel(self, dim)); }
Tensor squeeze_inplace(const Tensor& self) { return take_geometry(self, squeeze_all_kernel(self)); }
Tensor squeeze_dim_inplace(const Tensor& self, int64_t dim) {
  return take_geometry(self, squeeze_dim_kernel(self, dim));
}
Tensor squeeze_list_inplace(const Tensor& self, IntSpan dim) {
  return take_geometry(self, squeeze_list_kernel(self, dim));
}

}  // namespace

void register_reshape(Registry& r) {
  auto view_op = [&](const char* schema, auto kernel) -> OpBuilder {
    return r.def(schema).all(kernel).view().backward(keep::none, reshape_backward);
  };
  view_op("view(Tensor(a) self, int[] size) -> Tensor(a)", view_kernel).method_only();
  view_op("unsqueeze(Tensor(a) self, int dim) -> Tensor(a)", unsqueeze_kernel);
  view_op("squeeze(Tensor(a) self) -> Tensor(a)", squeeze_all_kernel);
  view_op("squeeze.dim(Tensor(a) self, int dim) -> Tensor(a)", squeeze_dim_kernel);
  view_op("squeeze.dims(Tensor(a) self, int[] dim) -> Tensor(a)", squeeze_list_kernel);
  r.def("unsqueeze_(Tensor(a!) self, int dim) -> Tensor(a!)")
      .all(unsqueeze_inplace)
      .backward(keep::none, reshape_backward)
      .method_only();
  r.def("squeeze_(Tensor(a!) self) -> Tensor(a!)")
      .all(squeeze_inplace)
      .backward(keep::none, reshape_backward)
      .method_only();
  r.def("squeeze_.dim(Tensor(a!) self, int dim) -> Tensor(a!)")
      .all(squeeze_dim_inplace)
      .backward(keep::none, reshape_backward)
      .method_only();
  r.def("squeeze_.dims(Tensor(a!) self, int[] dim) -> Tensor(a!)")
      .all(squeeze_list_inplace)
      .backward(keep::none, reshape_backward)
      .method_only();
  r.def("_unsafe_view(Tensor self, int[] size) -> Tensor")
      .all(unsafe_view_kernel)
      .backward(keep::none, reshape_backward)
      .internal();
  r.def("reshape(Tensor(a) self, int[] shape) -> Tensor(a)").composite(reshape_composite);
  r.def("view_as(Tensor(a) self, Tensor other) -> Tensor(a)").composite(view_as).method_only();
  r.def("reshape_as(Tensor(a) self, Tensor other) -> Tensor(a)").composite(reshape_as).method_only();
  r.def("flatten.using_ints(Tensor(a) self, int start_dim=0, int end_dim=-1) -> Tensor(a)").composite(flatten);
  r.def("unflatten.int(Tensor(a) self, int dim, int[] sizes) -> Tensor(a)").composite(unflatten);
  r.def("ravel(Tensor(a) self) -> Tensor(a)").composite(ravel);
  r.def("atleast_1d(Tensor self) -> Tensor").composite(atleast_1d).function_only();
  r.def("atleast_1d.Sequence(Tensor[] tensors) -> Tensor[]").composite(atleast_each<atleast_1d>);
  r.def("atleast_2d(Tensor self) -> Tensor").composite(atleast_2d).function_only();
  r.def("atleast_2d.Sequence(Tensor[] tensors) -> Tensor[]").composite(atleast_each<atleast_2d>);
  r.def("atleast_3d(Tensor self) -> Tensor").composite(atleast_3d).function_only();
  r.def("atleast_3d.Sequence(Tensor[] tensors) -> Tensor[]").composite(atleast_each<atleast_3d>);
}

}  // namespace vt
