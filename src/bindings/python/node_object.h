// Nodes of the graph and hooks on it, as Python sees them; Python functions as nodes.
#pragma once

#include <functional>

#include "autograd/node.h"
#include "bindings/python/object.h"

namespace vt::python {

void init_node_types(PyObject* module);

// The Python object of a node (a new reference); None for null. Equal for equal nodes while one is alive.
PyObject* wrap_node(intrusive_ptr<autograd::Node> node);

// Gradients as a tuple, None where undefined.
PyObject* wrap_grads(const autograd::Grads& grads);

// A Python callable as a hook on a gradient; the callable is kept alive.
intrusive_ptr<autograd::TensorHook> make_tensor_hook(PyObject* callable);
// A hook that is called with the leaf instead of the gradient.
intrusive_ptr<autograd::TensorHook> make_leaf_hook(PyObject* callable, TensorImpl* leaf);
// An object with remove(), usable in a with statement.
PyObject* make_hook_handle(std::function<void()> remove);

}  // namespace vt::python
