// The memory of a storage, given back and taken anew while tensors go on to view it.
#pragma once

#include <nanobind/nanobind.h>

namespace vt::python {

void bind_storage_memory(nanobind::module_& m);

}  // namespace vt::python
