#include "ops/optim/multi_tensor.h"

#include "ops/copy/copy.h"
#include "ops/typed/copy.h"

namespace vt::optim {

constinit BackendTable<const ListKernels&()> list_kernels{"_foreach"};

void check_parallel(TensorSpan params, TensorSpan list, const char* name, bool optional) {
  if (optional && list.empty()) return;
  VT_CHECK(list.size() == params.size(), Runtime, "expected ", params.size(), " tensors in ", name, ", got ",
           list.size());
  for (size_t i = 0; i < params.size(); ++i) {
    VT_CHECK(list[i].defined(), Runtime, "expected a tensor in ", name, " at ", i, ", got None");
    VT_CHECK(same(list[i].sizes(), params[i].sizes()), Runtime, "expected ", name, "[", i, "] of shape ",
             params[i].sizes(), ", got ", list[i].sizes());
    VT_CHECK(list[i].dtype() == params[i].dtype(), Runtime, "expected ", name, "[", i, "] of dtype ", params[i].dtype(),
             ", got ", list[i].dtype());
    VT_CHECK(list[i].device() == params[i].device(), Runtime, "expected ", name, "[", i, "] on ", params[i].device(),
             ", got ", list[i].device());
  }
}

void check_params(TensorSpan params) {
  for (const Tensor& p : params) {
    VT_CHECK(p.defined(), Runtime, "expected tensors, got None");
    VT_CHECK(is_floating(p.dtype()), Runtime, "expected floating-point tensors, got ", p.dtype());
    VT_CHECK(p.dtype() == params[0].dtype() && p.device() == params[0].device(), Runtime,
             "expected tensors of one dtype and device, got ", to_string(params[0]), " and ", to_string(p));
    check_writable(p);
  }
}

std::vector<const StorageImpl*> storages_of(std::initializer_list<TensorSpan> lists,
                                            std::initializer_list<const Tensor*> more) {
  auto storage = [](const Tensor& t) { return t.defined() ? t.storage().get() : nullptr; };
  std::vector<const StorageImpl*> out;
  for (const TensorSpan list : lists) {
    for (const Tensor& t : list) out.push_back(storage(t));
  }
  for (const Tensor* t : more) out.push_back(storage(*t));
  return out;
}

DenseAccess::DenseAccess(const Tensor& t) : tensor_(t), dense_(t.defined() ? ops::as_contiguous(t) : t) {}

DenseAccess::~DenseAccess() noexcept(false) {
  if (!tensor_.defined()) return;
  if (dense_.is_same(tensor_)) {
    tensor_.impl()->bump_version();
  } else {
    ops::copy_(tensor_, dense_);
  }
}

}  // namespace vt::optim
