#include "bindings/python/cuda_array.h"

#include <memory>

#include "bindings/python/small_types.h"
#include "bindings/python/tensor_object.h"
#include "core/sparse.h"
#include "cuda/backend.h"
#include "cuda/device_api.h"
#include "interop/dlpack.h"
#include "interop/stream_handover.h"
#include "program/defer.h"

namespace vt::python {
namespace {

constexpr const char* kName = "__cuda_array_interface__";

// The entry of a dict, or null; borrowed.
PyObject* entry(PyObject* dict, const char* key) { return PyDict_GetItemString(dict, key); }

int64_t integer(PyObject* o, const char* what) {
  VT_CHECK(o && PyLong_Check(o), Type, kName, ": expected ", what, " to be int, got ", o ? type_name_of(o) : "nothing");
  const int64_t value = PyLong_AsLongLong(o);
  if (value == -1 && PyErr_Occurred()) throw PythonErrorSet{};
  return value;
}

DimVec integers(PyObject* o, const char* what) {
  VT_CHECK(o && PyTuple_Check(o), Type, kName, ": expected ", what, " to be tuple of ints, got ",
           o ? type_name_of(o) : "nothing");
  DimVec out;
  for (Py_ssize_t i = 0; i < PyTuple_Size(o); ++i) out.push_back(integer(PyTuple_GetItem(o, i), what));
  return out;
}

// "<f4": byte order, kind, bytes.
interop::DLDataType element_of(PyObject* o) {
  const char* text = o && PyUnicode_Check(o) ? PyUnicode_AsUTF8AndSize(o, nullptr) : nullptr;
  VT_CHECK(text, Type, kName, ": expected typestr to be str");
  const std::string_view code = text;
  VT_CHECK(code.size() >= 3 && (code[0] == '<' || code[0] == '|' || code[0] == '='), Buffer, kName,
           ": expected elements in the machine's byte order, got typestr '", code, "'");
  for (int i = 0; i < kNumDTypes; ++i) {
    const auto d = static_cast<DType>(i);
    if (info(d).numpy[0] != 'V' && info(d).numpy == code.substr(1)) return interop::dl_dtype(d);
  }
  VT_THROW(Buffer, kName, ": there is no dtype for typestr '", code, "'");
}

// Lets go of the object that owns the memory.
void release_owner(void*, void* owner, size_t) noexcept {
  if (!Py_IsInitialized()) return;
  const WithGil gil;
  const Ref dropped = Ref::steal(static_cast<PyObject*>(owner));
}

PyObject* describe(PyObject* self, void*) {
  return guarded([&] {
    const Tensor& t = tensor_of(self);
    VT_CHECK(t.is_cuda(), Attribute, "Can't get ", kName, " on non-CUDA tensor type: ", t.device(),
             " If CUDA data is required use tensor.cuda() to copy tensor to device memory.");
    VT_CHECK(!is_sparse(t), Attribute, "Can't get ", kName,
             " on sparse type. Use Tensor.to_dense() to convert to a dense tensor first.");
    VT_CHECK(!t.requires_grad(), Runtime, "Can't get ", kName,
             " on Variable that requires grad. If gradients aren't required, use var.detach() to get Variable that "
             "doesn't require grad.");
    const std::string_view code = info(t.dtype()).numpy;
    VT_CHECK(code[0] != 'V', Type, "Can't get ", kName, ": it has no name for ", t.dtype());
    DimVec strides;
    for (const int64_t s : t.strides()) strides.push_back(s * static_cast<int64_t>(t.element_size()));
    program::settle_for_others(t);
    cuda::show(*t.storage());
    const auto address = reinterpret_cast<uintptr_t>(t.numel() ? t.data() : nullptr);
    PyObject* layout = t.is_contiguous() ? Ref::borrow(Py_None).release() : make_int_tuple(strides);
    return Py_BuildValue("{s:N,s:s,s:N,s:(KN),s:i,s:n}", "shape", make_int_tuple(t.sizes()), "typestr",
                         ("<" + std::string(code)).c_str(), "strides", layout, "data",
                         static_cast<unsigned long long>(address), PyBool_FromLong(t.storage()->read_only()), "version",
                         3, "stream", static_cast<Py_ssize_t>(interop::consumer_stream(t.device().index)));
  });
}

}  // namespace

bool offers_cuda_array(PyObject* o) {
  return !is_tensor(o) && PyObject_HasAttrString(reinterpret_cast<PyObject*>(Py_TYPE(o)), kName) == 1 &&
         PyObject_HasAttrString(o, kName) == 1;  // PyTorch's tensors have it on CUDA only
}

Tensor tensor_from_cuda_array(PyObject* o) {
  const Ref dict = Ref::steal(PyObject_GetAttrString(o, kName));
  VT_CHECK(PyDict_Check(dict.get()), Type, kName, ": expected a dict, got ", type_name_of(dict.get()));
  const int64_t version = integer(entry(dict.get(), "version"), "version");
  VT_CHECK(version >= 2 && version <= 3, Buffer, kName, ": expected version 2 or 3, got ", version);
  PyObject* mask = entry(dict.get(), "mask");
  VT_CHECK(!mask || mask == Py_None, Buffer, kName, ": masked arrays are not supported");
  DimVec sizes = integers(entry(dict.get(), "shape"), "shape"), strides;
  const interop::DLDataType element = element_of(entry(dict.get(), "typestr"));
  PyObject* steps = entry(dict.get(), "strides");
  if (steps && steps != Py_None) {
    strides = integers(steps, "strides");
    VT_CHECK(strides.size() == sizes.size(), Buffer, kName, ": expected ", sizes.size(), " strides, got ",
             strides.size());
    for (size_t i = 0; i < strides.size(); ++i) {
      const int64_t bytes = element.bits / 8;
      VT_CHECK(sizes[i] < 2 || strides[i] % bytes == 0, Buffer, kName, ": expected strides that are multiples of ",
               bytes, " bytes, got ", strides);
      strides[i] /= bytes;
    }
  }
  PyObject* data = entry(dict.get(), "data");
  VT_CHECK(data && PyTuple_Check(data) && PyTuple_Size(data) == 2, Type, kName,
           ": expected data to be tuple of an address and whether it is read-only");
  const uintptr_t address = PyLong_AsSize_t(PyTuple_GetItem(data, 0));
  if (PyErr_Occurred()) throw PythonErrorSet{};
  const int read_only = PyObject_IsTrue(PyTuple_GetItem(data, 1));
  if (read_only < 0) throw PythonErrorSet{};
  VT_CHECK(has_backend(DeviceType::CUDA), Buffer, kName, ": there is no CUDA device");
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  void* const at = reinterpret_cast<void*>(address);
  const int holder = address ? cuda::device_api().device_of(at) : backend(DeviceType::CUDA).current_device();
  VT_CHECK(holder >= 0, Buffer, kName, ": expected the address of memory on a CUDA device");
  const interop::CheckedDLTensor checked = interop::check({at,
                                                           {interop::kDLCUDAManaged, holder},
                                                           static_cast<int32_t>(sizes.size()),
                                                           element,
                                                           sizes.data(),
                                                           strides.empty() ? nullptr : strides.data(),
                                                           0},
                                                          read_only != 0);
  Tensor t = interop::adopt(checked, Ref::borrow(o).release(), release_owner);
  PyObject* stream = entry(dict.get(), "stream");
  if (stream && stream != Py_None) {
    const int64_t number = integer(stream, "stream");
    VT_CHECK(number > 0, Buffer, kName, ": expected stream to be 1, 2 or a handle, got ", number);
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    interop::take_over(t, reinterpret_cast<void*>(number));
  }
  return t;
}

void add_cuda_array_getter(std::vector<PyGetSetDef>& getset) {
  getset.push_back({kName, describe, nullptr, "Where the elements are, as the CUDA array interface has it.", nullptr});
}

}  // namespace vt::python
