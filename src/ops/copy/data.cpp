// Moving data between tensors of any layout, dtype and device.
#include "core/convert.h"
#include "core/transform.h"
#include "core/waiting_memory.h"
#include "ops/copy/kernels.h"
#include "ops/copy/memory_format.h"

namespace vt {

constinit BackendTable<void(const Tensor&, const Tensor&)> strided_copy{"copy"};
constinit BackendTable<void(const Tensor&, const Scalar&)> strided_fill{"fill"};

namespace {

int64_t bytes_of(const Tensor& t) { return t.numel() * static_cast<int64_t>(t.element_size()); }

// One flat run of bytes on each side, element for element in the same order.
bool same_dense_layout(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype()) return false;
  if (a.is_contiguous() && b.is_contiguous()) return true;
  return same(a.strides(), b.strides()) && is_non_overlapping_and_dense(a.sizes(), a.strides());
}

MemoryAt memory_of(const Tensor& t) {
  VT_CHECK(!holds_payload(*t.storage()), Runtime, "vmap: the values of ", to_string(t),
           " differ from example to example, so they ", "cannot be read here");
  if (VT_UNLIKELY(!t.impl()->has_memory()) && t.device().type != DeviceType::Meta) throw_no_memory(t.device());
  return {t.impl()->address(), t.device(), t.storage().get()};
}

void copy_elements(const Tensor& to, const Tensor& from, bool non_blocking) {
  copy_bytes(memory_of(to), memory_of(from), static_cast<size_t>(bytes_of(to)), non_blocking);
}

// Casts on the side where the narrower dtype crosses the bus, and gathers or scatters on the side with the odd strides.
void copy_across_devices(const Tensor& to, const Tensor& from, bool non_blocking) {
  if (same_dense_layout(to, from)) {
    copy_elements(to, from, non_blocking);
    return;
  }
  const DType wire = to.element_size() < from.element_size() ? to.dtype() : from.dtype();
  const Tensor sent = cast_data(contiguous_data(from), wire);
  if (to.dtype() == wire && to.is_contiguous()) {
    copy_elements(to, sent, non_blocking && sent.is_same(from));
    return;
  }
  const Tensor received = empty(to.sizes(), wire, to.device());
  copy_elements(received, sent, false);
  strided_copy(to.device(), to, received);
}

}  // namespace

void copy_data(const Tensor& to, const Tensor& from, bool non_blocking) {
  VT_ASSERT(same(to.sizes(), from.sizes()), "copy_data of ", from, " to ", to);
  if (to.numel() == 0) return;
  fill_memory(to);
  fill_memory(from);
  if (to.device() == from.device()) {
    strided_copy(to.device(), to, from);
  } else {
    copy_across_devices(to, from, non_blocking);
  }
}

void fill_data(const Tensor& self, const Scalar& value) {
  if (self.numel() == 0) return;
  fill_memory(self);
  if (self.dtype() == DType::bool_ && value.is_complex()) return fill_data(self, Scalar(value.to_bool()));
  strided_fill(self.device(), self, value);
}

Tensor contiguous_data(const Tensor& self) {
  if (self.is_contiguous()) return self;
  Tensor out = empty(self.sizes(), self.dtype(), self.device());
  copy_data(out, self);
  return out;
}

Tensor cast_data(const Tensor& self, DType dtype) {
  if (self.dtype() == dtype) return self;
  Tensor out = empty_strided(self.sizes(), dense_strides_like(self.sizes(), self.strides()), dtype, self.device());
  copy_data(out, self);
  return out;
}

Scalar read_scalar(const Tensor& self) {
  VT_CHECK(self.numel() == 1, Runtime, "a Tensor with ", self.numel(), " elements cannot be converted to Scalar");
  fill_memory(self);
  alignas(16) char element[16];
  copy_bytes({element, kCPU, nullptr}, memory_of(self), self.element_size(), false);
  return visit_dtype<kNumberSet>(
      self.dtype(), [&](auto tag) { return Scalar(*reinterpret_cast<const typename decltype(tag)::type*>(element)); });
}

}  // namespace vt
