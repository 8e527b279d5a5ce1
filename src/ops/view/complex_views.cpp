// Complex numbers as pairs of reals, and any bits as another dtype.
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/typed/view.h"
#include "ops/view/register.h"

namespace vt {
namespace {

Tensor view_as_real_kernel(const Tensor& self) {
  VT_CHECK(is_complex(self.dtype()), Runtime, "view_as_real is only supported for complex tensors");
  DimVec sizes(self.sizes()), strides(self.strides());
  for (auto& s : strides) s = checked_mul(s, 2);
  sizes.push_back(2);
  strides.push_back(1);
  return make_dtype_view(self, to_real(self.dtype()), sizes, strides, self.storage_offset() * 2);
}
void view_as_real_backward(GradContext& ctx) { ctx.set(0, ops::view_as_complex(ops::as_contiguous(ctx.grad()))); }

Tensor view_as_complex_kernel(const Tensor& self) {
  const DType d = self.dtype();
  VT_CHECK(
      d == DType::float32 || d == DType::float64, Runtime,
      "view_as_complex is only supported for half, float and double tensors, but got a tensor of scalar type: ", d);
  VT_CHECK(self.dim() > 0, Runtime, "Input tensor must have one or more dimensions");
  VT_CHECK(self.size(-1) == 2, Runtime, "Tensor must have a last dimension of size 2");
  VT_CHECK(self.stride(-1) == 1, Runtime, "Tensor must have a last dimension with stride 1");
  DimVec sizes(self.sizes()), strides(self.strides());
  sizes.pop_back();
  strides.pop_back();
  for (auto& s : strides) {
    VT_CHECK(s % 2 == 0, Runtime, "Tensor must have a stride divisible by 2 for all but last dimension");
    s /= 2;
  }
  VT_CHECK(self.storage_offset() % 2 == 0, Runtime, "Tensor must have a storage_offset divisible by 2");
  return make_dtype_view(self, to_complex(d), sizes, strides, self.storage_offset() / 2);
}
void view_as_complex_backward(GradContext& ctx) {
  ctx.set(0, ops::view_as_real(ops::as_contiguous(ops::as_dtype(ctx.grad(), to_complex(ctx.dtype(0))))));
}

Tensor real_composite(const Tensor& self) {
  return is_complex(self.dtype()) ? ops::select(ops::view_as_real(self), -1, 0) : self;
}
Tensor imag_composite(const Tensor& self) {
  VT_CHECK(is_complex(self.dtype()), Runtime, "imag is not implemented for tensors with non-complex dtypes.");
  return ops::select(ops::view_as_real(self), -1, 1);
}

Tensor view_dtype_kernel(const Tensor& self, DType dtype) {
  const int64_t have = static_cast<int64_t>(self.element_size()), want = static_cast<int64_t>(size_of(dtype));
  DimVec sizes(self.sizes()), strides(self.strides());
  int64_t offset = self.storage_offset();
  if (have == want) return make_dtype_view(self, dtype, sizes, strides, offset);
  auto names = [&] { return detail::concat(self.dtype(), " as ", dtype, " (different element sizes)"); };
  VT_CHECK(self.dim() > 0, Runtime, "self.dim() cannot be 0 to view ", names());
  VT_CHECK(strides.back() == 1, Runtime, "self.stride(-1) must be 1 to view ", names(), ", but got ", strides.back());
  const size_t outer = sizes.size() - 1;
  if (have > want) {
    const int64_t ratio = have / want;
    for (size_t d = 0; d < outer; ++d) strides[d] = checked_mul(strides[d], ratio);
    sizes.back() = checked_mul(sizes.back(), ratio);
    offset = checked_mul(offset, ratio);
  } else {
    const int64_t ratio = want / have;
    VT_CHECK(sizes.back() % ratio == 0, Runtime, "self.size(-1) must be divisible by ", ratio, " to view ", names(),
             ", but got ", sizes.back());
    VT_CHECK(offset % ratio == 0, Runtime, "self.storage_offset() must be divisible by ", ratio, " to view ", names(),
             ", but got ", offset);
    for (size_t d = 0; d < outer; ++d) {
      VT_CHECK(strides[d] % ratio == 0, Runtime, "self.stride(", d, ") must be divisible by ", ratio, " to view ",
               names(), ", but got ", strides[d]);
      strides[d] /= ratio;
    }
    sizes.back() /= ratio;
    offset /= ratio;
  }
  return make_dtype_view(self, dtype, sizes, strides, offset);
}

}  // namespace

void register_complex_views(Registry& r) {
  r.def("view_as_real(Tensor(a) self) -> Tensor(a)")
      .all(view_as_real_kernel)
      .view()
      .backward(keep::none, view_as_real_backward)
      .function_only();
  r.def("view_as_complex(Tensor(a) self) -> Tensor(a)")
      .all(view_as_complex_kernel)
      .view()
      .backward(keep::none, view_as_complex_backward)
      .autocast({.cpu = AutocastPolicy::Float32})
      .function_only();
  r.def("real(Tensor(a) self) -> Tensor(a)").composite(real_composite).function_only();
  r.def("imag(Tensor(a) self) -> Tensor(a)").composite(imag_composite).function_only();
  r.def("view.dtype(Tensor(a) self, ScalarType dtype) -> Tensor(a)")
      .all(view_dtype_kernel)
      .view()
      .not_differentiable()
      .method_only();
}

}  // namespace vt
