#include "bindings/python/array.h"

#include <bit>
#include <memory>
#include <optional>

#include "autograd/autograd.h"
#include "bindings/python/cuda_array.h"
#include "bindings/python/small_types.h"
#include "bindings/python/tensor_object.h"
#include "bindings/python/tensor_slots.h"
#include "bindings/python/torch_function.h"
#include "core/alignment.h"
#include "core/loan.h"
#include "core/thread_state.h"
#include "cuda/backend.h"
#include "ops/copy/copy.h"
#include "ops/typed/copy.h"
#include "program/defer.h"

namespace vt::python {
namespace {

static_assert(std::endian::native == std::endian::little);

// The dtype of a buffer's format string (struct module syntax, one item).
bool dtype_of_format(std::string_view format, size_t bytes, DType& out) {
  if (format.starts_with('@') || format.starts_with('=') || format.starts_with('<')) format.remove_prefix(1);
  if (format == "Zf" || format == "Zd") {
    out = format == "Zf" ? DType::complex64 : DType::complex128;
    return true;
  }
  if (format.size() != 1) return false;
  switch (format[0]) {
    case '?': out = DType::bool_; return true;
    case 'e': out = DType::float16; return true;
    case 'f': out = DType::float32; return true;
    case 'd': out = DType::float64; return true;
    case 'B':
    case 'H':
    case 'I':
    case 'L':
    case 'Q':
      out = bytes == 1 ? DType::uint8 : bytes == 2 ? DType::uint16 : bytes == 4 ? DType::uint32 : DType::uint64;
      return true;
    case 'b':
    case 'h':
    case 'i':
    case 'l':
    case 'q':
      out = bytes == 1 ? DType::int8 : bytes == 2 ? DType::int16 : bytes == 4 ? DType::int32 : DType::int64;
      return true;
    default: return false;
  }
}

void release_buffer(void*, void* context, size_t) noexcept {
  if (!Py_IsInitialized()) return;
  const WithGil gil;
  auto* view = static_cast<Py_buffer*>(context);
  outlive_exit([view] { PyBuffer_Release(view); });
  delete view;
}

bool has_attribute(PyObject* o, const char* name) {
  return PyObject_HasAttrString(reinterpret_cast<PyObject*>(Py_TYPE(o)), name) == 1;
}

constexpr std::string_view kSupported =
    ". The supported types are: float64, float32, float16, complex64, complex128, int64, int32, int16, int8, "
    "uint64, uint32, uint16, uint8, and bool.";

// NumPy describes no dates in a buffer, and the buffer of a lone one without strides.
[[noreturn]] void throw_no_buffer(PyObject* o) {
  VT_THROW(Type, "can't convert an array of type ", type_name_of(o), " whose elements NumPy does not describe",
           kSupported);
}

// The dtype of the package ml_dtypes, which gives NumPy bfloat16 and floats of 8 bits; null where there is none.
Ref ml_dtype(DType d) {
  const Ref package = Ref::steal_or_null(PyImport_ImportModule("ml_dtypes"));
  Ref found;
  if (package) found = Ref::steal_or_null(PyObject_GetAttrString(package.get(), std::string(info(d).name).c_str()));
  if (!found) PyErr_Clear();
  return found;
}

// Our dtype of an array with one of those, whose elements NumPy does not describe in a buffer either.
std::optional<DType> dtype_by_name(PyObject* array) {
  const Ref dtype = Ref::steal_or_null(PyObject_GetAttrString(array, "dtype"));
  const Ref name = dtype ? Ref::steal_or_null(PyObject_GetAttrString(dtype.get(), "name")) : Ref();
  const char* text = name && PyUnicode_Check(name.get()) ? PyUnicode_AsUTF8AndSize(name.get(), nullptr) : nullptr;
  if (!text) {
    PyErr_Clear();
    return std::nullopt;
  }
  for (int i = 0; i < kNumDTypes; ++i) {
    const auto d = static_cast<DType>(i);
    if (info(d).numpy[0] == 'V' && d != DType::float4_e2m1fn_x2 && info(d).name == text) return d;
  }
  return std::nullopt;
}

Tensor from_buffer(PyObject* o) {
  auto view = std::make_unique<Py_buffer>();
  if (PyObject_GetBuffer(o, view.get(), PyBUF_FULL_RO) < 0) {
    if (PyErr_ExceptionMatches(PyExc_ValueError) != 1 || !has_attribute(o, "__array_interface__")) {
      throw PythonErrorSet{};
    }
    PyErr_Clear();
    const std::optional<DType> d = dtype_by_name(o);
    if (!d) throw_no_buffer(o);
    const Ref bits = Ref::steal(PyObject_CallMethod(o, "view", "s", size_of(*d) == 1 ? "u1" : "i2"));
    const Tensor t = from_buffer(bits.get());
    return Tensor(make_intrusive<TensorImpl>(t.storage(), *d, t.sizes(), t.strides(), 0));
  }
  struct Releaser {
    Py_buffer* view;
    ~Releaser() {
      if (view) PyBuffer_Release(view);
    }
  } releaser{view.get()};
  DType dtype;
  const std::string_view format = view->format ? view->format : "B";
  const auto item = static_cast<size_t>(view->itemsize);
  VT_CHECK(!format.starts_with('>') && !format.starts_with('!'), Value,
           "given numpy array has byte order different from the native byte order. Conversion between byte orders is "
           "currently not supported.");
  VT_CHECK(dtype_of_format(format, item, dtype), Type, "can't convert an array of element format '", format, "'",
           kSupported);
  if (view->ndim > 0 && (!view->shape || !view->strides)) throw_no_buffer(o);
  DimVec sizes, strides;
  for (int i = 0; i < view->ndim; ++i) {
    const int64_t stride = view->strides[i];
    VT_CHECK(stride >= 0 || view->shape[i] < 2, Value,
             "At least one stride in the given array is negative, and tensors with negative strides are not currently "
             "supported. (You can probably work around this by making a copy of your array with array.copy().)");
    VT_CHECK(view->shape[i] < 2 || stride % static_cast<int64_t>(item) == 0, Value,
             "given array strides not a multiple of the element byte size. Copy the array first.");
    sizes.push_back(view->shape[i]);
    strides.push_back(view->shape[i] < 2 ? 1 : stride / static_cast<int64_t>(item));
  }
  const auto extent = static_cast<size_t>(view_extent(sizes, strides, 0)) * item;
  if (extent > 0) check_alignment(view->buf, dtype, kCPU);
  releaser.view = nullptr;
  const bool read_only = view->readonly != 0;
  void* const data = view->buf;
  return from_memory({data, view.release(), release_buffer}, extent, dtype, sizes, strides, kCPU, read_only);
}

PyObject* numpy_module() {
  static PyObject* module = nullptr;
  if (!module) module = Ref::steal(PyImport_ImportModule("numpy")).release();
  return module;
}

// Ends a loan when Python lets go of the capsule.
void end_loan(PyObject* capsule) { delete static_cast<Loan*>(PyCapsule_GetPointer(capsule, nullptr)); }

// Keeps the memory that `t` has now, and that memory in its place, whatever becomes of the tensor (resize_, set_).
Ref loan_of(const Tensor& t) {
  auto loan = std::make_unique<Loan>(t.storage());
  Ref capsule = Ref::steal(PyCapsule_New(loan.get(), nullptr, end_loan));
  loan.release();
  return capsule;
}

// An object whose __array_interface__ describes the tensor's memory and that keeps that memory.
Ref interface_of(const Tensor& t) {
  VT_CHECK(!is_sparse(t), Type, "can't convert ", name_in_text(layout_of(t)),
           " layout tensor to numpy. Use Tensor.to_dense() first.");
  std::string code = "<";
  code += info(t.dtype()).numpy;
  DimVec strides;
  for (int64_t s : t.strides()) strides.push_back(s * static_cast<int64_t>(t.element_size()));
  const bool writable = !t.storage()->read_only();
  program::settle_for_others(t);
  cuda::show(*t.storage());
  static const char placeholder = 0;
  const auto address = reinterpret_cast<uintptr_t>(t.numel() ? t.data() : &placeholder);
  const Ref dict = Ref::steal(Py_BuildValue(
      "{s:N,s:N,s:s,s:(KN),s:i}", "shape", make_int_tuple(t.sizes()), "strides", make_int_tuple(strides), "typestr",
      code.c_str(), "data", static_cast<unsigned long long>(address), PyBool_FromLong(!writable), "version", 3));
  const Ref types = Ref::steal(PyImport_ImportModule("types"));
  const Ref namespace_type = Ref::steal(PyObject_GetAttrString(types.get(), "SimpleNamespace"));
  const Ref exporter = Ref::steal(PyObject_CallObject(namespace_type.get(), nullptr));
  const Ref loan = loan_of(t);
  if (PyObject_SetAttrString(exporter.get(), "__array_interface__", dict.get()) < 0 ||
      PyObject_SetAttrString(exporter.get(), "owner", loan.get()) < 0) {
    throw PythonErrorSet{};
  }
  return exporter;
}

Ref to_numpy(PyObject* self, bool force) {
  Ref keep = Ref::borrow(self);
  if (force) {
    Tensor t = make_detached(tensor_of(self));
    t = ops::as_device(t, kCPU);
    keep = Ref::steal(wrap(t));
  }
  const Tensor& t = tensor_of(keep.get());
  VT_CHECK(t.is_cpu(), Type, "can't convert ", t.device(),
           " device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first.");
  VT_CHECK(!(t.requires_grad() && grad_enabled()), Runtime,
           "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.");
  Ref foreign;
  if (info(t.dtype()).numpy[0] == 'V') {
    foreign = ml_dtype(t.dtype());
    VT_CHECK(foreign, Type, "Got unsupported ScalarType ",
             t.dtype() == DType::bfloat16 ? "BFloat16" : to_string(t.dtype()),
             ": NumPy has it where the package ml_dtypes is installed");
  }
  const Ref asarray = Ref::steal(PyObject_GetAttrString(numpy_module(), "asarray"));
  const Ref exporter = interface_of(t);
  Ref array = Ref::steal(PyObject_CallFunctionObjArgs(asarray.get(), exporter.get(), nullptr));
  if (foreign) array = Ref::steal(PyObject_CallMethod(array.get(), "view", "O", foreign.get()));
  return array;
}

PyObject* numpy_method(PyObject* self, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    static const char* names[] = {"force", nullptr};
    int force = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$p:numpy", const_cast<char**>(names), &force))
      throw PythonErrorSet{};
    return to_numpy(self, force != 0).release();
  });
}

