// Attributes of Tensor that are not about gradients.
#include <atomic>

#include "bindings/python/op_function.h"
#include "bindings/python/small_types.h"
#include "bindings/python/tensor_object.h"
#include "bindings/python/tensor_slots.h"
#include "bindings/python/warning.h"

namespace vt::python {
namespace {

PyObject* shape(PyObject* o, void*) {
  return guarded([&] { return make_size(tensor_of(o).sizes()); });
}
PyObject* dtype(PyObject* o, void*) { return Ref::borrow(dtype_object(tensor_of(o).dtype())).release(); }
PyObject* device(PyObject* o, void*) {
  return guarded([&] { return make_device(tensor_of(o).device()); });
}
PyObject* layout(PyObject* o, void*) { return Ref::borrow(layout_object(layout_of(tensor_of(o)))).release(); }
template <Layout wanted>
PyObject* has_layout(PyObject* o, void*) {
  return PyBool_FromLong(layout_of(tensor_of(o)) == wanted);
}
PyObject* ndim(PyObject* o, void*) { return PyLong_FromLongLong(tensor_of(o).dim()); }
PyObject* itemsize(PyObject* o, void*) { return PyLong_FromSize_t(tensor_of(o).element_size()); }
PyObject* nbytes(PyObject* o, void*) {
  return guarded([&] {
    return PyLong_FromLongLong(checked_mul(tensor_of(o).numel(), static_cast<int64_t>(tensor_of(o).element_size())));
  });
}
PyObject* is_cuda(PyObject* o, void*) { return PyBool_FromLong(tensor_of(o).is_cuda()); }
PyObject* is_cpu(PyObject* o, void*) { return PyBool_FromLong(tensor_of(o).is_cpu()); }
PyObject* is_meta(PyObject* o, void*) { return PyBool_FromLong(tensor_of(o).device().type == DeviceType::Meta); }
PyObject* version(PyObject* o, void*) {
  return guarded([&] {
    VT_CHECK(!impl_of(o)->is_inference(), Runtime, "Inference tensors do not track version counter.");
    return PyLong_FromUnsignedLong(impl_of(o)->version());
  });
}
PyObject* base(PyObject* o, void*) {
  return guarded([&] { return wrap(Tensor(impl_of(o)->view_base())); });
}
PyObject* always_false(PyObject*, void*) { Py_RETURN_FALSE; }

PyObject* call_op(const char* name, PyObject* o) {
  PyObject* args[] = {o};
  return invoke(entry_of(name), {args, 1, nullptr, CallStyle::Method});
}
PyObject* by_op(PyObject* o, void* name) {
  return guarded([&] { return call_op(static_cast<const char*>(name), o); });
}

// All dims reversed.
PyObject* transposed(PyObject* o, void*) {
  return guarded([&] {
    const int64_t n = tensor_of(o).dim();
    static std::atomic<bool> warned{false};
    if (VT_UNLIKELY(n != 2 && n != 0) && !warned.exchange(true)) {
      warn_user(
          "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated; write x.mT to "
          "exchange the last two dims, or x.permute(*range(x.ndim)[::-1]) to reverse them all");
    }
    DimVec dims;
    for (int64_t d = n - 1; d >= 0; --d) dims.push_back(d);
    const Ref tuple = Ref::steal(make_int_tuple(dims));
    PyObject* args[] = {o, tuple.get()};
    return invoke(entry_of("permute"), {args, 2, nullptr, CallStyle::Method});
  });
}
// The last two dims exchanged.
PyObject* matrix_transposed(PyObject* o, void* name) {
  return guarded([&] {
    const Tensor& t = tensor_of(o);
    VT_CHECK(t.dim() >= 2, Runtime, "tensor.", static_cast<const char*>(name),
             " is only supported on matrices or batches of matrices. Got ", t.dim(), "-D tensor.");
    const Ref second = Ref::steal(PyLong_FromLong(-2)), last = Ref::steal(PyLong_FromLong(-1));
    PyObject* args[] = {o, second.get(), last.get()};
    return invoke(entry_of("transpose"), {args, 3, nullptr, CallStyle::Method});
  });
}

PyObject* real(PyObject* o, void*) {
  return guarded([&] {
    if (!is_complex(tensor_of(o).dtype())) return Ref::borrow(o).release();
    return call_op("real", o);
  });
}

}  // namespace

void add_getters(std::vector<PyGetSetDef>& getset) {
  auto constant = [](const char* s) { return const_cast<void*>(static_cast<const void*>(s)); };
  getset.insert(getset.end(),
                {{"shape", shape, nullptr, "The sizes, as a torch.Size.", nullptr},
                 {"dtype", dtype, nullptr, "The element type.", nullptr},
                 {"device", device, nullptr, "Where the memory is.", nullptr},
                 {"layout", layout, nullptr, "How the elements are kept: torch.strided, sparse_coo, ...", nullptr},
                 {"ndim", ndim, nullptr, "The number of dimensions.", nullptr},
                 {"itemsize", itemsize, nullptr, "Bytes per element.", nullptr},
                 {"nbytes", nbytes, nullptr, "Bytes of all elements.", nullptr},
                 {"is_cuda", is_cuda, nullptr, nullptr, nullptr},
                 {"is_cpu", is_cpu, nullptr, nullptr, nullptr},
                 {"is_sparse", has_layout<Layout::SparseCoo>, nullptr, "Whether the layout is sparse_coo.", nullptr},
                 {"is_sparse_csr", has_layout<Layout::SparseCsr>, nullptr, nullptr, nullptr},
                 {"is_quantized", always_false, nullptr, nullptr, nullptr},
                 {"is_meta", is_meta, nullptr, nullptr, nullptr},
                 {"is_mkldnn", always_false, nullptr, nullptr, nullptr},
                 {"is_nested", always_false, nullptr, nullptr, nullptr},
                 {"_version", version, nullptr, "How often the memory was written to in place.", nullptr},
                 {"_base", base, nullptr, "The tensor this one is a view of, or None.", nullptr},
                 {"T", transposed, nullptr, "All dims reversed.", nullptr},
                 {"mT", matrix_transposed, nullptr, "The last two dims exchanged.", constant("mT")},
                 {"H", by_op, nullptr, "The conjugate transpose of a matrix.", constant("adjoint")},
                 {"mH", by_op, nullptr, "The last two dims exchanged, conjugated.", constant("adjoint")},
                 {"real", real, nullptr, "The real part.", nullptr},
                 {"imag", by_op, nullptr, "The imaginary part.", constant("imag")}});
}

}  // namespace vt::python
