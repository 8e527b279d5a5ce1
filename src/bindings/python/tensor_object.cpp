#include "bindings/python/tensor_object.h"

#include <cstddef>
#include <vector>

#include "bindings/python/cuda_array.h"
#include "bindings/python/dlpack_exchange.h"
#include "bindings/python/node_object.h"
#include "bindings/python/tensor_slots.h"
#include "bindings/python/torch_dispatch.h"

namespace vt::python {

PyTypeObject* tensor_type = nullptr;

namespace {

TensorObject* object_of(PyObject* o) { return reinterpret_cast<TensorObject*>(o); }

bool carries_state(TensorObject* self) {
  if (Py_TYPE(reinterpret_cast<PyObject*>(self)) != tensor_type) return true;
  return self->dict && PyDict_Size(self->dict) > 0;
}

// Moves what a dying object carries to one that its TensorImpl owns (Note [Who owns whom]).
void hand_over_state(TensorObject* self) {
  PyObject* heir = PyType_GenericAlloc(Py_TYPE(reinterpret_cast<PyObject*>(self)), 0);
  if (!heir) {
    PyErr_Clear();  // out of memory: the attributes are lost, the tensor is not
    return;
  }
  TensorObject* to = object_of(heir);
  to->impl = self->impl;
  to->dict = std::exchange(self->dict, nullptr);
  to->impl->set_frontend_object(heir);
  to->impl->set_owns_frontend_object(true);
  self->impl = nullptr;
  to->impl->release();  // may be the last one: then the heir dies here too
}

void finalize(PyObject* o) {
  TensorObject* self = object_of(o);
  TensorImpl* impl = self->impl;
  if (!impl || impl->owns_frontend_object() || impl->use_count() == 1 || !carries_state(self)) return;
  PyObject *type, *value, *traceback;  // a finalizer leaves the current error alone
  PyErr_Fetch(&type, &value, &traceback);
  hand_over_state(self);
  PyErr_Restore(type, value, traceback);
}

void dealloc(PyObject* o) {
  TensorObject* self = object_of(o);
  PyTypeObject* type = Py_TYPE(o);
  PyObject_GC_UnTrack(o);
  if (VT_UNLIKELY(self->dict != nullptr) && type == tensor_type) finalize(o);  // subclasses: called by the interpreter
  if (self->weakrefs) PyObject_ClearWeakRefs(o);
  if (TensorImpl* impl = std::exchange(self->impl, nullptr)) {
    impl->set_frontend_object(nullptr);
    impl->release();
  }
  Py_CLEAR(self->dict);
  PyObject_GC_Del(o);
  Py_DECREF(type);
}

int traverse(PyObject* o, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(o));
  Py_VISIT(object_of(o)->dict);
  TensorImpl* impl = object_of(o)->impl;  // Note [Cycles through the graph]
  return impl ? visit_graph_references(impl, visit, arg) : 0;
}

int clear(PyObject* o) {
  Py_CLEAR(object_of(o)->dict);
  if (TensorImpl* impl = object_of(o)->impl) clear_graph_references(impl);
  return 0;
}

void track(PyObject* o) {
  if (object_of(o)->dict) track_tensor(o);
}

int set_attribute(PyObject* o, PyObject* name, PyObject* value) {
  const int status = PyObject_GenericSetAttr(o, name, value);
  track(o);
  return status;
}

PyObject* get_dict(PyObject* o, void*) {
  TensorObject* self = object_of(o);
  if (!self->dict && !(self->dict = PyDict_New())) return nullptr;
  track(o);
  Py_INCREF(self->dict);
  return self->dict;
}

int set_dict(PyObject* o, PyObject* value, void*) {
  if (!value || !PyDict_Check(value)) {
    PyErr_SetString(PyExc_TypeError, "__dict__ must be set to a dictionary");
    return -1;
  }
  Py_INCREF(value);
  Py_XDECREF(std::exchange(object_of(o)->dict, value));
  track(o);
  return 0;
}

// A TensorImpl that owns its object dies, on whichever thread.
void release_object(void* object) noexcept {
  if (!Py_IsInitialized()) return;
  const WithGil gil;
  PyObject* o = static_cast<PyObject*>(object);
  object_of(o)->impl = nullptr;
  const Ref dropped = Ref::steal(o);
}

}  // namespace

