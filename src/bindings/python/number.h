// Python numbers as C++ numbers, with PyTorch's strictness: a bool is no int, a float is no int, NumPy's scalars count
// as the Python numbers they stand for.
#pragma once

#include "bindings/python/object.h"
#include "core/scalar.h"
#include "core/tensor.h"

namespace vt::python {

// The dtype of a NumPy scalar; false for everything else.
bool numpy_scalar_dtype(PyObject* o, DType& out);
// int, float, bool, complex or a NumPy scalar. RuntimeError for an int beyond 64 bits.
bool number_from(PyObject* o, Scalar& out);
// An int (no bool), a NumPy integer, or a 0-dim integer tensor that needs no gradient.
bool int_from(PyObject* o, int64_t& out);
// Any real number, or a 0-dim real tensor.
bool double_from(PyObject* o, double& out);
// A bool, a NumPy bool, or a 0-dim bool tensor.
bool bool_from(PyObject* o, bool& out);
// Any number, or a 0-dim tensor.
bool scalar_from(PyObject* o, Scalar& out);

// The value of a tensor of one element, on any device; RuntimeError for other sizes.
Scalar item(const Tensor& t);
PyObject* to_python(const Scalar& s);

}  // namespace vt::python
