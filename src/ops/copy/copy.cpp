// copy_, clone, contiguous: the same values in other memory.
#include "ops/copy/copy.h"

#include "dispatch/registry.h"
#include "iter/overlap.h"
#include "ops/copy/kernels.h"
#include "ops/copy/memory_format.h"
#include "ops/copy/register.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"

namespace vt {
namespace {

Tensor expanded(const Tensor& t, IntSpan sizes) {
  if (same(t.sizes(), sizes)) return t;
  DimVec strides(sizes.size(), 0);
  const size_t lead = sizes.size() - t.sizes().size();
  for (size_t d = lead; d < sizes.size(); ++d) strides[d] = t.sizes()[d - lead] == 1 ? 0 : t.strides()[d - lead];
  return Tensor(make_intrusive<TensorImpl>(t.storage(), t.dtype(), sizes, strides, t.storage_offset()));
}

bool is_same_view(const Tensor& a, const Tensor& b) {
  return a.impl()->address() == b.impl()->address() && a.dtype() == b.dtype() && same(a.strides(), b.strides());
}

Tensor copy_kernel(const Tensor& self, const Tensor& src, bool non_blocking) {
  if (self.is_same(src)) return self;
  check_writable(self);
  const DimVec sizes = broadcast_sizes(self.sizes(), src.sizes());
  VT_CHECK(same(sizes, self.sizes()), Runtime, "output with shape ", self.sizes(),
           " doesn't match the broadcast shape ", sizes);
  check_no_internal_overlap(*self.impl());
  Tensor from = expanded(src, sizes);
  check_no_partial_overlap(*self.impl(), *from.impl());
  if (self.storage() == from.storage() && self.numel() > 0) {
    if (is_same_view(self, from)) return self;
    // The ranges may touch where a view has gaps: read everything before writing.
    const Tensor apart = empty(from.sizes(), from.dtype(), from.device());
    copy_data(apart, from);
    from = apart;
  }
  copy_data(self, from, non_blocking);
  self.impl()->bump_version();
  return self;
}

void copy_backward(GradContext& ctx) {
  if (ctx.needs(0)) ctx.set(0, ops::zeros_like(ctx.grad()));
  if (ctx.needs(1)) ctx.set(1, ops::as_device(ctx.grad(), ctx.device(1)));
}

Tensor clone_kernel(const Tensor& self, std::optional<MemoryFormat> format) {
  const DimVec strides = format_strides(format.value_or(MemoryFormat::Preserve), self);
  Tensor out = empty_strided(self.sizes(), strides, self.dtype(), self.device());
  copy_data(out, self);
  return out;
}

void clone_backward(GradContext& ctx) { ctx.set(0, ctx.grad()); }

Tensor contiguous_composite(const Tensor& self, MemoryFormat format) {
  if (is_contiguous_in(self, format)) return self;
  VT_CHECK(format != MemoryFormat::Preserve, Runtime,
           "preserve memory format is unsupported by the contiguous operator");
  return ops::clone(self, format);
}

}  // namespace

void register_copy(Registry& r) {
  strided_copy.cpu(strided_copy_cpu);
  strided_fill.cpu(fill_cpu);
  r.def("copy_(Tensor(a!) self, Tensor src, bool non_blocking=False) -> Tensor(a!)")
      .all(copy_kernel)
      .backward(keep::none, copy_backward)
      .any_device()
      .method_only();
  r.def("clone(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor")
      .all(clone_kernel)
      .backward(keep::none, clone_backward);
  r.def("contiguous(Tensor(a) self, *, MemoryFormat memory_format=contiguous_format) -> Tensor(a)")
      .composite(contiguous_composite)
      .method_only();
  register_conversion(r);
  register_fill(r);
  register_storage(r);
}

}  // namespace vt