void track_tensor(PyObject* o) {
  if (!PyObject_GC_IsTracked(o)) PyObject_GC_Track(o);
}

PyObject* wrap(Tensor t) {
  if (VT_UNLIKELY(!t.defined())) Py_RETURN_NONE;
  TensorImpl* impl = t.impl();
  if (void* existing = impl->frontend_object()) {
    PyObject* o = static_cast<PyObject*>(existing);
    if (VT_UNLIKELY(impl->owns_frontend_object())) {
      impl->set_owns_frontend_object(false);  // the impl's reference to the object becomes the caller's
      (void)t.detach_impl();                  // and the handle's reference to the impl becomes the object's
    } else {
      Py_INCREF(o);
    }
    return o;
  }
  TensorObject* self = PyObject_GC_New(TensorObject, tensor_type);
  if (VT_UNLIKELY(!self)) throw PythonErrorSet{};
  self->dict = nullptr;
  self->weakrefs = nullptr;
  self->impl = t.detach_impl();
  impl->set_frontend_object(self);
  return reinterpret_cast<PyObject*>(self);
}

PyObject* wrap_as(PyTypeObject* type, Tensor t) {
  if (type == tensor_type) return wrap(std::move(t));
  VT_ASSERT(!t.impl()->frontend_object(), "the tensor has an object already");
  Ref o = Ref::steal(PyType_GenericAlloc(type, 0));
  if (type_answers(type)) t.impl()->set_key(Key::Python, true);
  TensorImpl* impl = t.detach_impl();
  object_of(o.get())->impl = impl;
  impl->set_frontend_object(o.get());
  return o.release();
}

const Tensor& expect_tensor(PyObject* o, const char* what) {
  VT_CHECK(is_tensor(o), Type, what, " must be Tensor, not ", type_name_of(o));
  return tensor_of(o);
}

void init_tensor_type(PyObject* module) {
  static PyMemberDef members[] = {
      {"__dictoffset__", T_PYSSIZET, offsetof(TensorObject, dict), READONLY, nullptr},
      {"__weaklistoffset__", T_PYSSIZET, offsetof(TensorObject, weakrefs), READONLY, nullptr},
      {nullptr, 0, 0, 0, nullptr},
  };
  std::vector<PyGetSetDef> getset = {{"__dict__", get_dict, set_dict, nullptr, nullptr}};
  std::vector<PyMethodDef> methods;
  std::vector<PyType_Slot> slots = {
      {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
      {Py_tp_finalize, reinterpret_cast<void*>(finalize)},
      {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
      {Py_tp_clear, reinterpret_cast<void*>(clear)},
      {Py_tp_members, members},
      {Py_tp_setattro, reinterpret_cast<void*>(set_attribute)},
  };
  add_operator_slots(slots);
  add_index_slots(slots);
  add_constructor_slots(slots, methods);
  add_getters(getset);
  add_methods(methods);
  add_array_methods(methods);
  add_cuda_array_getter(getset);
  add_autograd_methods(methods, getset);
  getset.push_back({nullptr, nullptr, nullptr, nullptr, nullptr});
  methods.push_back({nullptr, nullptr, 0, nullptr});
  // The type keeps pointers into both tables for as long as the process lives.
  slots.push_back({Py_tp_getset, (new std::vector<PyGetSetDef>(getset))->data()});
  slots.push_back({Py_tp_methods, (new std::vector<PyMethodDef>(methods))->data()});
  slots.push_back({0, nullptr});
  PyType_Spec spec = {"torch.Tensor", sizeof(TensorObject), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, slots.data()};
  tensor_type = make_type(module, spec);
  add_exchange_table(reinterpret_cast<PyObject*>(tensor_type));
  TensorImpl::set_frontend_release(release_object);
}

}  // namespace vt::python
