// DLPack: capsules out and in. The structs are the specification's, version 1.0.
#include <memory>

#include "bindings/python/array.h"
#include "bindings/python/small_types.h"
#include "bindings/python/tensor_object.h"
#include "ops/typed/copy.h"

namespace vt::python {
namespace {

struct DLDevice {
  int32_t type;
  int32_t id;
};
constexpr int32_t kDLCPU = 1, kDLCUDA = 2, kDLCUDAHost = 3, kDLCUDAManaged = 13;

struct DLDataType {
  uint8_t code;
  uint8_t bits;
  uint16_t lanes;
};
constexpr uint8_t kDLInt = 0, kDLUInt = 1, kDLFloat = 2, kDLBfloat = 4, kDLComplex = 5, kDLBool = 6;

struct DLTensor {
  void* data;
  DLDevice device;
  int32_t ndim;
  DLDataType dtype;
  int64_t* shape;
  int64_t* strides;  // null: row-major
  uint64_t byte_offset;
};

// What a capsule named "dltensor" holds.
struct DLManagedTensor {
  DLTensor tensor;
  void* manager_ctx;
  void (*deleter)(DLManagedTensor* self);
};
// What one named "dltensor_versioned" holds.
struct DLManagedTensorVersioned {
  struct {
    uint32_t major, minor;
  } version;
  void* manager_ctx;
  void (*deleter)(DLManagedTensorVersioned* self);
  uint64_t flags;  // bit 0: read-only
  DLTensor tensor;
};
constexpr uint64_t kDLReadOnly = 1;

DLDataType to_dl(DType d) {
  const auto bits = static_cast<uint8_t>(8 * size_of(d));
  switch (category(d)) {
    case DTypeCategory::Bool: return {kDLBool, bits, 1};
    case DTypeCategory::Integral: return {is_signed(d) ? kDLInt : kDLUInt, bits, 1};
    case DTypeCategory::Floating: return {d == DType::bfloat16 ? kDLBfloat : kDLFloat, bits, 1};
    default: return {kDLComplex, bits, 1};
  }
}

DType from_dl(DLDataType t) {
  VT_CHECK(t.lanes == 1, Buffer, "DLPack: expected elements of 1 lane, got ", t.lanes);
  for (int i = 0; i < kNumDTypes; ++i) {
    const DLDataType mine = to_dl(static_cast<DType>(i));
    if (mine.code == t.code && mine.bits == t.bits) return static_cast<DType>(i);
  }
  VT_THROW(Buffer, "DLPack: unsupported element type (code ", static_cast<int>(t.code), ", ", static_cast<int>(t.bits),
           " bits)");
}

DLDevice to_dl(Device d) { return d.is_cuda() ? DLDevice{kDLCUDA, d.index} : DLDevice{kDLCPU, 0}; }

// Keeps the tensor and its geometry alive for the consumer.
struct Exported {
  Tensor tensor;
  DimVec sizes, strides;
  DLManagedTensor managed;
};

void delete_exported(DLManagedTensor* m) { delete static_cast<Exported*>(m->manager_ctx); }

void delete_unused_capsule(PyObject* capsule) {
  if (!PyCapsule_IsValid(capsule, "dltensor")) return;  // consumed: the consumer deletes
  auto* m = static_cast<DLManagedTensor*>(PyCapsule_GetPointer(capsule, "dltensor"));
  m->deleter(m);
}

// Frees imported memory through the producer's deleter.
template <class Managed>
void release_imported(void*, void* context, size_t) noexcept {
  const WithGil gil;
  auto* m = static_cast<Managed*>(context);
  if (m->deleter) m->deleter(m);
}

template <class Managed>
Tensor import_capsule(PyObject* capsule, const char* name, const char* used_name) {
  auto* m = static_cast<Managed*>(PyCapsule_GetPointer(capsule, name));
  if (!m) throw PythonErrorSet{};
  const DLTensor& t = m->tensor;
  Device device = kCPU;
  if (t.device.type == kDLCUDA || t.device.type == kDLCUDAManaged) {
    device = resolve_device(Device{DeviceType::CUDA, static_cast<int8_t>(t.device.id)});
  } else {
    VT_CHECK(t.device.type == kDLCPU || t.device.type == kDLCUDAHost, Buffer, "DLPack: unsupported device type ",
             t.device.type);
  }
  VT_CHECK(t.ndim >= 0 && t.ndim <= 64, Buffer, "DLPack: expected at most 64 dimensions, got ", t.ndim);
  const DType dtype = from_dl(t.dtype);
  const DimVec sizes(IntSpan(t.shape, static_cast<size_t>(t.ndim)));
  checked_numel(sizes);
  DimVec strides = t.strides ? DimVec(IntSpan(t.strides, static_cast<size_t>(t.ndim))) : contiguous_strides(sizes);
  for (size_t i = 0; i < sizes.size(); ++i) {
    VT_CHECK(strides[i] >= 0 || sizes[i] < 2, Buffer, "DLPack: negative strides are not supported, got ", strides);
    if (sizes[i] < 2) strides[i] = 1;
  }
  const int64_t extent = checked_mul(view_extent(sizes, strides, 0), static_cast<int64_t>(size_of(dtype)));
  bool read_only = false;
  if constexpr (std::is_same_v<Managed, DLManagedTensorVersioned>) {
    VT_CHECK(m->version.major == 1, Buffer, "DLPack: expected major version 1, got ", m->version.major);
    read_only = (m->flags & kDLReadOnly) != 0;
  }
  void* data = static_cast<char*>(t.data) + t.byte_offset;
  Tensor result = from_memory({data, m, release_imported<Managed>}, static_cast<size_t>(extent), dtype, sizes, strides,
                              device, read_only);
  if (PyCapsule_SetName(capsule, used_name) < 0) throw PythonErrorSet{};
  return result;
}

}  // namespace

Tensor tensor_from_dlpack(PyObject* o) {
  const Ref capsule = PyCapsule_CheckExact(o) ? Ref::borrow(o) : [&] {
    VT_CHECK(PyObject_HasAttrString(o, "__dlpack__") == 1, Runtime,
             "from_dlpack: expected a capsule or an object with __dlpack__, got ", type_name_of(o));
    return Ref::steal(PyObject_CallMethod(o, "__dlpack__", nullptr));
  }();
  if (PyCapsule_IsValid(capsule.get(), "dltensor_versioned")) {
    return import_capsule<DLManagedTensorVersioned>(capsule.get(), "dltensor_versioned", "used_dltensor_versioned");
  }
  VT_CHECK(PyCapsule_IsValid(capsule.get(), "dltensor"), Runtime,
           "from_dlpack received an invalid capsule. Note that DLTensor capsules can be consumed only once, so you "
           "might have "
           "already constructed a tensor from it once.");
  return import_capsule<DLManagedTensor>(capsule.get(), "dltensor", "used_dltensor");
}

// __dlpack__(*, stream=None, max_version=None, dl_device=None, copy=None)
PyObject* dlpack_method(PyObject* self, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    static const char* names[] = {"stream", "max_version", "dl_device", "copy", nullptr};
    PyObject *stream = Py_None, *max_version = Py_None, *dl_device = Py_None, *copy = Py_None;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$OOOO:__dlpack__", const_cast<char**>(names), &stream,
                                     &max_version, &dl_device, &copy)) {
      throw PythonErrorSet{};
    }
    Tensor t = tensor_of(self);
    VT_CHECK(!t.requires_grad(), Buffer, "Can't export tensors that require gradient, use tensor.detach()");
    VT_CHECK(!t.storage()->read_only(), Buffer, "Can't export read-only memory; clone() the tensor first");
    VT_CHECK(dl_device == Py_None || PyTuple_Check(dl_device), Type,
             "__dlpack__(): argument 'dl_device' must be tuple, not ", type_name_of(dl_device));
    if (dl_device != Py_None) {
      const long type = PyLong_AsLong(PyTuple_GetItem(dl_device, 0));
      VT_CHECK(type == to_dl(t.device()).type, Buffer, "__dlpack__: cannot export to another device, the tensor is on ",
               t.device());
    }
    if (copy == Py_True) {
      t = ops::clone(t);
    }
    // The consumer orders itself after this stream's work; -1 asks for none.
    const bool unordered = PyLong_Check(stream) && PyLong_AsLong(stream) == -1;
    if (t.is_cuda() && !unordered) {
      const WithoutGil waiting;
      backend(DeviceType::CUDA).synchronize(t.device().index);
    }
    auto e = std::make_unique<Exported>();
    e->tensor = t;
    e->sizes = DimVec(t.sizes());
    e->strides = DimVec(t.strides());
    e->managed = {{t.data(), to_dl(t.device()), static_cast<int32_t>(t.dim()), to_dl(t.dtype()), e->sizes.data(),
                   e->strides.data(), 0},
                  e.get(),
                  delete_exported};
    PyObject* capsule = PyCapsule_New(&e->managed, "dltensor", delete_unused_capsule);
    if (!capsule) throw PythonErrorSet{};
    (void)e.release();
    return capsule;
  });
}

PyObject* dlpack_device_method(PyObject* self, PyObject*) {
  const DLDevice d = to_dl(tensor_of(self).device());
  return Py_BuildValue("(ii)", d.type, d.id);
}

}  // namespace vt::python
