#include "bindings/python/dlpack_exchange.h"

#include "bindings/python/tensor_object.h"
#include "interop/stream_handover.h"

namespace vt::python {
namespace {

using interop::DLManagedTensorVersioned;
using interop::DLPackExchange;

const Tensor& tensor_at(void* object) { return expect_tensor(static_cast<PyObject*>(object), "DLPack: the object"); }

int from_object(void* object, DLManagedTensorVersioned** out) {
  return guarded_int([&] { *out = interop::export_versioned(tensor_at(object), false); });
}

int to_object(DLManagedTensorVersioned* managed, void** out) {
  return guarded_int([&] { *out = wrap(interop::take(managed, call_deleter_with_gil<DLManagedTensorVersioned>)); });
}

int look_at_object(void* object, interop::DLTensor* out) {
  return guarded_int([&] { *out = interop::look_at(tensor_at(object)); });
}

int current_stream(int32_t device_type, int32_t device, void** out) {
  return guarded_int([&] {
    *out = nullptr;
    if (device_type == interop::kDLCPU) return;
    VT_CHECK(device_type == interop::kDLCUDA, Buffer, "DLPack: there are no streams on devices of type ", device_type);
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    *out = reinterpret_cast<void*>(backend(DeviceType::CUDA).current_stream(device));
  });
}

const DLPackExchange table = {
    {interop::kDLPackVersion, nullptr},
    interop::allocate_for_consumer,
    from_object,
    to_object,
    look_at_object,
    current_stream,
};

// The table of a type in the layout that we know; null where there is none.
const DLPackExchange* table_of(PyTypeObject* type) {
  const Ref capsule =
      Ref::steal_or_null(PyObject_GetAttrString(reinterpret_cast<PyObject*>(type), "__dlpack_c_exchange_api__"));
  if (!capsule) {
    PyErr_Clear();
    return nullptr;
  }
  if (!PyCapsule_IsValid(capsule.get(), interop::kDLPackExchangeName)) return nullptr;
  auto* header = static_cast<const interop::DLPackExchangeHeader*>(
      PyCapsule_GetPointer(capsule.get(), interop::kDLPackExchangeName));
  while (header && header->version.major != interop::kDLPackVersion.major) header = header->previous;
  return reinterpret_cast<const DLPackExchange*>(header);
}

}  // namespace

std::optional<Tensor> tensor_by_exchange(PyObject* o) {
  const DLPackExchange* theirs = table_of(Py_TYPE(o));
  if (!theirs || !theirs->from_object || !theirs->current_stream) return std::nullopt;
  // PyTorch's table exports what requires grad, its __dlpack__ refuses to: that decides.
  const Ref tracked = Ref::steal_or_null(PyObject_GetAttrString(o, "requires_grad"));
  if (!tracked) PyErr_Clear();
  if (tracked.get() == Py_True) return std::nullopt;
  DLManagedTensorVersioned* managed = nullptr;
  if (theirs->from_object(o, &managed) != 0) throw PythonErrorSet{};
  VT_CHECK(managed, Buffer, "from_dlpack: ", type_name_of(o), " exports nothing and says that it worked");
  Tensor t = interop::take(managed, call_deleter_with_gil<DLManagedTensorVersioned>);
  if (t.is_cuda()) {
    void* stream = nullptr;
    if (theirs->current_stream(interop::kDLCUDA, t.device().index, &stream) != 0) throw PythonErrorSet{};
    interop::take_over(t, stream);
  }
  return t;
}

void add_exchange_table(PyObject* type) {
  const Ref capsule =
      Ref::steal(PyCapsule_New(const_cast<DLPackExchange*>(&table), interop::kDLPackExchangeName, nullptr));
  if (PyObject_SetAttrString(type, "__dlpack_c_exchange_api__", capsule.get()) < 0) throw PythonErrorSet{};
}

}  // namespace vt::python