PyObject* array_method(PyObject* self, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    static const char* names[] = {"dtype", "copy", nullptr};
    PyObject *dtype = Py_None, *copy = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|OO:__array__", const_cast<char**>(names), &dtype, &copy)) {
      throw PythonErrorSet{};
    }
    Ref array = to_numpy(self, false);
    if (dtype != Py_None) {
      const Ref method = Ref::steal(PyObject_GetAttrString(array.get(), "astype"));
      const Ref positional = Ref::steal(PyTuple_Pack(1, dtype));
      const Ref only_if_needed = Ref::steal(Py_BuildValue("{s:O}", "copy", Py_False));
      Ref converted = Ref::steal(PyObject_Call(method.get(), positional.get(), only_if_needed.get()));
      const bool is_new = converted.get() != array.get();
      VT_CHECK(!is_new || copy != Py_False, Value,
               "Unable to avoid copy while creating an array as requested: ", tensor_of(self).dtype(),
               " is another dtype than the one asked for");
      if (is_new) return converted.release();
    }
    if (copy == Py_True) array = Ref::steal(PyObject_CallMethod(array.get(), "copy", nullptr));
    return array.release();
  });
}

PyObject* from_numpy(PyObject*, PyObject* array) {
  return guarded([&] {
    const std::string name = type_name_of(array);
    VT_CHECK(name == "ndarray" || has_attribute(array, "__array_interface__"), Type, "expected np.ndarray (got ", name,
             ")");
    return wrap(from_buffer(array));
  });
}

