// Objects that stand in for tensors: those whose type has __torch_function__, which says what a call with them does.
#pragma once

#include "bindings/python/arguments.h"

namespace vt::python {

// The first one among the arguments and what lies in lists and tuples among them, borrowed; null if there is none.
PyObject* find_stand_in(const PythonCall& call);

// What __torch_function__ of the first one makes of a call of the op or method of Tensor called `name`; null if there
// is none. It is asked only where the call fits no overload, so that calls of tensors pay nothing.
PyObject* ask_stand_in(const char* name, const PythonCall& call);

// f(), or null where it throws because of an argument that stands in for a tensor.
template <class F>
PyObject* unless_refused(const PythonCall& call, F&& f) {
  try {
    return f();
  } catch (const Error&) {
    if (!find_stand_in(call)) throw;
  } catch (const PythonErrorSet&) {
    PythonException error;
    if (!find_stand_in(call)) {
      error.restore();
      throw;
    }
  }
  return nullptr;
}

}  // namespace vt::python
