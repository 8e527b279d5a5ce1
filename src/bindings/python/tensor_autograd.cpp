// What a Tensor shows of autograd: requires_grad, grad, grad_fn, hooks, data.
#include "autograd/autograd.h"
#include "bindings/python/node_object.h"
#include "bindings/python/number.h"
#include "bindings/python/tensor_object.h"
#include "bindings/python/tensor_slots.h"
#include "bindings/python/torch_function.h"
#include "bindings/python/warning.h"
#include "core/transform.h"
#include "ops/typed/copy.h"

namespace vt::python {
namespace {

PyObject* get_requires_grad(PyObject* o, void*) { return PyBool_FromLong(tensor_of(o).requires_grad()); }
int set_requires_grad(PyObject* o, PyObject* value, void*) {
  return guarded_int([&] {
    bool on;
    VT_CHECK(value && bool_from(value, on), Runtime, "requires_grad must be a bool");
    autograd::set_requires_grad(tensor_of(o), on);
  });
}
PyObject* requires_grad_method(PyObject* o, PyObject* args, PyObject* kwargs) {
  return guarded([&] {
    static const char* names[] = {"requires_grad", nullptr};
    PyObject* value = Py_True;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:requires_grad_", const_cast<char**>(names), &value)) {
      throw PythonErrorSet{};
    }
    bool on;
    VT_CHECK(bool_from(value, on), Type, "requires_grad_(): argument 'requires_grad' (position 1) must be bool, not ",
             type_name_of(value));
    autograd::set_requires_grad(tensor_of(o), on);
    return Ref::borrow(o).release();
  });
}

PyObject* get_grad(PyObject* o, void*) {
  return guarded([&] {
    const Tensor& t = tensor_of(o);
    const Tensor grad = autograd::grad(t);
    if (VT_UNLIKELY(!grad.defined() && t.requires_grad()) && !autograd::is_leaf(t) && !autograd::meta(t).retain) {
      warn_user(
          "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
          "populated during autograd.backward(). Call retain_grad() on it before backward() if its gradient is "
          "wanted; if a leaf's is, the wrong tensor was asked.");
    }
    return wrap(grad);
  });
}
int set_grad(PyObject* o, PyObject* value, void*) {
  return guarded_int([&] {
    const bool none = !value || value == Py_None;
    VT_CHECK(none || is_tensor(value), Type, "assigned grad expected to be a Tensor or None but got grad of type ",
             none ? "" : type_name_of(value));
    autograd::set_grad(tensor_of(o), none ? Tensor() : tensor_of(value));
  });
}

PyObject* get_grad_fn(PyObject* o, void*) {
  return guarded([&] { return wrap_grad_fn(o); });
}
PyObject* backward_hooks(PyObject* o, void*) {
  return guarded([&] { return tensor_hooks(tensor_of(o)); });
}
PyObject* is_leaf(PyObject* o, void*) {
  return guarded([&] { return PyBool_FromLong(autograd::is_leaf(tensor_of(o))); });
}
PyObject* output_number(PyObject* o, void*) {
  return guarded([&] {
    const auto* m = autograd::meta_if_any(tensor_of(o));
    return PyLong_FromUnsignedLong(m ? m->output_number : 0);
  });
}
PyObject* retains_grad(PyObject* o, void*) {
  return guarded([&] {
    const auto* m = autograd::meta_if_any(tensor_of(o));
    return PyBool_FromLong(m && m->retain && !autograd::is_leaf(tensor_of(o)));
  });
}

// A detached tensor over the same memory whose writes autograd does not see.
PyObject* get_data(PyObject* o, void*) {
  return guarded([&] {
    const Tensor& t = tensor_of(o);
    return wrap(is_wrapped(t) ? ops::detach(t) : make_detached(t, true));
  });
}
int set_data(PyObject* o, PyObject* value, void*) {
  return guarded_int([&] {
    VT_CHECK(value && is_tensor(value), Type, "Variable data has to be a tensor, but got ",
             value ? type_name_of(value) : "None");
    autograd::set_data(tensor_of(o), tensor_of(value));
  });
}

PyObject* retain_grad(PyObject* o, PyObject*) {
  return guarded([&] {
    autograd::retain_grad(tensor_of(o));
    Py_RETURN_NONE;
  });
}
PyObject* detach_in_place(PyObject* o, PyObject*) {
  return guarded([&] {
    autograd::detach_inplace(tensor_of(o));
    return Ref::borrow(o).release();
  });
}

PyObject* register_hook(PyObject* o, PyObject* hook) {
  return guarded([&] {
    VT_CHECK(PyCallable_Check(hook), Type, "register_hook(): hook must be callable, not ", type_name_of(hook));
    const Tensor t = tensor_of(o);
    const auto made = make_tensor_hook(hook);
    autograd::add_tensor_hook(t, made);
    track_tensor(o);
    return make_hook_handle(made);
  });
}

PyObject* register_post_accumulate_grad_hook(PyObject* o, PyObject* hook) {
  return guarded([&] {
    const Tensor t = tensor_of(o);
    VT_CHECK(PyCallable_Check(hook), Type, "register_post_accumulate_grad_hook(): hook must be callable, not ",
             type_name_of(hook));
    VT_CHECK(t.requires_grad(), Runtime, "cannot register a hook on a tensor that doesn't require gradient");
    VT_CHECK(autograd::is_leaf(t), Runtime, "post accumulate grad hooks cannot be registered on non-leaf tensors");
    const auto made = make_leaf_hook(hook, t.impl());
    autograd::meta(t).post_accumulate_hooks.add(made);
    track_tensor(o);
    return make_hook_handle(made);
  });
}

}  // namespace

void add_autograd_methods(std::vector<PyMethodDef>& methods, std::vector<PyGetSetDef>& getset) {
  getset.insert(getset.end(),
                {settable_attribute<"requires_grad", get_requires_grad, set_requires_grad>(),
                 settable_attribute<"grad", get_grad, set_grad>("The gradient accumulated by backward, or None."),
                 attribute<"grad_fn", get_grad_fn>("The node that made the tensor, or None."),
                 attribute<"_backward_hooks", backward_hooks>("What register_hook was given."),
                 attribute<"is_leaf", is_leaf>(), attribute<"output_nr", output_number>(),
                 attribute<"retains_grad", retains_grad>(), settable_attribute<"data", get_data, set_data>()});
  methods.insert(methods.end(),
                 {keyword_method<"requires_grad_", requires_grad_method>(),
                  method<"retain_grad", retain_grad>("Keeps the gradient of a tensor that is no leaf."),
                  method<"detach_", detach_in_place>("Forgets the tensor's history."),
                  method_of_one<"register_hook", register_hook>(
                      "Calls hook(gradient) in backward; what it returns replaces the gradient."),
                  method_of_one<"register_post_accumulate_grad_hook", register_post_accumulate_grad_hook>(
                      "Calls hook(tensor) after its .grad was added to.")});
}

}  // namespace vt::python
