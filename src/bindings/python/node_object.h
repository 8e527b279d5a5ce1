// Nodes of the graph and hooks on it, as Python sees them; Python functions as nodes.
#pragma once

#include <functional>

#include "autograd/node.h"
#include "bindings/python/object.h"

namespace vt::python {

void init_node_types(PyObject* module);

// The Python object of a node (a new reference), one while it is alive; None for null.
PyObject* wrap_node(intrusive_ptr<autograd::Node> node);
// The node of such an object; null if it is none.
intrusive_ptr<autograd::Node> node_of(PyObject* o);
// Of a tensor's grad_fn; the tensor keeps the object from now on.
PyObject* wrap_grad_fn(PyObject* tensor);

// Gradients as a tuple, None where undefined.
PyObject* wrap_grads(const autograd::Grads& grads);

// A Python callable as a hook on a gradient; the callable is kept alive.
intrusive_ptr<autograd::TensorHook> make_tensor_hook(PyObject* callable);
// A hook that is called with the leaf instead of the gradient.
intrusive_ptr<autograd::TensorHook> make_leaf_hook(PyObject* callable, TensorImpl* leaf);
// The functions that register_hook() put on the tensor, as a list.
PyObject* tensor_hooks(const Tensor& t);
// An object with remove(), usable in a with statement. It keeps neither the hook nor the tensor alive.
PyObject* make_hook_handle(const intrusive_ptr<autograd::TensorHook>& hook);

// Note [Cycles through the graph]
// A tensor owns Python objects by way of C++: its hooks, and through its grad_fn that node's hooks and, of an
// autograd.Function, its ctx. Any of them may refer back to the tensor's own object. Where that object is the only
// owner of the tensor, and the tensor of its grad_fn, it answers for them when Python's garbage collector asks, and
// lets go of them when the collector finds that nobody else can reach them. A grad_fn that was looked at has an object
// too, which the tensor then keeps: where no more than the tensors that keep it and itself own the node, that object
// answers for what the node owns, in the tensors' place. A node deeper in the graph does not answer: a cycle that
// closes only there is not found, as in PyTorch.

// tp_traverse's part of a tensor's object: visits what the note says; 0, or what `visit` returned.
int visit_graph_references(TensorImpl* tensor, visitproc visit, void* argument);
// tp_clear's part.
void clear_graph_references(TensorImpl* tensor);

}  // namespace vt::python
