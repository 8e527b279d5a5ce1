#include "bindings/python/stand_in.h"

#include "bindings/python/tensor_object.h"

namespace vt::python {
namespace {

bool stands_in(PyObject* o) {
  // not a tensor of PyTorch itself, which would ask PyTorch and come back
  return !is_tensor(o) && !is_pytorchs(o) &&
         PyObject_HasAttrString(reinterpret_cast<PyObject*>(Py_TYPE(o)), "__torch_function__");
}

PyObject* find_in_slice(PyObject* slice) {
  for (const char* name : {"start", "stop", "step"}) {
    const Ref bound = Ref::steal(PyObject_GetAttrString(slice, name));
    if (stands_in(bound.get())) return bound.get();  // which the slice keeps alive
  }
  return nullptr;
}

PyObject* find_in(PyObject* o) {
  if (PySlice_Check(o)) return find_in_slice(o);
  if (!PyList_Check(o) && !PyTuple_Check(o)) return stands_in(o) ? o : nullptr;
  const bool list = PyList_Check(o);
  const Py_ssize_t n = list ? PyList_Size(o) : PyTuple_Size(o);
  for (Py_ssize_t i = 0; i < n; ++i) {
    PyObject* item = list ? PyList_GetItem(o, i) : PyTuple_GetItem(o, i);
    if (PyObject* found = PySlice_Check(item) ? find_in_slice(item) : stands_in(item) ? item : nullptr) return found;
  }
  return nullptr;
}

Py_ssize_t keyword_count(const PythonCall& call) { return call.kwnames ? PyTuple_Size(call.kwnames) : 0; }

}  // namespace

PyObject* find_stand_in(const PythonCall& call) {
  const Py_ssize_t count = call.count + keyword_count(call);
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (PyObject* found = find_in(call.args[i])) return found;
  }
  return nullptr;
}

PyObject* ask_stand_in(const char* name, const PythonCall& call) {
  PyObject* found = find_stand_in(call);
  if (!found) return nullptr;
  const Ref args = Ref::steal(PyTuple_New(call.count));
  for (Py_ssize_t i = 0; i < call.count; ++i) {
    PyTuple_SetItem(args.get(), i, Ref::borrow(call.args[i]).release());
  }
  const Ref kwargs = Ref::steal(PyDict_New());
  for (Py_ssize_t k = 0; k < keyword_count(call); ++k) {
    if (PyDict_SetItem(kwargs.get(), PyTuple_GetItem(call.kwnames, k), call.args[call.count + k]) < 0) {
      throw PythonErrorSet{};
    }
  }
  const Ref home = Ref::steal(PyImport_ImportModule("vibetensor.torch.overrides"));
  PyObject* is_method = call.style == CallStyle::Method ? Py_True : Py_False;
  return Ref::steal(PyObject_CallMethod(home.get(), "_ask_stand_in", "OsOOO", found, name, is_method, args.get(),
                                        kwargs.get()))
      .release();
}

}  // namespace vt::python
