// Exchange of memory with NumPy and other array libraries, without importing any of them.
#pragma once

#include "bindings/python/object.h"
#include "core/tensor.h"

namespace vt::python {

// Whether the object exports its memory (buffer protocol) or converts to an array (`__array__`).
bool offers_array(PyObject* o);
// Whether it calls itself an array (__array__); a bare buffer does not, and is a sequence of numbers to torch.tensor.
bool is_array_like(PyObject* o);
// A tensor that shares the memory of such an object; read-only memory stays read-only. TypeError for element types
// without a dtype here, ValueError for negative strides.
Tensor tensor_from_array(PyObject* o);
// One whose elements are only read: over a copy of the array where its own memory does not do.
Tensor tensor_for_copy(PyObject* o);
// A tensor over the memory of an object with `__dlpack__`, which is asked for a device and a copy unless they are None,
// or of a capsule. Read-only memory stays read-only.
Tensor tensor_from_dlpack(PyObject* o, PyObject* device, PyObject* copy);

// Module functions: from_numpy, from_dlpack, frombuffer.
void init_array_functions(PyObject* module);

}  // namespace vt::python
