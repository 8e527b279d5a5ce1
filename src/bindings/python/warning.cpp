#include "bindings/python/warning.h"

#include "bindings/python/object.h"
#include "core/warning.h"

namespace vt::python {

void warn_user(const std::string& text) {
  const WithGil gil;
  const Ref shown = Ref::steal_or_null([&]() -> PyObject* {
    PyObject* module = PyImport_ImportModule("vibetensor.torch._warnings");
    if (!module) return nullptr;
    return outlive_exit([&] { return PyObject_CallMethod(Ref::steal(module).get(), "warn_user", "s", text.c_str()); });
  }());
  if (!shown) throw PythonException();
}

void init_warnings() { set_warning_handler(warn_user); }

}  // namespace vt::python
