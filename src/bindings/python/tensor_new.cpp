// Making tensors from Python: the legacy constructor Tensor(...), Tensor._make_subclass, _C.tensor and _C.as_tensor.
#include "autograd/autograd.h"
#include "bindings/python/array.h"
#include "bindings/python/number.h"
#include "bindings/python/small_types.h"
#include "bindings/python/tensor_data.h"
#include "bindings/python/tensor_object.h"
#include "bindings/python/tensor_slots.h"
#include "bindings/python/torch_function.h"
#include "bindings/python/warning.h"
#include "core/alignment.h"
#include "core/sparse.h"
#include "core/thread_state.h"
#include "ops/copy/copy.h"
#include "ops/typed/view.h"

namespace vt::python {
namespace {

// Tensor(2, 3) has those sizes, Tensor([1, 2]) those values, Tensor(other) shares its memory; always the default dtype.
PyObject* new_tensor(PyTypeObject* type, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    VT_CHECK(!kwargs || PyDict_Size(kwargs) == 0, Type, "new() got unexpected keyword arguments; use torch.tensor");
    const Py_ssize_t n = PyTuple_Size(args);
    PyObject* first = n ? PyTuple_GetItem(args, 0) : nullptr;
    if (n == 1 && is_tensor(first)) return wrap_as(type, make_detached(tensor_of(first)));
    int64_t unused;
    if (n == 1 && !int_from(first, unused)) {
      VT_CHECK(PySequence_Check(first) && !PyUnicode_Check(first), Type, "new(): data must be a sequence (got ",
               type_name_of(first), ")");
      return wrap_as(type, tensor_from_data(first, default_dtype(), kCPU));
    }
    DimVec sizes;
    for (Py_ssize_t i = 0; i < n; ++i) {
      int64_t size;
      VT_CHECK(int_from(PyTuple_GetItem(args, i), size), Type,
               "new() received an invalid combination of arguments - got ", type_name_of(PyTuple_GetItem(args, i)),
               " at position ", i + 1, ", expected int");
      sizes.push_back(size);
    }
    if (n == 0) sizes.push_back(0);
    return wrap_as(type, empty(sizes, default_dtype()));
  });
}

DimVec ints_of(PyObject* tuple) {
  DimVec out;
  for (Py_ssize_t i = 0; i < PyTuple_Size(tuple); ++i) {
    int64_t value;
    VT_CHECK(int_from(PyTuple_GetItem(tuple, i), value), Type, "expected ints, got ",
             type_name_of(PyTuple_GetItem(tuple, i)));
    out.push_back(value);
  }
  return out;
}

// A subclass of Tensor that objects can be made of.
PyTypeObject* subclass_from(PyObject* cls, const char* function) {
  VT_CHECK(PyType_Check(cls) && PyType_IsSubtype(reinterpret_cast<PyTypeObject*>(cls), tensor_type), Type, function,
           "(): cls must be a type derived from Tensor, got ",
           PyType_Check(cls) ? std::string(text_of(Ref::steal(PyObject_GetAttrString(cls, "__name__")).get()))
                             : type_name_of(cls));
  return reinterpret_cast<PyTypeObject*>(cls);
}

PyObject* make_subclass(PyObject*, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    static const char* names[] = {"cls", "data", "require_grad", nullptr};
    PyObject *cls, *data;
    int require_grad = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "OO|p:_make_subclass", const_cast<char**>(names), &cls, &data,
                                     &require_grad)) {
      throw PythonErrorSet{};
    }
    PyTypeObject* type = subclass_from(cls, "_make_subclass");
    Tensor t = make_detached(expect_tensor(data, "_make_subclass(): argument 'data'"));
    if (require_grad) autograd::set_requires_grad(t, true);
    return wrap_as(type, std::move(t));
  });
}

