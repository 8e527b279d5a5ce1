// Ops as Python callables: `torch.add` (a function) and `Tensor.add` (a method descriptor).
#pragma once

#include "bindings/python/arguments.h"

namespace vt::python {

// Makes the two types, `_C.ops` with a function per op, and the methods of Tensor. After init_tensor_type.
void init_ops(PyObject* module);

// The overloads of an op; null if there is none of that name.
const OpEntry* find_entry(std::string_view name);
const OpEntry& entry_of(std::string_view name);  // Internal error if there is none
// The function of one overload by its full name, "add.Tensor"; RuntimeError if there is none.
PyObject* overload_function(const std::string& full_name);

// Parses, calls and wraps. Throws; null is never returned.
PyObject* invoke(const OpEntry& entry, const PythonCall& call);
// The same, but null where no overload fits, for operators that then answer NotImplemented.
PyObject* invoke_if_fits(const OpEntry& entry, const PythonCall& call);

PyObject* wrap_results(const OpEntry& entry, const Op& op, Results& results);
// list or tuple of tensors as a Python tuple.
PyObject* wrap_list(std::vector<Tensor>&& list);

}  // namespace vt::python
