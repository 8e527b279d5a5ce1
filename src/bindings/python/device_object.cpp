// _C.device, _C.layout, _C.memory_format.
#include "bindings/python/small_types.h"
#include "core/thread_state.h"

namespace vt::python {

PyTypeObject *device_type, *memory_format_type, *layout_type;

namespace {

PyObject* memory_formats[4];
PyObject* layouts[kNumLayouts];
constexpr const char* kMemoryFormatNames[] = {"contiguous_format", "preserve_format", "channels_last",
                                              "channels_last_3d"};

Device device_in(PyObject* o) { return reinterpret_cast<DeviceObject*>(o)->device; }

PyObject* new_device(PyTypeObject*, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    static const char* names[] = {"type", "index", nullptr};
    PyObject *type = nullptr, *index = nullptr;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:device", const_cast<char**>(names), &type, &index)) {
      throw PythonErrorSet{};
    }
    Device d;
    VT_CHECK(device_from(type, d), Type, "device(): argument 'type' must be str, int or torch.device, not ",
             type_name_of(type));
    if (index && index != Py_None) {
      VT_CHECK(PyUnicode_Check(type), Type, "device(): an index goes with a device type, got ", type_name_of(type));
      VT_CHECK(d.index < 0, Runtime,
               "type (string) must not include an index because index was passed explicitly: ", text_of(type));
      const long i = PyLong_AsLong(index);
      if (i == -1 && PyErr_Occurred()) throw PythonErrorSet{};
      VT_CHECK(i >= 0 && i < 128, Runtime, "Device index must be between 0 and 127 inclusive, got ", i);
      d.index = static_cast<int8_t>(i);
    }
    return make_device(d);
  });
}

std::string type_text(Device d) { return std::string(kDeviceTypeNames[static_cast<int>(d.type)]); }

PyObject* device_str(PyObject* o) { return str_from(to_string(device_in(o))); }
PyObject* device_repr(PyObject* o) {
  return guarded([&] {
    const Device d = device_in(o);
    std::string text = vt::detail::concat("device(type='", type_text(d), "'");
    if (d.index >= 0) text += ", index=" + std::to_string(d.index);
    return str_from(text + ")");
  });
}
PyObject* device_type_name(PyObject* o, void*) { return str_from(type_text(device_in(o))); }
PyObject* device_index(PyObject* o, void*) {
  if (device_in(o).index < 0) Py_RETURN_NONE;
  return PyLong_FromLong(device_in(o).index);
}
Py_hash_t device_hash(PyObject* o) { return static_cast<Py_hash_t>(device_in(o).type) * 1000 + device_in(o).index + 2; }
PyObject* device_compare(PyObject* a, PyObject* b, int op) {
  if ((op != Py_EQ && op != Py_NE) || Py_TYPE(a) != device_type || Py_TYPE(b) != device_type) {
    Py_RETURN_NOTIMPLEMENTED;
  }
  return PyBool_FromLong((device_in(a) == device_in(b)) == (op == Py_EQ));
}

// `with torch.device(...)`: new tensors of this thread go there unless their call names a device.
thread_local std::vector<Device> t_outer_defaults;

PyObject* device_enter(PyObject* o, PyObject*) {
  return guarded([&] {
    t_outer_defaults.push_back(thread_state().default_device);
    thread_state().default_device = device_in(o);
    return Ref::borrow(o).release();
  });
}
PyObject* device_exit(PyObject*, PyObject*) {
  return guarded([&] {
    VT_CHECK(!t_outer_defaults.empty(), Runtime, "torch.device: left a scope that was not entered");
    thread_state().default_device = t_outer_defaults.back();
    t_outer_defaults.pop_back();
    return Ref::borrow(Py_None).release();
  });
}

PyObject* memory_format_repr(PyObject* o) {
  const auto f = static_cast<int>(reinterpret_cast<MemoryFormatObject*>(o)->format);
  return str_from(std::string("torch.") + kMemoryFormatNames[f]);
}
PyObject* layout_repr(PyObject* o) {
  const auto layout = static_cast<int>(reinterpret_cast<LayoutObject*>(o)->layout);
  return str_from("torch." + std::string(kLayoutNames[layout].python));
}

}  // namespace

