// torch.cuda.nvtx.
#include "cuda/nvtx.h"

#include <nanobind/stl/string.h>

#include "bindings/python/module.h"

namespace nb = nanobind;

namespace vt::python {

void bind_nvtx(nb::module_& m) {
  m.def("nvtx_push_range", [](const std::string& name) { return cuda::push_range(name.c_str()); });
  m.def("nvtx_pop_range", [] { return cuda::pop_range(); });
  m.def("nvtx_start_range", [](const std::string& name) { return cuda::start_range(name.c_str()); });
  m.def("nvtx_end_range", [](uint64_t range) { cuda::end_range(range); });
  m.def("nvtx_mark", [](const std::string& name) { cuda::mark(name.c_str()); });
}

}  // namespace vt::python
