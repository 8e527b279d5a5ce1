// The Python object of a tensor: one per TensorImpl while it is alive.
//
// Note [Who owns whom]
// The Python object owns its TensorImpl, which points back without owning. When the last Python reference goes while
// C++ still holds the tensor (a parameter inside a graph, say) and the object carries something of its own (attributes,
// a subclass), its contents move to a new object that the TensorImpl owns, so that the next look-up finds the
// attributes and type again; that look-up turns ownership round once more.
#pragma once

#include "bindings/python/object.h"
#include "core/tensor.h"

namespace vt::python {

struct TensorObject {
  PyObject_HEAD TensorImpl* impl;  // counted unless the impl owns us; null only while the object is made or torn down
  PyObject* dict;
  PyObject* weakrefs;
};

// The type; set by init_tensor_type.
extern PyTypeObject* tensor_type;
void init_tensor_type(PyObject* module);

inline bool is_tensor(PyObject* o) { return Py_TYPE(o) == tensor_type || PyType_IsSubtype(Py_TYPE(o), tensor_type); }
inline TensorImpl* impl_of(PyObject* tensor) { return reinterpret_cast<TensorObject*>(tensor)->impl; }
// The handle in place: a Tensor is one word.
inline const Tensor& tensor_of(PyObject* tensor) {
  return reinterpret_cast<const Tensor&>(reinterpret_cast<TensorObject*>(tensor)->impl);
}
// The same for any object: TypeError unless it is a tensor.
const Tensor& expect_tensor(PyObject* o, const char* what);

// The tensor's object (a new reference): the one it has, or a new one. None if undefined.
PyObject* wrap(Tensor t);
// Shows the object to Python's garbage collector. Plain tensors are hidden from it until they have attributes or hooks,
// or were made by an autograd.Function.
void track_tensor(PyObject* o);
// A new object of a subclass for a tensor that has none.
PyObject* wrap_as(PyTypeObject* type, Tensor t);

}  // namespace vt::python
