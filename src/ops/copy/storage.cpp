// Ops on what a tensor refers to rather than on its values: resize_, set_, detach, alias.
#include "core/loan.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/copy/memory_format.h"
#include "ops/copy/register.h"

namespace vt {
namespace {

// Makes room for `bytes` in the storage of `self`, keeping what it holds.
void grow_storage(const Tensor& self, size_t bytes) {
  StorageImpl& storage = *self.storage();
  if (bytes <= storage.bytes()) return;
  check_writable(self);
  check_not_lent(storage);
  const size_t kept = storage.bytes();
  const Allocation fresh = backend(storage.device().type).allocate(bytes, storage.device());
  try {
    if (kept > 0) {
      const int64_t n = static_cast<int64_t>(kept);
      const Allocation borrowed{fresh.data, nullptr, nullptr};
      const Tensor to = from_memory(borrowed, bytes, DType::uint8, DimVec{n}, DimVec{1}, storage.device(), false);
      const Tensor from(make_intrusive<TensorImpl>(self.storage(), DType::uint8, DimVec{n}, n));
      copy_data(to, from);
    }
  } catch (...) {
    if (fresh.free) fresh.free(fresh.data, fresh.context, bytes);
    throw;
  }
  storage.replace(fresh, bytes);
}

Tensor resize_kernel(const Tensor& self, IntSpan size, std::optional<MemoryFormat> format) {
  VT_CHECK(!self.requires_grad(), Runtime, "cannot resize variables that require grad");
  checked_numel(size);
  if (same(self.sizes(), size) && !format) return self;
  VT_CHECK(format != MemoryFormat::Preserve, Runtime, "Unsupported memory format preserve_format");
  const DimVec sizes(size);
  const DimVec strides = format_strides(format.value_or(MemoryFormat::Contiguous), sizes);
  const int64_t extent = view_extent(sizes, strides, self.storage_offset());
  grow_storage(self, static_cast<size_t>(checked_mul(extent, static_cast<int64_t>(self.element_size()))));
  self.impl()->reset_geometry(self.storage(), self.dtype(), sizes, strides, self.storage_offset());
  return self;
}

Tensor resize_as_kernel(const Tensor& self, const Tensor& like, std::optional<MemoryFormat> format) {
  return resize_kernel(self, like.sizes(), format == MemoryFormat::Preserve ? suggested_format(like) : format);
}

Tensor set_source_kernel(const Tensor& self, const Tensor& source) {
  VT_CHECK(self.dtype() == source.dtype(), Runtime, "Could not set tensor of type ", source.dtype(),
           " to a tensor of type ", self.dtype());
  VT_CHECK(self.device() == source.device(), Runtime, "expected source on ", self.device(), ", got ", source.device());
  for (const Tensor* t : {&self, &source}) {
    VT_CHECK(!t->impl()->keys().has(Key::Fabric), NotImplemented,
             "a tensor on a mesh neither takes other memory nor lends its own; place it anew with fabric.distribute");
  }
  self.impl()->reset_geometry(source.storage(), source.dtype(), source.sizes(), source.strides(),
                              source.storage_offset());
  self.impl()->bump_version();
  return self;
}

Tensor set_empty_kernel(const Tensor& self) {
  return set_source_kernel(self, empty(DimVec{0}, self.dtype(), self.device()));
}

Tensor detach_composite(const Tensor& self) { return make_detached(self); }

Tensor alias_kernel(const Tensor& self) { return make_view(self, self.sizes(), self.strides(), self.storage_offset()); }
void alias_backward(GradContext& ctx) { ctx.set(0, ctx.grad()); }

Tensor lift_fresh_composite(const Tensor& self) { return self; }

}  // namespace

void register_storage(Registry& r) {
  r.def("resize_(Tensor(a!) self, int[] size, *, MemoryFormat? memory_format=None) -> Tensor(a!)")
      .composite(resize_kernel)
      .method_only();
  r.def("resize_as_(Tensor(a!) self, Tensor the_template, *, MemoryFormat? memory_format=None) -> Tensor(a!)")
      .composite(resize_as_kernel);
  r.def("set_.source_Tensor(Tensor(a!) self, Tensor source) -> Tensor(a!)").composite(set_source_kernel).method_only();
  r.def("set_(Tensor(a!) self) -> Tensor(a!)").composite(set_empty_kernel).method_only();
  r.def("detach(Tensor(a) self) -> Tensor(a)").composite(detach_composite);
  r.def("alias(Tensor(a) self) -> Tensor(a)").all(alias_kernel).view().backward(keep::none, alias_backward).internal();
  r.def("lift_fresh(Tensor(a) self) -> Tensor(a)").composite(lift_fresh_composite).internal();
}

}  // namespace vt
