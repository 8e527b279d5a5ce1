// A call of an op as Python has it: its arguments as objects, and what a function of Python gave as its results.
#pragma once

#include "bindings/python/object.h"
#include "dispatch/op.h"

namespace vt::python {

// What a number that stands for a tensor is in Python.
enum class Numbers : uint8_t { AsTensors, AsNumbers };
// A tensor, a number, a list, None ... as the schema's type reads in Python.
Ref argument_object(const Value& v, Numbers numbers = Numbers::AsTensors);
// Makes `result` the results of the call. RuntimeError where it is not what the op's schema says.
void take_results(Call& call, PyObject* result);

}  // namespace vt::python
