// What the multi-tensor ops share: checks of parallel lists and dense access to their tensors.
#pragma once

#include <initializer_list>
#include <vector>

#include "core/backend_table.h"
#include "core/tensor.h"

namespace vt::optim {

// RuntimeError unless `list` has one tensor per entry of `params`, each of that tensor's shape (and dtype and device).
// An empty list is accepted if `optional`.
void check_parallel(TensorSpan params, TensorSpan list, const char* name, bool optional = false);
// All tensors floating point, of one dtype and one device.
void check_params(TensorSpan params);

// The storages of all tensors, for a launch; undefined ones give null.
std::vector<const StorageImpl*> storages_of(std::initializer_list<TensorSpan> lists,
                                            std::initializer_list<const Tensor*> more = {});

// One launch for a list of floating-point tensors of one device and one dtype, where a backend has that: self +=
// number, self *= number (as a tensor: one float32 of the device), and the 2-norms, (n), of the list's dtype.
struct ListKernels {
  void (*add)(TensorSpan self, double number);
  void (*mul)(TensorSpan self, double number);
  void (*mul_tensor)(TensorSpan self, const Tensor& number);
  Tensor (*norms)(TensorSpan self);
};
extern BackendTable<const ListKernels&()> list_kernels;

// A contiguous stand-in for a tensor that is written to; copied back when it goes.
class DenseAccess {
 public:
  explicit DenseAccess(const Tensor& t);
  ~DenseAccess() noexcept(false);
  DenseAccess(const DenseAccess&) = delete;
  DenseAccess& operator=(const DenseAccess&) = delete;
  template <class T>
  T* data() const {
    return dense_.defined() ? dense_.data<T>() : nullptr;
  }

 private:
  Tensor tensor_, dense_;
};

}  // namespace vt::optim
