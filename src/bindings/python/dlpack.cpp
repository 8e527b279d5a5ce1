// DLPack capsules out and in.
#include "interop/dlpack.h"

#include "bindings/python/array.h"
#include "bindings/python/dlpack_exchange.h"
#include "bindings/python/small_types.h"
#include "bindings/python/tensor_object.h"
#include "interop/stream_handover.h"
#include "program/defer.h"

namespace vt::python {
namespace {

using interop::DLManagedTensor;
using interop::DLManagedTensorVersioned;

// The names of a capsule before and after somebody took what it holds.
template <class Managed>
struct CapsuleNames;
template <>
struct CapsuleNames<DLManagedTensor> {
  static constexpr const char *kFresh = "dltensor", *kUsed = "used_dltensor";
};
template <>
struct CapsuleNames<DLManagedTensorVersioned> {
  static constexpr const char *kFresh = "dltensor_versioned", *kUsed = "used_dltensor_versioned";
};

template <class Managed>
Tensor import_capsule(PyObject* capsule) {
  using Names = CapsuleNames<Managed>;
  auto* m = static_cast<Managed*>(PyCapsule_GetPointer(capsule, Names::kFresh));
  if (!m) throw PythonErrorSet{};
  const interop::CheckedDLTensor checked = interop::check(*m);
  if (PyCapsule_SetName(capsule, Names::kUsed) < 0) throw PythonErrorSet{};
  return interop::adopt(checked, m, call_deleter_with_gil<Managed>);
}

// (type, id), as __dlpack_device__ gives it and `dl_device` takes it.
interop::DLDevice dl_device_in(PyObject* o, const char* what) {
  VT_CHECK(PyTuple_Check(o) && PyTuple_Size(o) == 2, Type, what, " must be tuple of 2 ints, not ", type_name_of(o));
  const long type = PyLong_AsLong(PyTuple_GetItem(o, 0));
  const long id = type == -1 && PyErr_Occurred() ? -1 : PyLong_AsLong(PyTuple_GetItem(o, 1));
  if (PyErr_Occurred()) throw PythonErrorSet{};
  return {static_cast<int32_t>(type), static_cast<int32_t>(id)};
}

// What the producer is asked for: our version, the stream that will read, where to and whether to copy.
Ref producer_options(PyObject* o, PyObject* device, PyObject* copy) {
  const auto [major, minor] = interop::kDLPackVersion;
  Ref options = Ref::steal(Py_BuildValue("{s:(II)}", "max_version", major, minor));
  auto set = [&](const char* name, PyObject* value) {
    const Ref owned = Ref::steal(value);
    if (PyDict_SetItemString(options.get(), name, owned.get()) < 0) throw PythonErrorSet{};
  };
  if (copy != Py_None) set("copy", Ref::borrow(copy).release());
  interop::DLDevice at{};
  if (device != Py_None) {
    Device d;
    VT_CHECK(device_from(device, d), Type, "from_dlpack(): argument 'device' must be torch.device, not ",
             type_name_of(device));
    at = interop::dl_device(resolve_device(d));
    set("dl_device", Py_BuildValue("(ii)", at.type, at.id));
  } else if (PyObject_HasAttrString(o, "__dlpack_device__") == 1) {
    const Ref theirs = Ref::steal(PyObject_CallMethod(o, "__dlpack_device__", nullptr));
    at = dl_device_in(theirs.get(), "from_dlpack(): what __dlpack_device__ returns");
  }
  if (at.type == interop::kDLCUDA && has_backend(DeviceType::CUDA)) {
    set("stream", PyLong_FromSsize_t(interop::consumer_stream(at.id)));
  }
  return options;
}

// The capsule of an object with __dlpack__, in the words of the first protocol if it does not know the second.
Ref capsule_of(PyObject* o, PyObject* device, PyObject* copy) {
  const Ref method = Ref::steal(PyObject_GetAttrString(o, "__dlpack__"));
  const Ref nothing = Ref::steal(PyTuple_New(0));
  const Ref options = producer_options(o, device, copy);
  PyObject* capsule = PyObject_Call(method.get(), nothing.get(), options.get());
  if (!capsule && PyErr_ExceptionMatches(PyExc_TypeError) && device == Py_None && copy == Py_None) {
    PyErr_Clear();
    if (PyDict_DelItemString(options.get(), "max_version") < 0) throw PythonErrorSet{};
    capsule = PyObject_Call(method.get(), nothing.get(), options.get());
  }
  return Ref::steal(capsule);
}

template <class Managed>
void delete_unused_capsule(PyObject* capsule) {
  const char* name = CapsuleNames<Managed>::kFresh;
  if (!PyCapsule_IsValid(capsule, name)) return;  // consumed: the consumer deletes
  auto* m = static_cast<Managed*>(PyCapsule_GetPointer(capsule, name));
  m->deleter(m);
}

template <class Managed>
PyObject* capsule_with(Managed* m) {
  PyObject* capsule = PyCapsule_New(m, CapsuleNames<Managed>::kFresh, delete_unused_capsule<Managed>);
  if (!capsule) {
    m->deleter(m);
    throw PythonErrorSet{};
  }
  return capsule;
}

}  // namespace

Tensor tensor_from_dlpack(PyObject* o, PyObject* device, PyObject* copy) {
  const bool is_capsule = PyCapsule_CheckExact(o);
  VT_CHECK(!is_capsule || (device == Py_None && copy == Py_None), Value,
           "from_dlpack: device and copy are for objects with __dlpack__; a capsule's memory is where it is");
  VT_CHECK(is_capsule || PyObject_HasAttrString(o, "__dlpack__") == 1, Runtime,
           "from_dlpack: expected a capsule or an object with __dlpack__, got ", type_name_of(o));
  if (!is_capsule && device == Py_None && copy == Py_None) {
    if (std::optional<Tensor> t = tensor_by_exchange(o)) return *t;
  }
  const Ref capsule = is_capsule ? Ref::borrow(o) : capsule_of(o, device, copy);
  VT_CHECK(PyCapsule_CheckExact(capsule.get()), Type, "from_dlpack: expected __dlpack__ to return a capsule, got ",
           type_name_of(capsule.get()));
  if (PyCapsule_IsValid(capsule.get(), CapsuleNames<DLManagedTensorVersioned>::kFresh)) {
    return import_capsule<DLManagedTensorVersioned>(capsule.get());
  }
  VT_CHECK(PyCapsule_IsValid(capsule.get(), CapsuleNames<DLManagedTensor>::kFresh), Runtime,
           "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you "
           "might have already constructed a tensor from it once.");
  return import_capsule<DLManagedTensor>(capsule.get());
}

// __dlpack__(*, stream=None, max_version=None, dl_device=None, copy=None)
PyObject* dlpack_method(PyObject* self, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    static const char* names[] = {"stream", "max_version", "dl_device", "copy", nullptr};
    PyObject *stream = Py_None, *max_version = Py_None, *dl_device = Py_None, *copy = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$OOOO:__dlpack__", const_cast<char**>(names), &stream,
                                     &max_version, &dl_device, &copy)) {
      throw PythonErrorSet{};
    }
    if (max_version != Py_None && !(PyTuple_Check(max_version) && PyTuple_Size(max_version) == 2)) {
      const Ref given = Ref::steal(PyObject_Repr(max_version));
      VT_THROW(Type, "__dlpack__(): argument 'max_version' must be a tuple of 2 ints, (major, minor), not ",
               text_of(given.get()));
    }
    VT_CHECK(copy == Py_None || PyBool_Check(copy), Type, "__dlpack__(): argument 'copy' must be bool, not ",
             type_name_of(copy));
    VT_CHECK(stream == Py_None || PyLong_Check(stream), Type, "__dlpack__(): argument 'stream' must be int, not ",
             type_name_of(stream));
    const long major = max_version == Py_None ? 0 : PyLong_AsLong(PyTuple_GetItem(max_version, 0));
    std::optional<intptr_t> consumer;
    if (stream != Py_None) consumer = PyLong_AsSsize_t(stream);
    if (PyErr_Occurred()) throw PythonErrorSet{};
    interop::ExportRequest request;
    if (dl_device != Py_None) request.device = dl_device_in(dl_device, "__dlpack__(): argument 'dl_device'");
    if (copy != Py_None) request.copy = copy == Py_True;
    const Tensor& own = tensor_of(self);
    VT_CHECK(!own.requires_grad(), Buffer, "Can't export tensors that require gradient, use tensor.detach()");
    program::settle_for_others(own);
    bool copied = false;
    const Tensor t = interop::prepare_export(own, request, copied);
    // A copy to the host has happened when the call returned.
    if (t.is_cuda() || own.is_cpu()) interop::hand_over(t, consumer);
    if (major >= static_cast<long>(interop::kDLPackVersion.major)) {
      return capsule_with(interop::export_versioned(t, copied));
    }
    return capsule_with(interop::export_tensor(t));
  });
}

PyObject* dlpack_device_method(PyObject* self, PyObject*) {
  return guarded([&] {
    const interop::DLDevice d = interop::dl_device(tensor_of(self).device());
    return Py_BuildValue("(ii)", d.type, d.id);
  });
}

}  // namespace vt::python