// frombuffer(buffer, *, dtype, count=-1, offset=0): a 1-d tensor over the bytes of an object.
PyObject* frombuffer(PyObject*, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    static const char* names[] = {"buffer", "dtype", "count", "offset", "requires_grad", nullptr};
    PyObject *buffer, *dtype_object_;
    Py_ssize_t count = -1, offset = 0;
    int requires_grad = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O$Onnp:frombuffer", const_cast<char**>(names), &buffer,
                                     &dtype_object_, &count, &offset, &requires_grad) &&
        (PyErr_Clear(), !PyArg_ParseTupleAndKeywords(args, kwargs, "O|$Onnp:frombuffer", const_cast<char**>(names),
                                                     &buffer, &dtype_object_, &count, &offset, &requires_grad))) {
      throw PythonErrorSet{};
    }
    DType dtype;
    VT_CHECK(dtype_from(dtype_object_, dtype), Type, "frombuffer(): argument 'dtype' must be torch.dtype, not ",
             type_name_of(dtype_object_));
    auto view = std::make_unique<Py_buffer>();
    if (PyObject_GetBuffer(buffer, view.get(), PyBUF_SIMPLE) < 0) throw PythonErrorSet{};
    const auto item = static_cast<Py_ssize_t>(size_of(dtype));
    const Py_ssize_t bytes = view->len;
    const bool fits = bytes > 0 && offset >= 0 && offset < bytes && count != 0 &&
                      (count < 0 ? (bytes - offset) % item == 0 : count <= (bytes - offset) / item);
    if (!fits) {
      PyBuffer_Release(view.get());
      VT_THROW(Value, "frombuffer: expected room for count=", count, " elements of ", dtype, " from byte ", offset,
               ", got a buffer of ", bytes, " bytes");
    }
    const int64_t n = count < 0 ? (bytes - offset) / item : count;
    const bool read_only = view->readonly != 0;
    char* data = static_cast<char*>(view->buf) + offset;
    const int64_t one = 1;
    Tensor t = from_memory({data, view.release(), release_buffer}, static_cast<size_t>(n * item), dtype, {&n, 1},
                           {&one, 1}, kCPU, read_only);
    if (requires_grad != 0) autograd::set_requires_grad(t, true);
    return wrap(std::move(t));
  });
}

