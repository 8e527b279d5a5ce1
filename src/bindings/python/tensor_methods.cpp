// Methods of Tensor that are no ops: sizes, strides, values, where the memory is.
#include "bindings/python/number.h"
#include "bindings/python/op_function.h"
#include "bindings/python/small_types.h"
#include "bindings/python/tensor_object.h"
#include "bindings/python/tensor_slots.h"
#include "bindings/python/torch_function.h"
#include "cuda/backend.h"
#include "fabric/local.h"
#include "ops/copy/memory_format.h"
#include "ops/typed/copy.h"
#include "program/defer.h"

namespace vt::python {
namespace {

// f(), whose errors are named after the method that the user called on `t`.
template <class F>
auto named(const char* method, const Tensor& t, F f) {
  try {
    return f();
  } catch (Error& e) {
    e.add_frame(method, "self: " + to_string(t));
    throw;
  }
}

// Those of a COO tensor are zeros, as PyTorch's.
void check_strided(const Tensor& t, const char* what) {
  const Layout layout = layout_of(t);
  if (layout == Layout::Strided || layout == Layout::SparseCoo) return;
  const char* name = layout == Layout::SparseCsr   ? "CSR"
                     : layout == Layout::SparseCsc ? "CSC"
                     : layout == Layout::SparseBsr ? "BSR"
                                                   : "BSC";
  VT_THROW(Runtime, "Sparse ", name, " tensors do not have ", what);
}

size_t wrapped_dim(const Tensor& t, PyObject* dim, const char* function) {
  int64_t d;
  VT_CHECK(int_from(dim, d), Type, function, "(): argument 'dim' (position 1) must be int, not ", type_name_of(dim));
  return named(function, t, [&] {
    VT_CHECK(t.dim() > 0, Index, "Dimension specified as ", d, " but tensor has no dimensions");
    return static_cast<size_t>(wrap_dim(d, t.dim()));
  });
}

PyObject* optional_dim(PyObject* args, PyObject* kwargs, const char* format) {
  static const char* names[] = {"dim", nullptr};
  PyObject* dim = Py_None;
  if (!PyArg_ParseTupleAndKeywords(args, kwargs, format, const_cast<char**>(names), &dim)) throw PythonErrorSet{};
  return dim;
}

PyObject* size(PyObject* o, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    PyObject* dim = optional_dim(args, kwargs, "|O:size");
    if (dim == Py_None) return make_size(tensor_of(o).sizes());
    return PyLong_FromLongLong(tensor_of(o).sizes()[wrapped_dim(tensor_of(o), dim, "size")]);
  });
}
PyObject* stride(PyObject* o, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    PyObject* dim = optional_dim(args, kwargs, "|O:stride");
    check_strided(tensor_of(o), "strides");
    if (dim == Py_None) return make_int_tuple(tensor_of(o).strides());
    return PyLong_FromLongLong(tensor_of(o).strides()[wrapped_dim(tensor_of(o), dim, "stride")]);
  });
}

PyObject* numel(PyObject* o, PyObject*) { return PyLong_FromLongLong(tensor_of(o).numel()); }
PyObject* dim(PyObject* o, PyObject*) { return PyLong_FromLongLong(tensor_of(o).dim()); }
PyObject* storage_offset(PyObject* o, PyObject*) { return PyLong_FromLongLong(tensor_of(o).storage_offset()); }
PyObject* element_size(PyObject* o, PyObject*) { return PyLong_FromSize_t(tensor_of(o).element_size()); }
PyObject* data_ptr(PyObject* o, PyObject*) {
  return guarded([&] {
    const Tensor& t = tensor_of(o);
    VT_CHECK(!is_sparse(t), Runtime, "Cannot access data pointer of Tensor that doesn't have storage");
    program::settle_for_others(t);
    cuda::show(*t.storage());
    return PyLong_FromVoidPtr(t.numel() && t.impl()->has_memory() ? t.impl()->address() : nullptr);
  });
}
PyObject* storage_key(PyObject* o, PyObject*) { return PyLong_FromVoidPtr(tensor_of(o).storage().get()); }
PyObject* storage_bytes(PyObject* o, PyObject*) { return PyLong_FromSize_t(tensor_of(o).storage()->bytes()); }
PyObject* get_device(PyObject* o, PyObject*) {
  const Device d = tensor_of(o).device();
  return PyLong_FromLong(d.is_cuda() ? d.index : -1);
}
PyObject* is_view(PyObject* o, PyObject*) {
  return PyBool_FromLong(impl_of(o)->view_base() != intrusive_ptr<TensorImpl>());
}
PyObject* is_inference(PyObject* o, PyObject*) { return PyBool_FromLong(impl_of(o)->is_inference()); }
PyObject* is_floating_point(PyObject* o, PyObject*) { return PyBool_FromLong(is_floating(tensor_of(o).dtype())); }
PyObject* is_complex_method(PyObject* o, PyObject*) { return PyBool_FromLong(is_complex(tensor_of(o).dtype())); }
PyObject* is_signed_method(PyObject* o, PyObject*) { return PyBool_FromLong(is_signed(tensor_of(o).dtype())); }
PyObject* is_set_to(PyObject* o, PyObject* other) {
  return guarded([&] {
    const Tensor &a = tensor_of(o), &b = expect_tensor(other, "is_set_to(): argument 'tensor'");
    return PyBool_FromLong(a.storage() == b.storage() && a.storage_offset() == b.storage_offset() &&
                           same(a.sizes(), b.sizes()) && same(a.strides(), b.strides()));
  });
}

