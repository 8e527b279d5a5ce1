// Attributes of Tensor that are not about gradients.
#include <atomic>

#include "bindings/python/op_function.h"
#include "bindings/python/small_types.h"
#include "bindings/python/tensor_object.h"
#include "bindings/python/tensor_slots.h"
#include "bindings/python/torch_function.h"
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
    if (t.dim() == 0) return Py_NewRef(o);
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
  getset.insert(getset.end(),
                {attribute<"shape", shape>("The sizes, as a torch.Size."),
                 attribute<"dtype", dtype>("The element type."),
                 attribute<"device", device>("Where the memory is."),
                 attribute<"layout", layout>("How the elements are kept: torch.strided, sparse_coo, ..."),
                 attribute<"ndim", ndim>("The number of dimensions."),
                 attribute<"itemsize", itemsize>("Bytes per element."),
                 attribute<"nbytes", nbytes>("Bytes of all elements."),
                 attribute<"is_cuda", is_cuda>(),
                 attribute<"is_cpu", is_cpu>(),
                 attribute<"is_sparse", has_layout<Layout::SparseCoo>>("Whether the layout is sparse_coo."),
                 attribute<"is_sparse_csr", has_layout<Layout::SparseCsr>>(),
                 attribute<"is_quantized", always_false>(),
                 attribute<"is_meta", is_meta>(),
                 attribute<"is_mkldnn", always_false>(),
                 attribute<"is_nested", always_false>(),
                 attribute<"_version", version>("How often the memory was written to in place."),
                 attribute<"_base", base>("The tensor this one is a view of, or None."),
                 attribute<"T", transposed>("All dims reversed."),
                 attribute<"mT", matrix_transposed>("The last two dims exchanged.", "mT"),
                 attribute<"H", by_op>("The conjugate transpose of a matrix.", "adjoint"),
                 attribute<"mH", by_op>("The last two dims exchanged, conjugated.", "adjoint"),
                 attribute<"real", real>("The real part."),
                 attribute<"imag", by_op>("The imaginary part.", "imag")});
}

}  // namespace vt::python
