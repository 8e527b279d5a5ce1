// to and its short forms: another dtype or device.
#include <atomic>

#include "core/warning.h"
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/copy/memory_format.h"
#include "ops/copy/narrow_copy.h"
#include "ops/copy/register.h"
#include "ops/typed/copy.h"

namespace vt {
namespace {

Tensor to_copy_kernel(const Tensor& self, std::optional<DType> dtype, std::optional<Device> device, bool non_blocking,
                      std::optional<MemoryFormat> format) {
  const MemoryFormat laid_out = format.value_or(MemoryFormat::Preserve);
  if (dtype && (!device || *device == self.device()) && laid_out == MemoryFormat::Preserve) {
    if (Tensor made = take_narrow_copy(self, *dtype); made.defined()) return made;
  }
  const DimVec strides = format_strides(laid_out, self);
  Tensor out = empty_strided(self.sizes(), strides, dtype.value_or(self.dtype()), device.value_or(self.device()));
  copy_data(out, self, non_blocking);
  return out;
}

void to_copy_backward(GradContext& ctx) {
  const Tensor& grad = ctx.grad();
  const bool plain = is_floating(grad.dtype()) && is_floating(ctx.dtype(0));
  if ((plain || grad.dtype() == ctx.dtype(0)) && grad.device() == ctx.device(0)) {
    ctx.set(0, grad);  // the engine casts it, where somebody needs it cast
  } else {
    ctx.set(0, ops::_to_copy(grad, ctx.dtype(0), ctx.device(0)));
  }
}

Tensor convert_to(const Tensor& self, std::optional<DType> dtype, std::optional<Device> device, bool non_blocking,
                  bool copy, std::optional<MemoryFormat> format) {
  const DType want_dtype = dtype.value_or(self.dtype());
  const Device want_device = device ? resolve_device(*device) : self.device();
  const bool laid_out = !format || *format == MemoryFormat::Preserve || is_contiguous_in(self, *format);
  static std::atomic<bool> warned{false};
  if (VT_UNLIKELY(is_complex(self.dtype()) && !is_complex(want_dtype) && want_dtype != DType::bool_) &&
      !warned.exchange(true)) {
    warn("Casting complex values to real discards the imaginary part; write .real or .abs() where that is meant");
  }
  if (!copy && laid_out && want_dtype == self.dtype() && want_device == self.device()) return self;
  return ops::_to_copy(self, want_dtype, want_device, non_blocking, format);
}

Tensor to_dtype(const Tensor& self, DType dtype, bool non_blocking, bool copy, std::optional<MemoryFormat> format) {
  return convert_to(self, dtype, std::nullopt, non_blocking, copy, format);
}
Tensor to_device(const Tensor& self, std::optional<Device> device, std::optional<DType> dtype, bool non_blocking,
                 bool copy, std::optional<MemoryFormat> format) {
  return convert_to(self, dtype, device, non_blocking, copy, format);
}
Tensor to_other(const Tensor& self, const Tensor& other, bool non_blocking, bool copy,
                std::optional<MemoryFormat> format) {
  return convert_to(self, other.dtype(), other.device(), non_blocking, copy, format);
}
Tensor type_as(const Tensor& self, const Tensor& other) {
  return convert_to(self, other.dtype(), other.device(), false, false, std::nullopt);
}

template <DType dtype>
Tensor cast_to(const Tensor& self, std::optional<MemoryFormat> format) {
  return convert_to(self, dtype, std::nullopt, false, false, format);
}

}  // namespace

void register_conversion(Registry& r) {
  r.def(
       "_to_copy(Tensor self, *, ScalarType? dtype=None, Device? device=None, bool non_blocking=False, MemoryFormat? memory_format=None) -> Tensor")
      .all(to_copy_kernel)
      .backward(keep::none, to_copy_backward)
      .any_device()
      .internal();
  r.def(
       "to.device(Tensor(a) self, Device? device=None, ScalarType? dtype=None, bool non_blocking=False, bool copy=False, *, MemoryFormat? memory_format=None) -> Tensor(a)")
      .composite(to_device)
      .method_only();
  r.def(
       "to.dtype(Tensor(a) self, ScalarType dtype, bool non_blocking=False, bool copy=False, *, MemoryFormat? memory_format=None) -> Tensor(a)")
      .composite(to_dtype)
      .method_only();
  r.def(
       "to.other(Tensor(a) self, Tensor other, bool non_blocking=False, bool copy=False, *, MemoryFormat? memory_format=None) -> Tensor(a)")
      .composite(to_other)
      .method_only();
  r.def("type_as(Tensor(a) self, Tensor other) -> Tensor(a)").composite(type_as).method_only();
  r.def("bool(Tensor(a) self, *, MemoryFormat? memory_format=None) -> Tensor(a)")
      .composite(cast_to<DType::bool_>)
      .method_only();
  r.def("byte(Tensor(a) self, *, MemoryFormat? memory_format=None) -> Tensor(a)")
      .composite(cast_to<DType::uint8>)
      .method_only();
  r.def("char(Tensor(a) self, *, MemoryFormat? memory_format=None) -> Tensor(a)")
      .composite(cast_to<DType::int8>)
      .method_only();
  r.def("short(Tensor(a) self, *, MemoryFormat? memory_format=None) -> Tensor(a)")
      .composite(cast_to<DType::int16>)
      .method_only();
  r.def("int(Tensor(a) self, *, MemoryFormat? memory_format=None) -> Tensor(a)")
      .composite(cast_to<DType::int32>)
      .method_only();
  r.def("long(Tensor(a) self, *, MemoryFormat? memory_format=None) -> Tensor(a)")
      .composite(cast_to<DType::int64>)
      .method_only();
  r.def("half(Tensor(a) self, *, MemoryFormat? memory_format=None) -> Tensor(a)")
      .composite(cast_to<DType::float16>)
      .method_only();
  r.def("bfloat16(Tensor(a) self, *, MemoryFormat? memory_format=None) -> Tensor(a)")
      .composite(cast_to<DType::bfloat16>)
      .method_only();
  r.def("float(Tensor(a) self, *, MemoryFormat? memory_format=None) -> Tensor(a)")
      .composite(cast_to<DType::float32>)
      .method_only();
  r.def("double(Tensor(a) self, *, MemoryFormat? memory_format=None) -> Tensor(a)")
      .composite(cast_to<DType::float64>)
      .method_only();
  r.def("cfloat(Tensor(a) self, *, MemoryFormat? memory_format=None) -> Tensor(a)")
      .composite(cast_to<DType::complex64>)
      .method_only();
  r.def("cdouble(Tensor(a) self, *, MemoryFormat? memory_format=None) -> Tensor(a)")
      .composite(cast_to<DType::complex128>)
      .method_only();
}

}  // namespace vt
