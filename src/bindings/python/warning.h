// Warnings of the core and of the bindings, shown by Python's warnings module.
#pragma once

#include <string>

namespace vt::python {

void init_warnings();

// UserWarning at the program's line. Throws PythonException where warnings are errors. With or without the GIL.
void warn_user(const std::string& text);

}  // namespace vt::python
