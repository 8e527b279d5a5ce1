// Meshes and placements as Python sees them.
#pragma once

#include <nanobind/nanobind.h>

namespace vt::python {

void bind_fabric(nanobind::module_& m);

}  // namespace vt::python
