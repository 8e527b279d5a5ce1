// What each file contributes to the Tensor type: slots, getters and methods, collected by init_tensor_type.
#pragma once

#include <vector>

#include "bindings/python/object.h"

namespace vt::python {

void add_operator_slots(std::vector<PyType_Slot>& slots);  // tensor_operators.cpp: + - == abs bool int ...
void add_index_slots(std::vector<PyType_Slot>& slots);     // tensor_index.cpp: len iter x[i] x[i] = v
void add_constructor_slots(std::vector<PyType_Slot>& slots, std::vector<PyMethodDef>& methods);  // tensor_new.cpp
void add_getters(std::vector<PyGetSetDef>& getset);         // tensor_getters.cpp: shape dtype device T ...
void add_methods(std::vector<PyMethodDef>& methods);        // tensor_methods.cpp: size numel item tolist ...
void add_array_methods(std::vector<PyMethodDef>& methods);  // array.cpp: numpy __array__ __dlpack__
void add_autograd_methods(std::vector<PyMethodDef>& methods, std::vector<PyGetSetDef>& getset);  // tensor_autograd.cpp

}  // namespace vt::python
