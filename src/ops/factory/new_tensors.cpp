// Tensors of given size filled with one number: empty, zeros, ones, full, their *_like and new_* forms.
#include "dispatch/registry.h"
#include "ops/copy/kernels.h"
#include "ops/copy/memory_format.h"
#include "ops/copy/scalar_fits.h"
#include "ops/factory/register.h"

namespace vt {
namespace {

using OptDType = std::optional<DType>;
using OptDevice = std::optional<Device>;
using OptFormat = std::optional<MemoryFormat>;

Tensor fill_checked(Tensor t, const Scalar& value) {
  t.numel() == 1 ? check_number_fits(value, t.dtype()) : check_scalar_fits(value, t.dtype());  // as PyTorch has it
  fill_data(t, value);
  return t;
}

DType dtype_of_fill(const Scalar& value) { return value.dtype(); }

Tensor empty_memory_format(IntSpan size, OptDType dtype, OptDevice device, OptFormat format) {
  VT_CHECK(format != MemoryFormat::Preserve, Runtime, "Unsupported memory format preserve_format");
  const DType d = dtype.value_or(default_dtype());
  if (!format || !is_channels_last(*format)) return empty(size, d, device.value_or(kCPU));
  checked_numel(size);
  return empty_strided(size, format_strides(*format, size), d, device.value_or(kCPU));
}
Tensor empty_strided_factory(IntSpan size, IntSpan stride, OptDType dtype, OptDevice device) {
  return empty_strided(size, stride, dtype.value_or(default_dtype()), device.value_or(kCPU));
}
Tensor empty_permuted(IntSpan size, IntSpan physical_layout, OptDType dtype, OptDevice device) {
  VT_CHECK(size.size() == physical_layout.size(), Runtime, "Number of dimensions in size does not match the length of ",
           "the physical_layout; i.e. len(size) = ", size.size(),
           " is not equal to len(physical_layout) = ", physical_layout.size());
  DimVec strides(size.size());
  uint64_t seen = 0;
  int64_t step = 1;
  for (size_t i = size.size(); i-- > 0;) {
    const int64_t d = wrap_dim(physical_layout[i], static_cast<int64_t>(size.size()));
    VT_CHECK(!(seen >> d & 1), Runtime, "Duplicate dim not allowed, got ", physical_layout);
    seen |= uint64_t{1} << d;
    strides[d] = step;
    step = checked_mul(step, std::max<int64_t>(size[d], 1));
  }
  return empty_strided_factory(size, strides, dtype, device);
}
Tensor full_factory(IntSpan size, Scalar fill_value, OptDType dtype, OptDevice device) {
  return fill_checked(empty(size, dtype.value_or(dtype_of_fill(fill_value)), device.value_or(kCPU)), fill_value);
}
Tensor zeros_factory(IntSpan size, OptDType dtype, OptDevice device) {
  return fill_checked(empty(size, dtype.value_or(default_dtype()), device.value_or(kCPU)), Scalar(0));
}
Tensor ones_factory(IntSpan size, OptDType dtype, OptDevice device) {
  return fill_checked(empty(size, dtype.value_or(default_dtype()), device.value_or(kCPU)), Scalar(1));
}
Tensor scalar_tensor(Scalar s, OptDType dtype, OptDevice device) {
  return fill_checked(empty(IntSpan(), dtype.value_or(default_dtype()), device.value_or(kCPU)), s);
}

Tensor empty_like_factory(const Tensor& self, OptDType dtype, OptDevice device, OptFormat format) {
  const DimVec strides = format_strides(format.value_or(MemoryFormat::Preserve), self);
  return empty_strided(self.sizes(), strides, dtype.value_or(self.dtype()), device.value_or(self.device()));
}
Tensor full_like_factory(const Tensor& self, Scalar fill_value, OptDType dtype, OptDevice device, OptFormat format) {
  return fill_checked(empty_like_factory(self, dtype, device, format), fill_value);
}
Tensor zeros_like_factory(const Tensor& self, OptDType dtype, OptDevice device, OptFormat format) {
  return fill_checked(empty_like_factory(self, dtype, device, format), Scalar(0));
}
Tensor ones_like_factory(const Tensor& self, OptDType dtype, OptDevice device, OptFormat format) {
  return fill_checked(empty_like_factory(self, dtype, device, format), Scalar(1));
}

Tensor new_empty(const Tensor& self, IntSpan size, OptDType dtype, OptDevice device) {
  return empty(size, dtype.value_or(self.dtype()), device.value_or(self.device()));
}
Tensor new_empty_strided(const Tensor& self, IntSpan size, IntSpan stride, OptDType dtype, OptDevice device) {
  return empty_strided(size, stride, dtype.value_or(self.dtype()), device.value_or(self.device()));
}
Tensor new_full(const Tensor& self, IntSpan size, Scalar fill_value, OptDType dtype, OptDevice device) {
  return fill_checked(new_empty(self, size, dtype, device), fill_value);
}
Tensor new_zeros(const Tensor& self, IntSpan size, OptDType dtype, OptDevice device) {
  return fill_checked(new_empty(self, size, dtype, device), Scalar(0));
}
Tensor new_ones(const Tensor& self, IntSpan size, OptDType dtype, OptDevice device) {
  return fill_checked(new_empty(self, size, dtype, device), Scalar(1));
}

}  // namespace

namespace ops {
Tensor filled(IntSpan size, const Scalar& value, DType dtype, Device device) {
  return fill_checked(empty(size, dtype, device), value);
}
Tensor filled_like(const Tensor& self, const Scalar& value) {
  return full_like_factory(self, value, std::nullopt, std::nullopt, std::nullopt);
}
}  // namespace ops

void register_factory(Registry& r) {
  r.def(
       "empty.memory_format(int[] size, *, ScalarType? dtype=None, Device? device=None, MemoryFormat? memory_format=None) -> Tensor")
      .composite(empty_memory_format);
  r.def("empty_strided(int[] size, int[] stride, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(empty_strided_factory);
  r.def("full(int[] size, Scalar fill_value, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(full_factory)
      .out();
  r.def("zeros(int[] size, *, ScalarType? dtype=None, Device? device=None) -> Tensor").composite(zeros_factory).out();
  r.def("ones(int[] size, *, ScalarType? dtype=None, Device? device=None) -> Tensor").composite(ones_factory).out();
  r.def("scalar_tensor(Scalar s, *, ScalarType? dtype=None, Device? device=None) -> Tensor").composite(scalar_tensor);

  r.def(
       "empty_like(Tensor self, *, ScalarType? dtype=None, Device? device=None, MemoryFormat? memory_format=None) -> Tensor")
      .composite(empty_like_factory)
      .function_only();
  r.def(
       "full_like(Tensor self, Scalar fill_value, *, ScalarType? dtype=None, Device? device=None, MemoryFormat? memory_format=None) -> Tensor")
      .composite(full_like_factory)
      .function_only();
  r.def(
       "zeros_like(Tensor self, *, ScalarType? dtype=None, Device? device=None, MemoryFormat? memory_format=None) -> Tensor")
      .composite(zeros_like_factory)
      .function_only();
  r.def(
       "ones_like(Tensor self, *, ScalarType? dtype=None, Device? device=None, MemoryFormat? memory_format=None) -> Tensor")
      .composite(ones_like_factory)
      .function_only();

  r.def("new_empty(Tensor self, int[] size, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(new_empty)
      .method_only();
  r.def(
       "new_empty_strided(Tensor self, int[] size, int[] stride, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(new_empty_strided)
      .method_only();
  r.def(
       "new_full(Tensor self, int[] size, Scalar fill_value, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(new_full)
      .method_only();
  r.def("new_zeros(Tensor self, int[] size, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(new_zeros)
      .method_only();
  r.def("new_ones(Tensor self, int[] size, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(new_ones)
      .method_only();
  r.def("empty_permuted(int[] size, int[] physical_layout, *, ScalarType? dtype=None, Device? device=None) -> Tensor")
      .composite(empty_permuted)
      .doc("A new tensor, elements unset, dense with its dims in memory in the order of physical_layout.");
  register_ranges(r);
  register_triangles(r);
  register_grids(r);
}

}  // namespace vt
