#include <nanobind/nanobind.h>
#include <unistd.h>

#include <new>

#include "bindings/python/object.h"
#include "core/linalg_error.h"
#include "interop/atomic_file.h"

namespace vt::python {
namespace {

PyObject* exception_type(ErrorKind kind) {
  PyObject* const PyExc_OutOfMemoryError = kind == ErrorKind::OutOfMemory ? out_of_memory_error() : nullptr;
  PyObject* const PyExc_AcceleratorError = kind == ErrorKind::Cuda ? accelerator_error() : nullptr;
  switch (kind) {
#define VT_ERROR(kind, code, python) \
  case ErrorKind::kind: return PyExc_##python;
#include "core/error.def"
#undef VT_ERROR
  }
  return PyExc_RuntimeError;
}

// OSError, or the subclass of it that stands for the errno, with errno and filename set.
void set_file_error(const interop::FileError& e) {
  const Ref path = Ref::steal(PyUnicode_DecodeFSDefault(e.path().c_str()));
  const Ref error = Ref::steal(PyObject_CallFunction(PyExc_OSError, "isO", e.code(), e.reason().c_str(), path.get()));
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(error.get())), error.get());
}

// An op's error knows the op: nn.Module names its module in it.
void set_op_error(const Error& e) {
  PyObject* const type = exception_type(e.kind());
  const Ref error = Ref::steal(PyObject_CallFunction(type, "s", e.what()));
  const Ref op = Ref::steal(PyUnicode_FromString(e.frames().back().op.c_str()));
  if (PyObject_SetAttrString(error.get(), "_op", op.get()) < 0) throw PythonErrorSet{};
  PyErr_SetObject(type, error.get());
}

}  // namespace

void sleep_until_exit() noexcept {
  for (;;) pause();
}

PyObject* out_of_memory_error() {
  static PyObject* type = PyErr_NewException("torch.OutOfMemoryError", PyExc_RuntimeError, nullptr);
  return type;
}

PyObject* accelerator_error() {
  static PyObject* type = PyErr_NewException("torch.AcceleratorError", PyExc_RuntimeError, nullptr);
  return type;
}

PyObject* linalg_error() {
  static PyObject* type = PyErr_NewException("torch.linalg.LinAlgError", PyExc_RuntimeError, nullptr);
  return type;
}

void set_error_from_exception() noexcept {
  try {
    throw;
  } catch (abi::__forced_unwind&) {
    sleep_until_exit();
  } catch (const interop::FileError& e) {
    guarded([&] {
      set_file_error(e);
      return true;
    });
  } catch (const LinAlgError& e) {
    PyErr_SetString(linalg_error(), e.what());
  } catch (const Error& e) {
    if (e.frames().empty()) {
      PyErr_SetString(exception_type(e.kind()), e.what());
      return;
    }
    guarded([&] {
      set_op_error(e);
      return true;
    });
  } catch (PythonErrorSet) {
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_SystemError, "a C API call failed without an error");
  } catch (PythonException& e) {
    e.restore();
  } catch (nanobind::python_error& e) {
    e.restore();
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& e) {
    PyErr_SetString(PyExc_RuntimeError, e.what());
  } catch (...) {
    PyErr_SetString(PyExc_RuntimeError, "an unknown C++ exception");
  }
}

PythonException::PythonException() { PyErr_Fetch(&type_, &value_, &traceback_); }

PythonException::PythonException(const PythonException& o)
    : std::exception(o), type_(o.type_), value_(o.value_), traceback_(o.traceback_) {
  const WithGil gil;
  Py_XINCREF(type_);
  Py_XINCREF(value_);
  Py_XINCREF(traceback_);
}

PythonException::~PythonException() {
  if (!type_ || !Py_IsInitialized()) return;
  const WithGil gil;
  const Ref type = Ref::steal_or_null(type_), value = Ref::steal_or_null(value_);
  const Ref traceback = Ref::steal_or_null(traceback_);
}

void PythonException::restore() noexcept {
  PyErr_Restore(std::exchange(type_, nullptr), std::exchange(value_, nullptr), std::exchange(traceback_, nullptr));
}

bool is_pytorchs(PyObject* o) {
  PyObject* type = reinterpret_cast<PyObject*>(Py_TYPE(o));
  const Ref module = Ref::steal_or_null(PyObject_GetAttrString(type, "__module__"));
  if (!module || !PyUnicode_Check(module.get())) {
    PyErr_Clear();
    return false;
  }
  const std::string_view text = text_of(module.get());  // ours are vibetensor.torch's
  return text == "torch" || text.starts_with("torch.");
}

std::string type_name_of(PyObject* o) {
  const Ref name = Ref::steal(PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(o)), "__name__"));
  std::string text(text_of(name.get()));
  if (!is_pytorchs(o)) return text;
  text = "PyTorch's " + text;
  if (PyObject_HasAttrString(o, "__dlpack__") == 1) text += " (vibetensor.torch.from_dlpack() shares its memory)";
  return text;
}

PyTypeObject* make_type(PyObject* module, PyType_Spec& spec, PyObject* bases) {
  PyObject* type = PyType_FromSpecWithBases(&spec, bases);
  if (!type) throw PythonErrorSet{};
  const std::string_view name(spec.name);
  const std::string last(name.substr(name.rfind('.') + 1));
  Py_INCREF(type);
  if (PyModule_AddObject(module, last.c_str(), type) < 0) throw PythonErrorSet{};
  return reinterpret_cast<PyTypeObject*>(type);
}

}  // namespace vt::python
