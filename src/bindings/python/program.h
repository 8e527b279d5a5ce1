#pragma once

#include <nanobind/nanobind.h>

namespace vt::python {

void bind_program(nanobind::module_& m);

}  // namespace vt::python
