// DLPack's C table: how libraries that are written in C take tensors from us and we from them without a Python call.
#pragma once

#include <optional>

#include "bindings/python/object.h"
#include "interop/dlpack.h"

namespace vt::python {

// Frees imported memory through the producer's deleter, which may be Python's.
template <class Managed>
void call_deleter_with_gil(void* data, void* managed, size_t bytes) noexcept {
  if (!Py_IsInitialized()) return;
  const WithGil gil;
  outlive_exit([&] { interop::call_deleter<Managed>(data, managed, bytes); });
}

// A tensor over the memory of an object whose type has such a table, ordered after the producer's stream; nothing where
// it has none that we know.
std::optional<Tensor> tensor_by_exchange(PyObject* o);
// Sets Tensor.__dlpack_c_exchange_api__.
void add_exchange_table(PyObject* type);

}  // namespace vt::python
