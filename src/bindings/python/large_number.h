// Numbers that only elements of uint64 are.
#pragma once

#include "bindings/python/object.h"
#include "core/tensor.h"

namespace vt::python {

// What number_from reads, as a 0-dim tensor that promotes as a number; an int of 2^63 or more is one of uint64.
bool wrapped_number_from(PyObject* o, Tensor& out);

}  // namespace vt::python
