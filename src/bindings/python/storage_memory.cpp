#include "bindings/python/storage_memory.h"

#include "bindings/python/tensor_object.h"
#include "core/device_backend.h"
#include "core/fabric.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

StorageImpl& storage_of(nb::handle o, const char* function) {
  const Tensor t = expect_tensor(o.ptr(), function);
  VT_CHECK(!fabric_parts(*t.storage()), Runtime, function, ": expected a tensor with memory of its own, got ", t);
  return *t.storage();
}

// Gives the memory back. Tensors over the storage keep sizes and history; what reads them raises.
void drop_memory(nb::handle o) {
  StorageImpl& storage = storage_of(o, "drop_memory()");
  if (storage.data()) storage.replace({}, storage.bytes());
}

// Takes memory anew, as large as before, of any values.
void refill_memory(nb::handle o) {
  StorageImpl& storage = storage_of(o, "refill_memory()");
  if (storage.data() || storage.bytes() == 0) return;
  storage.replace(backend(storage.device().type).allocate(storage.bytes(), storage.device()), storage.bytes());
}

}  // namespace

void bind_storage_memory(nb::module_& m) {
  m.def("drop_memory", drop_memory, nb::arg("tensor"));
  m.def("refill_memory", refill_memory, nb::arg("tensor"));
}

}  // namespace vt::python
