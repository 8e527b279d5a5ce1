// __torch_dispatch__: types of tensors that answer calls of ops below autograd, and modes that see every such call.
//
// Note [Who answers]
// A call that reaches a backend (Note [Key Python] in autograd/python_key.h) becomes a Python call of the op by its
// full name, with arguments as the schema has them: trailing ones that have their default are left out, numbers that
// stand for tensors are numbers. Who is asked in which order, and what PyTorch would have made of an op before anybody
// was asked, is decided in vibetensor.torch.utils._python_dispatch.
#pragma once

#include "bindings/python/tensor_object.h"

namespace vt::python {

// Whether objects of the type answer calls.
bool type_answers(PyTypeObject* type);

// The modes' functions, Tensor.__torch_dispatch__ and Tensor._make_wrapper_subclass. After init_tensor_type.
void init_torch_dispatch(PyObject* module);

}  // namespace vt::python