PyObject* is_contiguous_method(PyObject* o, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    static const char* names[] = {"memory_format", nullptr};
    PyObject* format = memory_format_object(MemoryFormat::Contiguous);
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:is_contiguous", const_cast<char**>(names), &format)) {
      throw PythonErrorSet{};
    }
    VT_CHECK(Py_TYPE(format) == memory_format_type, Type,
             "is_contiguous(): argument 'memory_format' must be torch.memory_format, not ", type_name_of(format));
    check_strided(tensor_of(o), "is_contiguous");
    if (is_sparse(tensor_of(o))) Py_RETURN_FALSE;
    return PyBool_FromLong(is_contiguous_in(tensor_of(o), reinterpret_cast<MemoryFormatObject*>(format)->format));
  });
}

PyObject* item_method(PyObject* o, PyObject*) {
  return guarded([&] { return to_python(item(tensor_of(o))); });
}

// The elements from `data` on as nested lists.
template <class T>
PyObject* nested_list(const T* data, IntSpan sizes, IntSpan strides) {
  if (sizes.empty()) return to_python(Scalar(*data));
  Ref list = Ref::steal(PyList_New(sizes[0]));
  for (int64_t i = 0; i < sizes[0]; ++i) {
    PyObject* entry = nested_list(data + i * strides[0], sizes.subspan(1), strides.subspan(1));
    if (!entry) throw PythonErrorSet{};
    PyList_SetItem(list.get(), i, entry);
  }
  return list.release();
}
PyObject* tolist(PyObject* o, PyObject*) {
  return guarded([&] {
    Tensor t = tensor_of(o);
    if (VT_UNLIKELY(is_fabric(t))) t = fabric::gathered(t);
    if (!t.is_cpu()) {
      t = named("tolist", t, [&] { return ops::_to_copy(make_detached(t), std::nullopt, kCPU); });
    }
    program::settle(t);
    return visit_dtype<kNumberSet>(t.dtype(), [&]<class T>(TypeTag<T>) {
      return nested_list(static_cast<const T*>(t.data()), t.sizes(), t.strides());
    });
  });
}

PyObject* to_device(const char* method, PyObject* o, Device device, bool non_blocking) {
  const Tensor& t = tensor_of(o);
  device = resolve_device(device);
  if (t.device() == device) return Ref::borrow(o).release();
  return wrap(named(method, t, [&] { return ops::_to_copy(t, std::nullopt, device, non_blocking); }));
}
PyObject* cpu(PyObject* o, PyObject*) {
  return guarded([&] { return to_device("cpu", o, kCPU, false); });
}
PyObject* cuda(PyObject* o, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    static const char* names[] = {"device", "non_blocking", nullptr};
    PyObject* device = Py_None;
    int non_blocking = 0;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|Op:cuda", const_cast<char**>(names), &device, &non_blocking)) {
      throw PythonErrorSet{};
    }
    Device d{DeviceType::CUDA, -1};
    VT_CHECK(device == Py_None || device_from(device, d), Type, "cuda(): argument 'device' must be torch.device, not ",
             type_name_of(device));
    VT_CHECK(d.is_cuda(), Runtime, "Invalid device, must be cuda device, got ", d);
    return to_device("cuda", o, d, non_blocking != 0);
  });
}

}  // namespace

void add_methods(std::vector<PyMethodDef>& methods) {
  methods.insert(methods.end(),
                 {keyword_method<"size", size>("The sizes as a torch.Size, or the size of one dim."),
                  keyword_method<"stride", stride>("The strides in elements, or the stride of one dim."),
                  method<"numel", numel>("The number of elements."),
                  method<"nelement", numel>("The number of elements."),
                  method<"dim", dim>("The number of dimensions."),
                  method<"ndimension", dim>("The number of dimensions."),
                  method<"storage_offset", storage_offset>("Where in its storage the tensor starts, in elements."),
                  method<"element_size", element_size>("Bytes per element."),
                  method<"data_ptr", data_ptr>("The address of the first element; 0 if there is none."),
                  {"_storage_key", storage_key, METH_NOARGS, "Equal for tensors that share a storage."},
                  {"_storage_bytes", storage_bytes, METH_NOARGS, "Bytes of the whole storage."},
                  method<"get_device", get_device>("The CUDA device's index, or -1."),
                  method<"_is_view", is_view>(),
                  method<"is_inference", is_inference>("Whether the tensor was made in inference mode."),
                  method<"is_floating_point", is_floating_point>(),
                  method<"is_complex", is_complex_method>(),
                  method<"is_signed", is_signed_method>(),
                  method_of_one<"is_set_to", is_set_to>("Whether both view the same memory in the same way."),
                  keyword_method<"is_contiguous", is_contiguous_method>(),
                  method<"item", item_method>("The one element as a Python number."),
                  method<"tolist", tolist>("The elements as nested lists."),
                  method<"cpu", cpu>("The tensor on the CPU; itself if it is there."),
                  keyword_method<"cuda", cuda>("The tensor on a CUDA device; itself if it is there.")});
}

}  // namespace vt::python
