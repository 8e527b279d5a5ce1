// Between sparse tensors and tensors in memory, layouts, dtypes and devices; copies.
#include "ops/copy/copy.h"
#include "ops/factory/factory.h"
#include "ops/sparse/entries.h"
#include "ops/sparse/kernels.h"
#include "ops/sparse/register.h"
#include "ops/tensor_operators.h"
#include "ops/typed/index.h"
#include "ops/typed/pointwise.h"
#include "ops/typed/reduce.h"
#include "ops/typed/sparse.h"
#include "ops/typed/view.h"

namespace vt {

using namespace vt::sparse;

namespace {

// f of each part; the values may get another dtype in it, indices keep theirs.
template <class F, class G>
Tensor mapped(const Tensor& self, const F& of_values, const G& of_indices) {
  SparseParts parts = sparse_parts(self);
  if (parts.compressed.defined()) parts.compressed = of_indices(parts.compressed);
  parts.indices = of_indices(parts.indices);
  parts.values = of_values(parts.values);
  return make_sparse(layout_of(self), std::move(parts), self.sizes());
}

Tensor clone_sparse(const Tensor& self, std::optional<MemoryFormat> format) {
  VT_CHECK(!format || *format == MemoryFormat::Preserve || *format == MemoryFormat::Contiguous, Runtime,
           "unsupported memory format option for a sparse tensor");
  const auto copy = [](const Tensor& t) { return ops::clone(t); };
  return mapped(self, copy, copy);
}

Tensor to_copy_sparse(const Tensor& self, std::optional<DType> dtype, std::optional<Device> device, bool non_blocking,
                      std::optional<MemoryFormat>) {
  return mapped(
      self, [&](const Tensor& t) { return ops::_to_copy(t, dtype, device, non_blocking); },
      [&](const Tensor& t) { return ops::_to_copy(t, std::nullopt, device, non_blocking); });
}

Tensor copy_sparse(const Tensor& self, const Tensor& src, bool non_blocking) {
  if (self.is_same(src)) return self;
  VT_CHECK(is_sparse(self) && is_sparse(src), Runtime,
           "copy_() between dense and sparse Tensors is not implemented! Found self layout = ",
           name_in_text(layout_of(self)), " and src layout = ", name_in_text(layout_of(src)));
  check_writable(self);
  VT_CHECK(same(self.sizes(), src.sizes()), Runtime, "copy_(): expected src of sizes ", self.sizes(), ", got ",
           src.sizes());
  const Tensor copy = ops::_to_copy(in_layout_of(src, self), self.dtype(), self.device(), non_blocking);
  replace_parts(self, sparse_parts(copy));
  self.impl()->bump_version();
  return self;
}

// No entries, or in compressed layouts zeros for them.
SparseParts parts_of_zeros(const Tensor& self, DType dtype, Device device) {
  SparseParts parts = sparse_parts(self);
  if (is_compressed(self)) {
    parts.compressed = ops::as_device(parts.compressed, device);
    parts.indices = ops::as_device(parts.indices, device);
    parts.values = ops::filled(parts.values.sizes(), 0, dtype, device);
    return parts;
  }
  DimVec sizes(parts.values.sizes());
  sizes[0] = 0;
  return {{}, empty(DimVec{parts.indices.size(0), 0}, DType::int64, device), empty(sizes, dtype, device), true};
}

Tensor zero_sparse(const Tensor& self) {
  check_writable(self);
  replace_parts(self, parts_of_zeros(self, self.dtype(), self.device()));
  self.impl()->bump_version();
  return self;
}

Tensor zeros_like_sparse(const Tensor& self, std::optional<DType> dtype, std::optional<Device> device,
                         std::optional<MemoryFormat>) {
  return make_sparse(
      layout_of(self),
      parts_of_zeros(self, dtype.value_or(self.dtype()), device ? resolve_device(*device) : self.device()),
      self.sizes());
}

// ---- to memory and back

Tensor to_dense(const Tensor& self, std::optional<DType> dtype, std::optional<bool> masked_grad) {
  VT_CHECK(masked_grad.value_or(true), NotImplemented,
           "to_dense(masked_grad=False) is not there yet: the gradient of a sparse tensor has its entries");
  const DType wanted = dtype.value_or(self.dtype());
  if (!is_sparse(self)) return ops::as_dtype(self, wanted);
  // Bools are added up as they are coalesced.
  const Tensor t = self.dtype() == DType::bool_ ? coalesced(self) : entrywise(self);
  const Tensor out = to_add_to(ops::filled(self.sizes(), 0, self.dtype(), self.device()), sparse_parts(self).values);
  if (self.dtype() == DType::bool_ && sparse_dims(t) > 0) {
    ops::index_put_(out, by_dim(sparse_parts(t).indices), ops::values(t));
  } else {
    add_entries_(out, t, 1);
  }
  return ops::as_dtype(out, wanted);
}

// Of a tensor of one element.
Scalar value_of(const Tensor& self) {
  VT_CHECK(self.numel() == 1, Runtime, "a Tensor with ", self.numel(), " elements cannot be converted to Scalar");
  return ops::item(to_dense(self, std::nullopt, std::nullopt));
}

Tensor to_sparse(const Tensor& self, std::optional<int64_t> sparse_dim) {
  if (is_sparse(self)) {
    VT_CHECK(!sparse_dim || *sparse_dim == sparse_dims(self), Runtime,
             "to_sparse: expected sparse_dim of a sparse tensor to be what it is, ", sparse_dims(self), ", got ",
             sparse_dim.value_or(0));
    return as_coo(self);
  }
  const int64_t dims = sparse_dim.value_or(self.dim());
  VT_CHECK(self.dim() == 0 ? dims == 0 : dims > 0 && dims <= self.dim(), Runtime,
           "sparse_dim argument must be in >0, <= ", self.dim(), " of the tensor's dims, got ", dims);
  Tensor used = self != Scalar(0);
  for (int64_t d = self.dim(); d-- > dims;) used = ops::any(used, d);
  const Tensor indices = ops::contiguous(ops::t(ops::nonzero(used)));
  return ops::_sparse_coo(indices, elements_at(self, indices), self.sizes(), true);
}

Tensor sparse_mask(const Tensor& self, const Tensor& mask) {
  VT_CHECK(is_sparse(mask), Runtime, "sparse_mask(): expected mask to be sparse, but got ",
           name_in_text(layout_of(mask)));
  VT_CHECK(same(self.sizes(), mask.sizes()), Runtime, "sparse_mask(): operands have incompatible sizes; self has size ",
           self.sizes(), " but mask has size ", mask.sizes());
  const Tensor indices = indices_of(mask);
  VT_CHECK(!is_sparse(self) || sparse_dims(self) == indices.size(0), Runtime,
           "sparse_mask(): expected tensors of as many sparse dims, got ", sparse_dims(self), " and ", indices.size(0));
  return with_values(mask, ops::reshape(elements_at(self, indices), sparse_parts(mask).values.sizes()));
}

}  // namespace

void register_sparse_conversion(Registry& r) {
  const SparseOps sparse(r);
  sparse.kernel("clone", clone_sparse);
  sparse.kernel("_to_copy", to_copy_sparse);
  sparse.kernel("copy_", copy_sparse);
  sparse.kernel("zero_", zero_sparse);
  sparse.composite("zeros_like", zeros_like_sparse);
  sparse.composite("empty_like", zeros_like_sparse);
  sparse.inherit({"detach", "to.device", "to.dtype", "to.other", "type_as", "bool", "byte", "char", "short", "int",
                  "long", "half", "bfloat16", "float", "double", "cfloat", "cdouble"});
  sparse.composite("item", value_of);
  sparse.composite("_local_scalar_dense", value_of);
  r.def("to_dense(Tensor(a) self, ScalarType? dtype=None, *, bool? masked_grad=None) -> Tensor(a)")
      .composite(to_dense)
      .method_only()
      .doc("Self in memory, zeros where a sparse tensor has no entry.");
  r.def("to_sparse(Tensor self, int? sparse_dim=None) -> Tensor")
      .composite(to_sparse)
      .value_dependent()
      .method_only()
      .doc("A coalesced COO tensor of the elements that are not zero, with that many sparse dims, all unless given.");
  r.def("sparse_mask(Tensor self, Tensor mask) -> Tensor")
      .composite(sparse_mask)
      .method_only()
      .doc("The elements of self at the entries of a sparse tensor of its sizes, in the layout of that.");
  sparse.inherit({"to_dense", "to_sparse", "sparse_mask"});
}

}  // namespace vt
