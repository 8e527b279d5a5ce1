// What a program calls a loaded kernel with, packed as the kernel takes it.
#pragma once

#include <vector>

#include "bindings/python/tensor_object.h"
#include "cuda/kernel_parameters.h"
#include "cuda/work.h"

namespace vt::python {

class KernelArguments {
 public:
  /// `device` -1 takes tensors of any device: for looking at what is packed.
  KernelArguments(const cuda::ParameterLayout& layout, const char* kernel, int device)
      : layout_(layout), kernel_(kernel), device_(device) {}

  /// One object for each argument of the layout. TypeError, ValueError or OverflowError that names kernel and argument.
  void pack(PyObject* const* args);

  std::byte* parameters() { return parameters_; }
  cuda::StorageSpan storages() const { return {storages_.data(), storages_.size()}; }

 private:
  void pack_field(const cuda::ParameterField& field, PyObject* o);
  void pack_number(const cuda::ParameterField& field, PyObject* o);
  uintptr_t address_of(PyObject* o);
  uintptr_t address_of_tensor(const Tensor& t);
  void copy_bytes(const cuda::ParameterField& field, PyObject* o);

  const cuda::ParameterLayout& layout_;
  const char* kernel_;
  int device_;
  std::vector<const StorageImpl*> storages_;
  alignas(64) std::byte parameters_[cuda::ParameterLayout::kMaxBytes];
};

}  // namespace vt::python
