// _C.Size: a tuple of ints that prints as torch.Size and stays one when sliced or added.
#include "bindings/python/small_types.h"

namespace vt::python {

PyTypeObject* size_type;
void init_dtype_type(PyObject* module);
void init_device_types(PyObject* module);

namespace {

PyObject* new_size(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  return guarded([&]() -> PyObject* {
    VT_CHECK(!kwargs || PyDict_Size(kwargs) == 0, Type, "torch.Size() takes no keyword arguments");
    PyObject* sequence = nullptr;
    if (!PyArg_ParseTuple(args, "|O:Size", &sequence)) throw PythonErrorSet{};
    const Ref items = Ref::steal(sequence ? PySequence_Tuple(sequence) : PyTuple_New(0));
    const Py_ssize_t n = PyTuple_Size(items.get());
    Ref result = Ref::steal(PyType_GenericAlloc(type, n));
    for (Py_ssize_t i = 0; i < n; ++i) {
      PyObject* item = PyTuple_GetItem(items.get(), i);
      PyObject* number = PyLong_Check(item) ? Ref::borrow(item).release() : PyNumber_Index(item);
      if (!number) {
        PyErr_Clear();
        VT_THROW(Type, "torch.Size() takes an iterable of 'int' (item ", i, " is '", type_name_of(item), "')");
      }
      if (PyTuple_SetItem(result.get(), i, number) < 0) throw PythonErrorSet{};
    }
    return result.release();
  });
}

PyObject* size_repr(PyObject* o) {
  return guarded([&] {
    std::string text = "torch.Size([";
    const Py_ssize_t n = PyTuple_Size(o);
    for (Py_ssize_t i = 0; i < n; ++i) {
      if (i) text += ", ";
      text += text_of(Ref::steal(PyObject_Repr(PyTuple_GetItem(o, i))).get());
    }
    return str_from(text + "])");
  });
}

// What a tuple method gives, as a Size again.
PyObject* as_size(PyObject* tuple) {
  const Ref t = Ref::steal(tuple);
  if (!PyTuple_Check(t.get())) return Ref(t).release();
  const Ref args = Ref::steal(PyTuple_Pack(1, t.get()));
  PyObject* size = PyObject_CallObject(reinterpret_cast<PyObject*>(size_type), args.get());
  if (!size) throw PythonErrorSet{};
  return size;
}
template <class F>
F tuple_slot(int slot) {
  return reinterpret_cast<F>(PyType_GetSlot(&PyTuple_Type, slot));
}
PyObject* concat(PyObject* a, PyObject* b) {
  return guarded([&] { return as_size(tuple_slot<binaryfunc>(Py_sq_concat)(a, b)); });
}
PyObject* repeat(PyObject* a, Py_ssize_t n) {
  return guarded([&] { return as_size(tuple_slot<ssizeargfunc>(Py_sq_repeat)(a, n)); });
}
PyObject* subscript(PyObject* a, PyObject* key) {
  return guarded([&] {
    PyObject* item = tuple_slot<binaryfunc>(Py_mp_subscript)(a, key);
    return item && PyTuple_Check(item) ? as_size(item) : item;
  });
}

PyObject* numel(PyObject* o, PyObject*) {
  return guarded([&] {
    const Py_ssize_t n = PyTuple_Size(o);
    Ref product = Ref::steal(PyLong_FromLong(1));
    for (Py_ssize_t i = 0; i < n; ++i) product = Ref::steal(PyNumber_Multiply(product.get(), PyTuple_GetItem(o, i)));
    return product.release();
  });
}

}  // namespace

PyObject* make_int_tuple(IntSpan values) {
  PyObject* t = PyTuple_New(static_cast<Py_ssize_t>(values.size()));
  if (!t) throw PythonErrorSet{};
  for (size_t i = 0; i < values.size(); ++i) {
    PyTuple_SetItem(t, static_cast<Py_ssize_t>(i), PyLong_FromLongLong(values[i]));
  }
  return t;
}

PyObject* make_size(IntSpan sizes) {
  PyObject* t = PyType_GenericAlloc(size_type, static_cast<Py_ssize_t>(sizes.size()));
  if (!t) throw PythonErrorSet{};
  for (size_t i = 0; i < sizes.size(); ++i) {
    PyTuple_SetItem(t, static_cast<Py_ssize_t>(i), PyLong_FromLongLong(sizes[i]));
  }
  return t;
}

void init_small_types(PyObject* module) {
  init_dtype_type(module);
  init_device_types(module);
  static PyMethodDef methods[] = {{"numel", numel, METH_NOARGS, "The product of the sizes."},
                                  {nullptr, nullptr, 0, nullptr}};
  PyType_Slot slots[] = {{Py_tp_new, reinterpret_cast<void*>(new_size)},
                         {Py_tp_repr, reinterpret_cast<void*>(size_repr)},
                         {Py_sq_concat, reinterpret_cast<void*>(concat)},
                         {Py_sq_repeat, reinterpret_cast<void*>(repeat)},
                         {Py_mp_subscript, reinterpret_cast<void*>(subscript)},
                         {Py_tp_methods, methods},
                         {0, nullptr}};
  PyType_Spec spec = {"torch.Size", 0, 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_TUPLE_SUBCLASS, slots};
  const Ref bases = Ref::steal(PyTuple_Pack(1, reinterpret_cast<PyObject*>(&PyTuple_Type)));
  size_type = make_type(module, spec, bases.get());
}

}  // namespace vt::python