PyObject* memory_format_object(MemoryFormat f) { return memory_formats[static_cast<int>(f)]; }
PyObject* layout_object(Layout layout) { return layouts[static_cast<int>(layout)]; }

PyObject* make_device(Device d) {
  PyObject* o = PyType_GenericAlloc(device_type, 0);
  if (!o) throw PythonErrorSet{};
  reinterpret_cast<DeviceObject*>(o)->device = d;
  return o;
}

namespace {

// A device by its name. Programs say the same string again and again: the last one is kept, and known by its address.
Device named_device(PyObject* text) {
  static PyObject* last_text = nullptr;  // both under the GIL
  static Device last;
  if (text == last_text) return last;
  const Device d = parse_device(text_of(text));
  Py_INCREF(text);
  PyObject* const before = last_text;
  last_text = text;
  last = d;
  Py_XDECREF(before);
  return d;
}

}  // namespace

bool device_from(PyObject* o, Device& out) {
  if (Py_TYPE(o) == device_type) {
    out = device_in(o);
  } else if (PyUnicode_Check(o)) {
    out = named_device(o);
  } else if (PyLong_Check(o) && !PyBool_Check(o)) {
    const long i = PyLong_AsLong(o);
    if (i == -1 && PyErr_Occurred()) throw PythonErrorSet{};
    VT_CHECK(i >= 0 && i < 128, Runtime, "Device index must be between 0 and 127 inclusive, got ", i);
    out = Device{DeviceType::CUDA, static_cast<int8_t>(i)};
  } else {
    return false;
  }
  return true;
}

void init_device_types(PyObject* module) {
  static PyGetSetDef getset[] = {{"type", device_type_name, nullptr, nullptr, nullptr},
                                 {"index", device_index, nullptr, nullptr, nullptr},
                                 {nullptr, nullptr, nullptr, nullptr, nullptr}};
  static PyMethodDef methods[] = {{"__enter__", device_enter, METH_NOARGS, nullptr},
                                  {"__exit__", device_exit, METH_VARARGS, nullptr},
                                  {nullptr, nullptr, 0, nullptr}};
  PyType_Slot device_slots[] = {{Py_tp_methods, methods},
                                {Py_tp_new, reinterpret_cast<void*>(new_device)},
                                {Py_tp_repr, reinterpret_cast<void*>(device_repr)},
                                {Py_tp_str, reinterpret_cast<void*>(device_str)},
                                {Py_tp_hash, reinterpret_cast<void*>(device_hash)},
                                {Py_tp_richcompare, reinterpret_cast<void*>(device_compare)},
                                {Py_tp_getset, getset},
                                {0, nullptr}};
  PyType_Spec device_spec = {"torch.device", sizeof(DeviceObject), 0, Py_TPFLAGS_DEFAULT, device_slots};
  device_type = make_type(module, device_spec);

  PyType_Slot format_slots[] = {{Py_tp_repr, reinterpret_cast<void*>(memory_format_repr)}, {0, nullptr}};
  PyType_Spec format_spec = {"torch.memory_format", sizeof(MemoryFormatObject), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, format_slots};
  memory_format_type = make_type(module, format_spec);
  for (size_t i = 0; i < std::size(kMemoryFormatNames); ++i) {
    memory_formats[i] = Ref::steal(PyType_GenericAlloc(memory_format_type, 0)).release();
    reinterpret_cast<MemoryFormatObject*>(memory_formats[i])->format = static_cast<MemoryFormat>(i);
    if (PyObject_SetAttrString(module, kMemoryFormatNames[i], memory_formats[i]) < 0) throw PythonErrorSet{};
  }

  PyType_Slot layout_slots[] = {{Py_tp_repr, reinterpret_cast<void*>(layout_repr)}, {0, nullptr}};
  PyType_Spec layout_spec = {"torch.layout", sizeof(LayoutObject), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, layout_slots};
  layout_type = make_type(module, layout_spec);
  for (int i = 0; i < kNumLayouts; ++i) {
    layouts[i] = Ref::steal(PyType_GenericAlloc(layout_type, 0)).release();
    reinterpret_cast<LayoutObject*>(layouts[i])->layout = static_cast<Layout>(i);
    if (PyObject_SetAttrString(module, kLayoutNames[i].python.data(), layouts[i]) < 0) throw PythonErrorSet{};
  }
}

}  // namespace vt::python
