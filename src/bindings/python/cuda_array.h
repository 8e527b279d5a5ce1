// The CUDA array interface, version 3: a dict that says where an array is on a GPU. Numba and CuPy speak it.
#pragma once

#include <vector>

#include "bindings/python/object.h"
#include "core/tensor.h"

namespace vt::python {

// Whether the object, which is no tensor of ours, describes itself so.
bool offers_cuda_array(PyObject* o);
// A tensor over its memory, which keeps the object alive; work on it comes after that of the stream that it names.
// TypeError or BufferError for what cannot be a tensor here.
Tensor tensor_from_cuda_array(PyObject* o);

void add_cuda_array_getter(std::vector<PyGetSetDef>& getset);

}  // namespace vt::python
