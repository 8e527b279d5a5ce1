// torch.autograd.graph.saved_tensors_hooks: what Python functions keep in the place of tensors saved for backward.
#include "autograd/saved_tensor.h"
#include "bindings/python/module.h"
#include "bindings/python/tensor_object.h"
#include "core/thread_state.h"

namespace nb = nanobind;

namespace vt::python {
namespace {

class PackedByPython final : public autograd::PackedTensor {
 public:
  PackedByPython(Ref packed, Ref unpack) : packed_(std::move(packed)), unpack_(std::move(unpack)) {}
  ~PackedByPython() override {
    if (!Py_IsInitialized()) {
      (void)packed_.release();
      (void)unpack_.release();
      return;
    }
    const WithGil gil;
    packed_ = Ref();
    unpack_ = Ref();
  }
  Tensor unpack() override {
    const WithGil gil;
    const Ref result = call(unpack_.get(), packed_.get());
    VT_CHECK(is_tensor(result.get()), Type,
             "Output of saved tensor unpack_hook expected to be a Tensor but got result of type ",
             type_name_of(result.get()));
    return tensor_of(result.get());
  }

  static Ref call(PyObject* function, PyObject* argument) {
    PyObject* result = outlive_exit([&] { return PyObject_CallFunctionObjArgs(function, argument, nullptr); });
    if (!result) throw PythonException();
    return Ref::steal(result);
  }

 private:
  Ref packed_, unpack_;
};

// The hooks that this thread has entered, innermost last: a list of (pack, unpack); null before there are any.
thread_local PyObject* entered = nullptr;

intrusive_ptr<autograd::PackedTensor> pack(const Tensor& t) {
  if (!entered) return nullptr;
  const WithGil gil;
  const Py_ssize_t n = PyList_Size(entered);
  if (n == 0) return nullptr;
  const Ref pair = Ref::borrow(PyList_GetItem(entered, n - 1));
  const Ref argument = Ref::steal(wrap(t));
  Ref packed = PackedByPython::call(PyTuple_GetItem(pair.get(), 0), argument.get());
  return make_intrusive<PackedByPython>(std::move(packed), Ref::borrow(PyTuple_GetItem(pair.get(), 1)));
}

}  // namespace

void bind_saved_tensor_hooks(nb::module_& m) {
  autograd::set_pack_hook(pack);
  m.def("push_saved_tensor_hooks", [](nb::handle pack_hook, nb::handle unpack_hook) {
    if (!entered) entered = Ref::steal(PyList_New(0)).release();
    const Ref pair = Ref::steal(PyTuple_Pack(2, pack_hook.ptr(), unpack_hook.ptr()));
    if (PyList_Append(entered, pair.get()) < 0) throw PythonErrorSet{};
    autograd::count_entered_hooks(1);
  });
  m.def("pop_saved_tensor_hooks", [] {
    const Py_ssize_t n = entered ? PyList_Size(entered) : 0;
    VT_CHECK(n > 0, Runtime, "no hooks of saved tensors are entered on this thread");
    if (PyList_SetSlice(entered, n - 1, n, nullptr) < 0) throw PythonErrorSet{};
    autograd::count_entered_hooks(-1);
  });
}

}  // namespace vt::python