// (cls, sizes, strides or None, offset, dtype, device): without memory, for a class that answers its calls.
PyObject* make_wrapper(PyObject*, PyObject* args) {
  return guarded([&] {
    PyObject *cls, *sizes, *strides, *type, *on;
    long long offset;
    if (!PyArg_ParseTuple(args, "OO!OLOO:_make_wrapper", &cls, &PyTuple_Type, &sizes, &strides, &offset, &type, &on)) {
      throw PythonErrorSet{};
    }
    DType dtype;
    Device device;
    VT_CHECK(dtype_from(type, dtype), Type, "_make_wrapper(): expected a torch.dtype, got ", type_name_of(type));
    VT_CHECK(device_from(on, device), Type, "_make_wrapper(): expected a torch.device, got ", type_name_of(on));
    PyTypeObject* kind = subclass_from(cls, "_make_wrapper_subclass");
    const DimVec shape = ints_of(sizes);
    const DimVec steps = strides == Py_None ? contiguous_strides(shape) : ints_of(strides);
    const auto bytes = static_cast<size_t>(view_extent(shape, steps, offset)) * size_of(dtype);
    auto storage = make_intrusive<StorageImpl>(Allocation{}, bytes, device);
    return wrap_as(kind, Tensor(make_intrusive<TensorImpl>(std::move(storage), dtype, shape, steps, offset)));
  });
}

PyObject* as_subclass(PyObject* self, PyObject* cls) {
  return guarded([&] { return wrap_as(subclass_from(cls, "as_subclass"), ops::alias(tensor_of(self))); });
}

void warn_of_copy(PyObject* data, const char* function) {
  if (!is_tensor(data)) return;
  warn_user(std::string("To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or "
                        "sourceTensor.detach().clone().requires_grad_(True), rather than ") +
            function + "(sourceTensor).");
}

struct DataOptions {
  PyObject* data;
  std::optional<DType> dtype;
  std::optional<Device> device;
  bool requires_grad = false;
};

constexpr const char* kNamesOfCopy[] = {"data", "dtype", "device", "requires_grad", "pin_memory", nullptr};
constexpr const char* kNamesOfShare[] = {"data", "dtype", "device", nullptr};

DataOptions parse_options(PyObject* args, PyObject* kwargs, const char* format, const char* function,
                          const char* const* names = kNamesOfCopy) {
  PyObject *dtype = Py_None, *device = Py_None, *requires_grad = Py_False, *pin_memory = Py_False;
  DataOptions o;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, format, const_cast<char**>(names), &o.data, &dtype, &device,
                                   &requires_grad, &pin_memory)) {
    throw PythonErrorSet{};
  }
  DType d;
  Device on;
  if (dtype != Py_None) {
    VT_CHECK(dtype_from(dtype, d), Type, function, "(): argument 'dtype' must be torch.dtype, not ",
             type_name_of(dtype));
    o.dtype = d;
  }
  if (device != Py_None) {
    VT_CHECK(device_from(device, on), Type, function, "(): argument 'device' must be torch.device, not ",
             type_name_of(device));
    o.device = on;
  }
  VT_CHECK(bool_from(requires_grad, o.requires_grad), Type, function, "(): argument 'requires_grad' must be bool, not ",
           type_name_of(requires_grad));
  VT_CHECK(pin_memory == Py_False || pin_memory == Py_None, NotImplemented, function,
           "(): pin_memory=True is not there yet: call pin_memory() on the result");
  return o;
}

PyObject* tensor(PyObject*, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    const DataOptions o = parse_options(args, kwargs, "O|$OOOO:tensor", "tensor");
    warn_of_copy(o.data, "torch.tensor");
    // Of a tensor, the copy stays where it is.
    const Device device = o.device ? *o.device : is_tensor(o.data) ? tensor_of(o.data).device() : default_device();
    Tensor t = tensor_from_data(o.data, o.dtype, device);
    if (o.requires_grad) autograd::set_requires_grad(t, true);
    return wrap(std::move(t));
  });
}

// Shares memory and history where dtype and device allow it.
PyObject* as_tensor(PyObject*, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    const DataOptions o = parse_options(args, kwargs, "O|OO:as_tensor", "as_tensor", kNamesOfShare);
    if (is_tensor(o.data)) {
      Tensor t = tensor_of(o.data);
      if (o.device) t = ops::as_device(t, resolve_device(*o.device));
      if (o.dtype) t = ops::as_dtype(t, *o.dtype);
      return wrap(std::move(t));
    }
    const Device device = o.device.value_or(default_device());
    const bool array = !PyLong_Check(o.data) && !PyFloat_Check(o.data) && !PyList_Check(o.data) &&
                       !PyTuple_Check(o.data) && !PyBytes_Check(o.data) && offers_array(o.data);
    if (!array) return wrap(tensor_from_data(o.data, o.dtype, device));
    Tensor t = tensor_from_array(o.data);
    if (o.dtype) t = ops::as_dtype(t, *o.dtype);
    return wrap(device.is_cpu() ? t : ops::as_device(t, resolve_device(device)));
  });
}

