#include "iter/given_output.h"

#include "core/loan.h"
#include "core/sparse.h"
#include "core/warning.h"

namespace vt {

void check_given_output(const Tensor& out, DType result, Device device) {
  VT_CHECK(out.device() == device, Runtime,
           "Expected all tensors to be on the same device, but found at least two devices, ", device, " and ",
           out.device(), "!");
  VT_CHECK(can_cast(result, out.dtype()), Runtime, "result type ", result, " can't be cast to the desired output type ",
           out.dtype());
  VT_CHECK(result == out.dtype() || !is_stored_only(out.dtype()), NotImplemented, "results in '", out.dtype(),
           "' are not there: convert a result in ", result, " with .to()");
  check_writable(out);
}

void check_keeps_shape(const Tensor& out, IntSpan sizes) {
  VT_CHECK(same(out.sizes(), sizes), Runtime, "output with shape ", out.sizes(), " doesn't match the broadcast shape ",
           sizes);
}

void resize_output(const Tensor& out, IntSpan sizes) {
  TensorImpl* t = out.impl();
  if (same(t->sizes(), sizes)) return;
  VT_CHECK(!is_sparse(out), NotImplemented, "a sparse output keeps its sizes, ", out.sizes(), ", and does not become ",
           sizes);
  if (VT_UNLIKELY(t->numel() > 0)) {
    warn(vt::detail::concat("An output with one or more elements was resized since it had shape ", out.sizes(),
                            ", which does not match the required output shape ", sizes,
                            ". Give out= a tensor of that shape, or empty it with resize_(0) before."));
  }
  const DimVec strides = contiguous_strides(sizes);
  const int64_t bytes =
      checked_mul(checked_add(t->offset(), checked_numel(sizes)), static_cast<int64_t>(size_of(t->dtype())));
  if (static_cast<uint64_t>(bytes) > t->storage()->bytes()) {
    const auto wanted = static_cast<size_t>(bytes);
    check_not_lent(*t->storage());
    t->storage()->replace(backend(t->device().type).allocate(wanted, t->device()), wanted);
  }
  t->reset_geometry(t->storage(), t->dtype(), sizes, strides, t->offset());
}

}  // namespace vt
