// autograd.Function: a pair of Python functions as a node of the graph.
#pragma once

#include "autograd/node.h"
#include "bindings/python/object.h"

namespace vt::python {

// The ctx of a node made by apply_function (borrowed), or null.
PyObject* function_context(autograd::Node& node);

// Module functions: apply_function(cls, ctx, args), function_saved_tensors(ctx).
void init_function_node(PyObject* module);

}  // namespace vt::python
