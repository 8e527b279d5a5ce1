#include "bindings/python/torch_function.h"

#include "bindings/python/small_types.h"

namespace vt::python {

int entered_modes = 0;
PyTypeObject* parameter_type = nullptr;

namespace {

// What a class has for __torch_function__ that has no say in what functions do.
PyObject* disabled_impl;
PyObject* torch_function_name;

// What is off on this thread: nothing, the types of arguments, these and the modes.
enum Off : int { kNothing, kTypes, kAll };
thread_local int off = kNothing;

bool is_builtin(PyTypeObject* type) {
  return type == &PyLong_Type || type == &PyFloat_Type || type == &PyBool_Type || type == &PyUnicode_Type ||
         type == Py_TYPE(Py_None) || type == &PyTuple_Type || type == &PyList_Type || type == &PyDict_Type ||
         type == dtype_type;
}

bool is_asked(PyObject* o) {
  PyTypeObject* type = Py_TYPE(o);
  return type != tensor_type && type != parameter_type && !is_builtin(type) && type_is_asked(o);
}

PyObject* find_in_slice(PyObject* slice) {
  for (const char* name : {"start", "stop", "step"}) {
    const Ref bound = Ref::steal(PyObject_GetAttrString(slice, name));
    if (is_asked(bound.get())) return bound.get();  // which the slice keeps alive
  }
  return nullptr;
}

PyObject* find_in_item(PyObject* item) {
  if (PySlice_Check(item)) return find_in_slice(item);
  return is_asked(item) ? item : nullptr;
}

PyObject* find_in(PyObject* o) {
  const bool list = PyList_Check(o);
  if (!list && !PyTuple_Check(o)) return find_in_item(o);
  const Py_ssize_t n = list ? PyList_Size(o) : PyTuple_Size(o);
  for (Py_ssize_t i = 0; i < n; ++i) {
    if (PyObject* found = find_in_item(list ? PyList_GetItem(o, i) : PyTuple_GetItem(o, i))) return found;
  }
  return nullptr;
}

Py_ssize_t keyword_count(const PythonCall& call) { return call.kwnames ? PyTuple_Size(call.kwnames) : 0; }

const char* text_of_kind(Asked kind) {
  switch (kind) {
    case Asked::Function: return "function";
    case Asked::Method: return "method";
    case Asked::Getter: return "__get__";
    case Asked::Setter: return "__set__";
  }
  return "";
}

// What overrides makes of the call; null if it asks nobody.
PyObject* ask_overrides(const char* name, Asked kind, PyObject* args, PyObject* kwargs) {
  const Ref home = Ref::steal(PyImport_ImportModule("vibetensor.torch.overrides"));
  Ref result = Ref::steal(PyObject_CallMethod(home.get(), "_ask", "ssOO", name, text_of_kind(kind), args, kwargs));
  return result.get() == Py_NotImplemented ? nullptr : result.release();
}

PyObject* run_disabled(PyObject*, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    static const char* names[] = {"func", "types", "args", "kwargs", nullptr};
    PyObject *function, *types, *given = nullptr, *named = nullptr;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO|OO:_disabled_torch_function_impl", const_cast<char**>(names),
                                     &function, &types, &given, &named)) {
      throw PythonErrorSet{};
    }
    const Ref positional = given && given != Py_None ? Ref::steal(PySequence_Tuple(given)) : Ref::steal(PyTuple_New(0));
    const int before = std::exchange(off, std::max<int>(off, kTypes));
    PyObject* result = PyObject_Call(function, positional.get(), named && named != Py_None ? named : nullptr);
    off = before;
    return result;
  });
}

PyObject* has_in(PyObject*, PyObject* arguments) {
  return guarded([&] {
    if (entered_modes != 0 && off != kAll) {
      const Ref home = Ref::steal(PyImport_ImportModule("vibetensor.torch.overrides"));
      const Ref modes = Ref::steal(PyObject_CallMethod(home.get(), "_len_torch_function_stack", nullptr));
      if (PyObject_IsTrue(modes.get()) == 1) Py_RETURN_TRUE;
    }
    const Ref items = Ref::steal(PySequence_Tuple(arguments));
    for (Py_ssize_t i = 0; i < PyTuple_Size(items.get()); ++i) {
      if (is_asked(PyTuple_GetItem(items.get(), i))) Py_RETURN_TRUE;
    }
    Py_RETURN_FALSE;
  });
}

