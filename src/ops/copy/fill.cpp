// fill_, zero_, item: one number for all elements, and one element as a number.
#include "core/transform.h"
#include "dispatch/registry.h"
#include "ops/copy/copy.h"
#include "ops/copy/kernels.h"
#include "ops/copy/read_at_once.h"
#include "ops/copy/register.h"
#include "ops/copy/scalar_fits.h"
#include "ops/typed/copy.h"
#include "ops/typed/factory.h"
#include "ops/typed/reduce.h"
#include "ops/typed/view.h"

namespace vt {
namespace {

Tensor fill_scalar_kernel(const Tensor& self, Scalar value) {
  check_writable(self);
  check_scalar_fits(value, self.dtype());
  fill_data(self, value);
  self.impl()->bump_version();
  return self;
}

Tensor fill_tensor_kernel(const Tensor& self, const Tensor& value) {
  VT_CHECK(value.dim() == 0, Runtime, "fill_ only supports 0-dimension value tensor but got tensor with ", value.dim(),
           " dimensions.");
  check_writable(self);
  if (is_read_at_once(value)) {
    fill_data(self, read_scalar(value));
  } else {
    VT_CHECK(self.device() == value.device(), Runtime, "expected value on ", self.device(), ", got ", value.device());
    const DimVec zero_strides(self.sizes().size(), 0);
    copy_data(self, Tensor(make_intrusive<TensorImpl>(value.storage(), value.dtype(), self.sizes(), zero_strides,
                                                      value.storage_offset())));
  }
  self.impl()->bump_version();
  return self;
}

Tensor zero_kernel(const Tensor& self) { return fill_scalar_kernel(self, Scalar(0)); }

void overwrite_backward(GradContext& ctx) {
  if (ctx.needs(0)) ctx.set(0, ops::zeros_like(ctx.grad()));
}

void fill_tensor_backward(GradContext& ctx) {
  overwrite_backward(ctx);
  if (ctx.needs(1)) ctx.set(1, ops::as_device(ops::sum(ctx.grad()), ctx.device(1)));
}

Tensor fill_scalar_copy(const Tensor& self, Scalar value) { return ops::fill_(ops::clone(self), value); }
Tensor fill_tensor_copy(const Tensor& self, const Tensor& value) {
  if (!is_wrapped(value) || value.dim() != 0) return ops::fill_(ops::clone(self), value);
  // Inside vmap self may be one for all examples, where the value differs.
  const Tensor number = ops::as_device(ops::as_dtype(value, self.dtype()), self.device());
  return ops::clone(ops::expand(number, self.sizes()), MemoryFormat::Contiguous);
}

Scalar item_kernel(const Tensor& self) { return read_scalar(self); }

}  // namespace

void register_fill(Registry& r) {
  r.def("fill_.Scalar(Tensor(a!) self, Scalar value) -> Tensor(a!)")
      .all(fill_scalar_kernel)
      .backward(keep::none, overwrite_backward);
  r.def("fill_.Tensor(Tensor(a!) self, Tensor|Scalar value) -> Tensor(a!)")
      .all(fill_tensor_kernel)
      .backward(keep::none, fill_tensor_backward)
      .any_device();
  r.def("zero_(Tensor(a!) self) -> Tensor(a!)").all(zero_kernel).backward(keep::none, overwrite_backward);
  r.def("fill.Scalar(Tensor self, Scalar value) -> Tensor").composite(fill_scalar_copy).function_only();
  r.def("fill.Tensor(Tensor self, Tensor|Scalar value) -> Tensor").composite(fill_tensor_copy).function_only();
  r.def("item(Tensor self) -> Scalar").composite(item_kernel).value_dependent().method_only();
  r.def("_local_scalar_dense(Tensor self) -> Scalar")
      .all(item_kernel)
      .value_dependent()
      .not_differentiable()
      .internal();
}

}  // namespace vt
