// _C.device, _C.layout, _C.memory_format.
#include <algorithm>

#include "bindings/python/small_types.h"
#include "core/thread_state.h"

namespace vt::python {

PyTypeObject *device_type, *memory_format_type, *layout_type;

namespace {

PyObject* memory_formats[4];
PyObject* layouts[kNumLayouts];
constexpr const char* kMemoryFormatNames[] = {"contiguous_format", "preserve_format", "channels_last",
                                              "channels_last_3d"};

// Device types of PyTorch's that programs name, to compare with or to ask for, and that are not ours.
constexpr std::string_view kOtherTypes[] = {"mps",    "xpu",    "hpu",  "mtia",   "xla",    "privateuseone",
                                            "ipu",    "lazy",   "maia", "vulkan", "mkldnn", "hip",
                                            "opengl", "opencl", "ve",   "ideep",  "fpga"};
constexpr uint8_t kOurs = std::size(kOtherTypes);

// A device as Python sees it. One of another type has its name and index, and can be compared and printed.
struct NamedDevice {
  DeviceObject device;
  uint8_t other;  // which of kOtherTypes; kOurs: none of them
};

uint8_t other_type(PyObject* o) { return reinterpret_cast<NamedDevice*>(o)->other; }
Device written_in(PyObject* o) { return reinterpret_cast<DeviceObject*>(o)->device; }
std::string type_text(PyObject* o) {
  if (other_type(o) != kOurs) return std::string(kOtherTypes[other_type(o)]);
  return std::string(kDeviceTypeNames[static_cast<int>(written_in(o).type)]);
}

// The device to compute on.
Device device_in(PyObject* o) {
  VT_CHECK(other_type(o) == kOurs, Runtime, "there are no devices of type ", type_text(o),
           " here: VibeTensor computes on the CPU and on NVIDIA's GPUs");
  return written_in(o);
}

uint8_t other_type_named(std::string_view type) {
  return static_cast<uint8_t>(std::ranges::find(kOtherTypes, type) - std::begin(kOtherTypes));
}

PyObject* new_device(PyTypeObject*, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    static const char* names[] = {"type", "index", nullptr};
    PyObject *type = nullptr, *index = nullptr;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|O:device", const_cast<char**>(names), &type, &index)) {
      throw PythonErrorSet{};
    }
    Device d;
    const std::string_view text = PyUnicode_Check(type) ? text_of(type) : std::string_view();
    const uint8_t other = other_type_named(text.substr(0, text.find(':')));
    if (other != kOurs) {  // its index is written as those of the CPU are
      d = parse_device("cpu" + std::string(text.substr(kOtherTypes[other].size())));
    } else if (Py_TYPE(type) == device_type && other_type(type) != kOurs && (!index || index == Py_None)) {
      return Ref::borrow(type).release();
    } else {
      VT_CHECK(device_from(type, d), Type, "device(): argument 'type' must be str, int or torch.device, not ",
               type_name_of(type));
    }
    if (index && index != Py_None) {
      VT_CHECK(PyUnicode_Check(type), Type, "device(): an index goes with a device type, got ", type_name_of(type));
      VT_CHECK(d.index < 0, Runtime,
               "type (string) must not include an index because index was passed explicitly: ", text_of(type));
      const long i = PyLong_AsLong(index);
      if (i == -1 && PyErr_Occurred()) throw PythonErrorSet{};
      VT_CHECK(i >= 0 && i < 128, Runtime, "Device index must be between 0 and 127 inclusive, got ", i);
      d.index = static_cast<int8_t>(i);
    }
    PyObject* made = make_device(d);
    reinterpret_cast<NamedDevice*>(made)->other = other;
    return made;
  });
}

PyObject* device_str(PyObject* o) {
  const int index = written_in(o).index;
  return str_from(index < 0 ? type_text(o) : type_text(o) + ":" + std::to_string(index));
}
PyObject* device_repr(PyObject* o) {
  return guarded([&] {
    const Device d = written_in(o);
    std::string text = vt::detail::concat("device(type='", type_text(o), "'");
    if (d.index >= 0) text += ", index=" + std::to_string(d.index);
    return str_from(text + ")");
  });
}
PyObject* device_type_name(PyObject* o, void*) { return str_from(type_text(o)); }
PyObject* device_index(PyObject* o, void*) {
  if (written_in(o).index < 0) Py_RETURN_NONE;
  return PyLong_FromLong(written_in(o).index);
}
Py_hash_t device_hash(PyObject* o) {
  const Py_hash_t type = static_cast<Py_hash_t>(written_in(o).type) + (kOurs - other_type(o)) * kNumDeviceTypes;
  return type * 1000 + written_in(o).index + 2;
}
PyObject* device_compare(PyObject* a, PyObject* b, int op) {
  if ((op != Py_EQ && op != Py_NE) || Py_TYPE(a) != device_type || Py_TYPE(b) != device_type) {
    Py_RETURN_NOTIMPLEMENTED;
  }
  const bool same = written_in(a) == written_in(b) && other_type(a) == other_type(b);
  return PyBool_FromLong(same == (op == Py_EQ));
}

// `with torch.device(...)`: new tensors of this thread go there unless their call names a device.
thread_local std::vector<Device> t_outer_defaults;

PyObject* device_enter(PyObject* o, PyObject*) {
  return guarded([&] {
    const Device device = device_in(o);
    t_outer_defaults.push_back(thread_state().default_device);
    thread_state().default_device = device;
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
  reinterpret_cast<NamedDevice*>(o)->other = kOurs;
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
  PyType_Spec device_spec = {"torch.device", sizeof(NamedDevice), 0, Py_TPFLAGS_DEFAULT, device_slots};
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