// from_dlpack(ext_tensor, *, device=None, copy=None)
PyObject* from_dlpack(PyObject*, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    static const char* names[] = {"ext_tensor", "device", "copy", nullptr};
    PyObject *o, *device = Py_None, *copy = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|$OO:from_dlpack", const_cast<char**>(names), &o, &device,
                                     &copy)) {
      throw PythonErrorSet{};
    }
    return wrap(tensor_from_dlpack(o, device, copy));
  });
}

}  // namespace

bool offers_array(PyObject* o) { return PyObject_CheckBuffer(o) || is_array_like(o); }
bool is_array_like(PyObject* o) { return has_attribute(o, "__array__") || offers_cuda_array(o); }

Tensor tensor_from_array(PyObject* o) {
  if (offers_cuda_array(o)) return tensor_from_cuda_array(o);
  if (PyObject_CheckBuffer(o)) return from_buffer(o);
  const Ref array = Ref::steal(PyObject_CallMethod(o, "__array__", nullptr));
  return from_buffer(array.get());
}

Tensor tensor_for_copy(PyObject* o) {
  try {
    return tensor_from_array(o);
  } catch (const Error& e) {
    // Negative strides and the like: NumPy can copy.
    if (e.kind() != ErrorKind::Value || PyObject_HasAttrString(o, "copy") != 1) throw;
    const Ref copy = Ref::steal(PyObject_CallMethod(o, "copy", nullptr));
    return tensor_from_array(copy.get());
  }
}

PyObject* dlpack_method(PyObject* self, PyObject* args, PyObject* kwargs);
PyObject* dlpack_device_method(PyObject* self, PyObject*);

void add_array_methods(std::vector<PyMethodDef>& methods) {
  methods.insert(methods.end(), {keyword_method<"numpy", numpy_method>("A NumPy array over the same memory."),
                                 keyword_method<"__array__", array_method>(),
                                 keyword_method<"__dlpack__", dlpack_method>("A DLPack capsule over the same memory."),
                                 method<"__dlpack_device__", dlpack_device_method>("DLPack's (device type, index).")});
}

void init_array_functions(PyObject* module) {
  static PyMethodDef functions[] = {{"from_numpy", from_numpy, METH_O, "A tensor over the memory of a NumPy array."},
                                    maker<"frombuffer", frombuffer>("A 1-d tensor over the bytes of an object."),
                                    {"from_dlpack", with_keywords(from_dlpack), METH_VARARGS | METH_KEYWORDS,
                                     "A tensor over the memory of an object that speaks DLPack."},
                                    {nullptr, nullptr, 0, nullptr}};
  if (PyModule_AddFunctions(module, functions) < 0) throw PythonErrorSet{};
}

}  // namespace vt::python
