// The dims in another order: permute, transpose, movedim and their names from NumPy.
#include "dispatch/registry.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/view.h"
#include "ops/view/register.h"

namespace vt {
namespace {

DimVec checked_permutation(IntSpan dims, int64_t ndim) {
  VT_CHECK(static_cast<int64_t>(dims.size()) == ndim, Runtime,
           "permute: number of dimensions in the tensor input does not match the length of the desired ordering "
           "of dimensions i.e. input.dim() = ",
           ndim, " is not equal to len(dims) = ", dims.size());
  DimVec out(dims.size());
  uint64_t seen = 0;
  for (size_t i = 0; i < dims.size(); ++i) {
    out[i] = wrap_dim(dims[i], ndim);
    VT_CHECK(!(seen >> out[i] & 1), Runtime, "permute(): duplicate dims are not allowed, got ", dims);
    seen |= uint64_t{1} << out[i];
  }
  return out;
}

Tensor permuted(const Tensor& self, IntSpan dims) {
  DimVec sizes(dims.size()), strides(dims.size());
  for (size_t i = 0; i < dims.size(); ++i) {
    sizes[i] = self.sizes()[dims[i]];
    strides[i] = self.strides()[dims[i]];
  }
  return make_view(self, sizes, strides, self.storage_offset());
}

Tensor permute_kernel(const Tensor& self, IntSpan dims) {
  return permuted(self, checked_permutation(dims, self.dim()));
}

void permute_backward(GradContext& ctx) {
  const DimVec dims = checked_permutation(ctx.arg<IntSpan>(1), static_cast<int64_t>(ctx.sizes(0).size()));
  DimVec inverse(dims.size());
  for (size_t i = 0; i < dims.size(); ++i) inverse[dims[i]] = static_cast<int64_t>(i);
  ctx.set(0, ops::permute(ctx.grad(), inverse));
}

Tensor swap_dims(const Tensor& self, int64_t a, int64_t b) {
  DimVec sizes(self.sizes()), strides(self.strides());
  if (!sizes.empty()) {
    std::swap(sizes[a], sizes[b]);
    std::swap(strides[a], strides[b]);
  }
  return make_view(self, sizes, strides, self.storage_offset());
}

Tensor transpose_kernel(const Tensor& self, int64_t dim0, int64_t dim1) {
  return swap_dims(self, wrap_dim(dim0, self.dim()), wrap_dim(dim1, self.dim()));
}
void transpose_backward(GradContext& ctx) {
  ctx.set(0, ops::transpose(ctx.grad(), ctx.arg<int64_t>(1), ctx.arg<int64_t>(2)));
}

Tensor t_kernel(const Tensor& self) {
  VT_CHECK(self.dim() <= 2, Runtime, "t() expects a tensor with <= 2 dimensions, but self is ", self.dim(), "D");
  return swap_dims(self, 0, std::max<int64_t>(self.dim() - 1, 0));
}
void t_backward(GradContext& ctx) { ctx.set(0, ops::t(ctx.grad())); }

Tensor movedim_list(const Tensor& self, IntSpan source, IntSpan destination) {
  VT_CHECK(source.size() == destination.size(), Runtime, "movedim: Invalid source or destination dims: source (",
           source,
           " dims) should contain the same number of dims as "
           "destination (",
           destination, " dims)");
  const int64_t n = self.dim();
  DimVec order(static_cast<size_t>(n), -1);
  uint64_t placed = 0;
  for (size_t i = 0; i < source.size(); ++i) {
    const int64_t from = wrap_dim(source[i], n), to = wrap_dim(destination[i], n);
    VT_CHECK(!(placed >> from & 1), Runtime, "movedim: repeated dim in `source` (", source, ")");
    VT_CHECK(n == 0 || order[to] < 0, Runtime, "movedim: repeated dim in `destination` (", destination, ")");
    placed |= uint64_t{1} << from;
    if (n > 0) order[to] = from;
  }
  int64_t next = 0;
  for (auto& d : order) {
    if (d >= 0) continue;
    while (placed >> next & 1) ++next;
    d = next++;
  }
  return ops::permute(self, order);
}
Tensor movedim_int(const Tensor& self, int64_t source, int64_t destination) {
  return movedim_list(self, DimVec{source}, DimVec{destination});
}

Tensor transpose_composite(const Tensor& self, int64_t a, int64_t b) { return ops::transpose(self, a, b); }
Tensor transpose_composite_inplace(const Tensor& self, int64_t a, int64_t b) { return ops::transpose_(self, a, b); }

Tensor reversed_dims(const Tensor& self) {
  DimVec dims;
  for (int64_t d = self.dim(); d-- > 0;) dims.push_back(d);
  return ops::permute(self, dims);
}
// A number is its own transpose, as in PyTorch.
Tensor matrix_transpose(const Tensor& self) {
  if (self.dim() == 0) return self;
  VT_CHECK(self.dim() >= 2, Runtime, "tensor.mT is only supported on matrices or batches of matrices. Got ", self.dim(),
           "-D tensor.");
  return ops::transpose(self, -2, -1);
}
Tensor adjoint(const Tensor& self) {
  if (self.dim() == 0) return is_complex(self.dtype()) ? ops::conj_physical(self) : self;
  VT_CHECK(self.dim() >= 2, Runtime, "tensor.adjoint() is only supported on matrices or batches of matrices. Got ",
           self.dim(), "-D tensor.");
  const Tensor swapped = ops::transpose(self, -2, -1);
  return is_complex(self.dtype()) ? ops::conj_physical(swapped) : swapped;
}

Tensor transpose_inplace(const Tensor& self, int64_t dim0, int64_t dim1) {
  const Tensor view = transpose_kernel(self, dim0, dim1);
  self.impl()->reset_geometry(self.storage(), self.dtype(), view.sizes(), view.strides(), view.storage_offset());
  return self;
}
Tensor t_inplace(const Tensor& self) {
  const Tensor view = t_kernel(self);
  self.impl()->reset_geometry(self.storage(), self.dtype(), view.sizes(), view.strides(), view.storage_offset());
  return self;
}

}  // namespace

void register_permute(Registry& r) {
  r.def("permute(Tensor(a) self, int[] dims) -> Tensor(a)")
      .all(permute_kernel)
      .view()
      .backward(keep::none, permute_backward);
  r.def("transpose.int(Tensor(a) self, int dim0, int dim1) -> Tensor(a)")
      .all(transpose_kernel)
      .view()
      .backward(keep::none, transpose_backward);
  r.def("t(Tensor(a) self) -> Tensor(a)").all(t_kernel).view().backward(keep::none, t_backward);
  r.def("transpose_(Tensor(a!) self, int dim0, int dim1) -> Tensor(a!)")
      .all(transpose_inplace)
      .backward(keep::none, transpose_backward)
      .method_only();
  r.def("t_(Tensor(a!) self) -> Tensor(a!)").all(t_inplace).backward(keep::none, t_backward).method_only();
  r.def("swapaxes(Tensor(a) self, int axis0, int axis1) -> Tensor(a)").composite(transpose_composite);
  r.def("swapdims(Tensor(a) self, int dim0, int dim1) -> Tensor(a)").composite(transpose_composite);
  r.def("swapaxes_(Tensor(a!) self, int axis0, int axis1) -> Tensor(a!)")
      .composite(transpose_composite_inplace)
      .method_only();
  r.def("swapdims_(Tensor(a!) self, int dim0, int dim1) -> Tensor(a!)")
      .composite(transpose_composite_inplace)
      .method_only();
  r.def("movedim.int(Tensor(a) self, int source, int destination) -> Tensor(a)").composite(movedim_int);
  r.def("movedim.intlist(Tensor(a) self, int[] source, int[] destination) -> Tensor(a)").composite(movedim_list);
  r.def("moveaxis.int(Tensor(a) self, int source, int destination) -> Tensor(a)").composite(movedim_int);
  r.def("moveaxis.intlist(Tensor(a) self, int[] source, int[] destination) -> Tensor(a)").composite(movedim_list);
  r.def("numpy_T(Tensor(a) self) -> Tensor(a)").composite(reversed_dims).internal();
  r.def("matrix_T(Tensor(a) self) -> Tensor(a)").composite(matrix_transpose).internal();
  r.def("adjoint(Tensor(a) self) -> Tensor(a)").composite(adjoint);
}

}  // namespace vt
