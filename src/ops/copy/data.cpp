// Moving data between tensors of any layout, dtype and device.
#include "core/convert.h"
#include "cuda/copy.h"
#include "ops/copy/kernels.h"
#include "ops/copy/memory_format.h"

namespace vt {
namespace {

int64_t bytes_of(const Tensor& t) { return t.numel() * static_cast<int64_t>(t.element_size()); }

// One flat run of bytes on each side, element for element in the same order.
bool same_dense_layout(const Tensor& a, const Tensor& b) {
  if (a.dtype() != b.dtype()) return false;
  if (a.is_contiguous() && b.is_contiguous()) return true;
  return same(a.strides(), b.strides()) && is_non_overlapping_and_dense(a.sizes(), a.strides());
}

void copy_bytes(const Tensor& to, const Tensor& from, bool non_blocking) {
  const size_t bytes = static_cast<size_t>(bytes_of(to));
  const StorageImpl *target = to.storage().get(), *source = from.storage().get();
  if (to.is_cpu()) {
    cuda::copy_to_host(to.data(), from.data(), bytes, cuda::current_stream(from.device().index), non_blocking,
                       {target, source});
  } else if (from.is_cpu()) {
    cuda::copy_to_device(to.data(), from.data(), bytes, cuda::current_stream(to.device().index), non_blocking,
                         {target, source});
  } else {
    cuda::copy_between_devices(to.data(), cuda::current_stream(to.device().index), from.data(),
                               cuda::current_stream(from.device().index), bytes, {target, source});
  }
}

void copy_within_device(const Tensor& to, const Tensor& from) {
  if (to.is_cpu()) {
    strided_copy_cpu(to, from);
  } else {
    const DeviceGuard guard(to.device());
    strided_copy_cuda(to, from);
  }
}

// Casts on the side where the narrower dtype crosses the bus, and gathers or scatters on the side with the odd strides.
void copy_across_devices(const Tensor& to, const Tensor& from, bool non_blocking) {
  if (same_dense_layout(to, from)) {
    copy_bytes(to, from, non_blocking);
    return;
  }
  const DType wire = to.element_size() < from.element_size() ? to.dtype() : from.dtype();
  const Tensor sent = cast_data(contiguous_data(from), wire);
  if (to.dtype() == wire && to.is_contiguous()) {
    copy_bytes(to, sent, non_blocking && sent.is_same(from));
    return;
  }
  const Tensor received = empty(to.sizes(), wire, to.device());
  copy_bytes(received, sent, false);
  copy_within_device(to, received);
}

}  // namespace

void copy_data(const Tensor& to, const Tensor& from, bool non_blocking) {
  VT_ASSERT(same(to.sizes(), from.sizes()), "copy_data of ", from, " to ", to);
  if (to.numel() == 0) return;
  if (to.device() == from.device()) {
    copy_within_device(to, from);
  } else {
    copy_across_devices(to, from, non_blocking);
  }
}

void fill_data(const Tensor& self, const Scalar& value) {
  if (self.numel() == 0) return;
  if (self.dtype() == DType::bool_ && value.is_complex()) return fill_data(self, Scalar(value.to_bool()));
  if (self.is_cpu()) {
    fill_cpu(self, value);
  } else {
    const DeviceGuard guard(self.device());
    fill_cuda(self, value);
  }
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
  alignas(16) char element[16];
  const void* source = self.data();
  if (self.is_cuda()) {
    cuda::copy_to_host(element, source, self.element_size(), cuda::current_stream(self.device().index), false,
                       {self.storage().get()});
    source = element;
  }
  return visit_dtype<kAllSet>(
      self.dtype(), [&](auto tag) { return Scalar(*static_cast<const typename decltype(tag)::type*>(source)); });
}

}  // namespace vt
