// _C.Generator: a handle on a vt::Generator.
#pragma once

#include "bindings/python/object.h"
#include "core/generator.h"

namespace vt::python {

struct GeneratorObject {
  PyObject_HEAD Generator* generator;  // counted
};
extern PyTypeObject* generator_type;
void init_generator_type(PyObject* module);

inline bool is_generator(PyObject* o) {
  return Py_TYPE(o) == generator_type || PyType_IsSubtype(Py_TYPE(o), generator_type);
}
inline Generator* generator_of(PyObject* o) { return reinterpret_cast<GeneratorObject*>(o)->generator; }
PyObject* wrap_generator(intrusive_ptr<Generator> generator);

}  // namespace vt::python