PyObject* exchange_off(PyObject*, PyObject* to) {
  return guarded([&] {
    const long value = PyLong_AsLong(to);
    if (value == -1 && PyErr_Occurred()) throw PythonErrorSet{};
    return PyLong_FromLong(std::exchange(off, static_cast<int>(value)));
  });
}

PyObject* count_modes(PyObject*, PyObject* change) {
  return guarded([&] {
    const long value = PyLong_AsLong(change);
    if (value == -1 && PyErr_Occurred()) throw PythonErrorSet{};
    entered_modes += static_cast<int>(value);
    Py_RETURN_NONE;
  });
}

PyObject* set_parameter_type(PyObject*, PyObject* type) {
  Py_INCREF(type);
  parameter_type = reinterpret_cast<PyTypeObject*>(type);
  Py_RETURN_NONE;
}

}  // namespace

bool type_is_asked(PyObject* o) {
  if (off != kNothing || is_pytorchs(o)) return false;  // PyTorch's own tensors would ask PyTorch and come back
  const Ref impl = Ref::steal_or_null(PyObject_GetAttr(reinterpret_cast<PyObject*>(Py_TYPE(o)), torch_function_name));
  if (!impl) PyErr_Clear();
  return impl && impl.get() != disabled_impl;
}

PyObject* find_asked(const PythonCall& call) {
  const Py_ssize_t count = call.count + keyword_count(call);
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (PyObject* found = find_in(call.args[i])) return found;
  }
  return nullptr;
}

PyObject* ask(const char* name, Asked kind, const PythonCall& call) {
  if (off == kAll || (entered_modes == 0 && !find_asked(call))) return nullptr;
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
  return ask_overrides(name, kind, args.get(), kwargs.get());
}

PyObject* detail::asked_or_keywords(const char* name, PyCFunctionWithKeywords f, PyObject* o, PyObject* args,
                                    PyObject* kwargs) {
  return guarded([&]() -> PyObject* {
    const Ref self = Ref::steal(PyTuple_New(1));
    PyTuple_SetItem(self.get(), 0, Ref::borrow(o).release());
    const Ref all = Ref::steal(PySequence_Concat(self.get(), args));
    const Ref named = kwargs ? Ref::borrow(kwargs) : Ref::steal(PyDict_New());
    PyObject* result = off == kAll ? nullptr : ask_overrides(name, Asked::Method, all.get(), named.get());
    return result ? result : f(o, args, kwargs);
  });
}

PyObject* detail::seen_or(const char* name, PyCFunctionWithKeywords f, PyObject* module, PyObject* args,
                          PyObject* kwargs) {
  return guarded([&]() -> PyObject* {
    const Ref named = kwargs ? Ref::borrow(kwargs) : Ref::steal(PyDict_New());
    PyObject* result = off == kAll ? nullptr : ask_overrides(name, Asked::Function, args, named.get());
    return result ? result : f(module, args, kwargs);
  });
}

int detail::asked_or_set(const char* name, setter set, PyObject* o, PyObject* value) {
  return guarded(
      [&] {
        PyObject* args[] = {o, value};
        const Ref result = Ref::steal_or_null(ask(name, Asked::Setter, {args, 2, nullptr, CallStyle::Method}));
        return result ? 0 : set(o, value, nullptr);
      },
      -1);
}

void init_torch_function(PyObject* module) {
  static PyMethodDef functions[] = {
      {"_disabled_torch_function_impl", with_keywords(run_disabled), METH_VARARGS | METH_KEYWORDS,
       "`func` of the arguments: what a class has for `__torch_function__` that has no say in what functions do."},
      {"has_torch_function", has_in, METH_O,
       "Whether a mode is entered, or the type of one of the arguments is asked."},
      {"exchange_torch_function_off", exchange_off, METH_O,
       "What was off on this thread; 0: nothing, 1: types of arguments, 2: modes too."},
      {"count_torch_function_modes", count_modes, METH_O, "Returns None; so many modes more are entered."},
      {"set_parameter_type", set_parameter_type, METH_O, "Returns None; the subclass of Tensor that is not asked."},
      {nullptr, nullptr, 0, nullptr}};
  if (PyModule_AddFunctions(module, functions) < 0) throw PythonErrorSet{};
  disabled_impl = Ref::steal(PyObject_GetAttrString(module, "_disabled_torch_function_impl")).release();
  torch_function_name = Ref::steal(PyUnicode_InternFromString("__torch_function__")).release();
}

}  // namespace vt::python
