// Tensors from Python data: nested lists, numbers, arrays.
#pragma once

#include <optional>

#include "bindings/python/object.h"
#include "core/tensor.h"

namespace vt::python {

// A new tensor with a copy of `data`: numbers, nested sequences of them, tensors, objects with the buffer or the
// array interface. Without a dtype it is inferred as in PyTorch. ValueError for ragged sequences, TypeError for entries
// that are no numbers.
Tensor tensor_from_data(PyObject* data, std::optional<DType> dtype, Device device);

}  // namespace vt::python