// x.new_tensor(data): a copy with x's dtype and device unless told otherwise.
PyObject* new_tensor_like(PyObject* self, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    const DataOptions o = parse_options(args, kwargs, "O|$OOOO:new_tensor", "new_tensor");
    warn_of_copy(o.data, "tensor.new_tensor");
    Tensor t = tensor_from_data(o.data, o.dtype.value_or(tensor_of(self).dtype()),
                                o.device.value_or(tensor_of(self).device()));
    if (o.requires_grad) autograd::set_requires_grad(t, true);
    return wrap(std::move(t));
  });
}

// Tensors over the same storage without history: all of its bytes, or any geometry inside.
Tensor over_storage(const Tensor& t, DType dtype, IntSpan sizes, IntSpan strides, int64_t offset) {
  VT_CHECK(!is_sparse(t), NotImplemented, "Cannot access storage of ", name_in_text(layout_of(t)), "TensorImpl");
  check_alignment(t.storage()->data(), dtype, t.device());
  Tensor made(make_intrusive<TensorImpl>(t.storage(), dtype, sizes, strides, offset));
  made.impl()->set_inference(thread_state().inference_mode);
  return made;
}
PyObject* storage_as_bytes(PyObject* self, PyObject*) {
  return guarded([&] {
    const int64_t bytes = static_cast<int64_t>(tensor_of(self).storage()->bytes()), one = 1;
    return wrap(over_storage(tensor_of(self), DType::uint8, {&bytes, 1}, {&one, 1}, 0));
  });
}
PyObject* over_storage_method(PyObject* self, PyObject* args) {
  return guarded([&] {
    PyObject *type, *sizes, *strides;
    long long offset;
    if (!PyArg_ParseTuple(args, "OO!O!L:_over_storage", &type, &PyTuple_Type, &sizes, &PyTuple_Type, &strides,
                          &offset)) {
      throw PythonErrorSet{};
    }
    DType dtype;
    VT_CHECK(dtype_from(type, dtype), Type, "_over_storage(): expected a torch.dtype, got ", type_name_of(type));
    return wrap(over_storage(tensor_of(self), dtype, ints_of(sizes), ints_of(strides), offset));
  });
}

constexpr int kKeywords = METH_VARARGS | METH_KEYWORDS;

}  // namespace

void add_constructor_slots(std::vector<PyType_Slot>& slots, std::vector<PyMethodDef>& methods) {
  slots.push_back({Py_tp_new, reinterpret_cast<void*>(new_tensor)});
  methods.push_back({"_make_subclass", with_keywords(make_subclass), kKeywords | METH_STATIC,
                     "A tensor of a subclass over the memory of `data`, without history."});
  methods.push_back({"_make_wrapper", make_wrapper, METH_VARARGS | METH_STATIC,
                     "A tensor of a subclass without memory: (cls, sizes, strides or None, offset, dtype, device)."});
  methods.push_back({"as_subclass", as_subclass, METH_O,
                     "self as a tensor of a subclass, over the same memory and with its history."});
  methods.push_back({"_storage_as_bytes", storage_as_bytes, METH_NOARGS,
                     "The whole storage as a uint8 tensor over it, without history."});
  methods.push_back({"_over_storage", over_storage_method, METH_VARARGS,
                     "A tensor of a dtype, sizes, strides and offset over the storage, without history."});
  methods.push_back({"new_tensor", with_keywords(new_tensor_like), kKeywords,
                     "A tensor with a copy of `data`, of this tensor's dtype and device unless told otherwise."});
}

void init_constructors(PyObject* module) {
  static PyMethodDef functions[] = {
      maker<"tensor", tensor>("A tensor with a copy of `data`."),
      maker<"as_tensor", as_tensor>("`data` as a tensor, sharing its memory where that is possible."),
      {nullptr, nullptr, 0, nullptr}};
  if (PyModule_AddFunctions(module, functions) < 0) throw PythonErrorSet{};
}

}  // namespace vt::python
