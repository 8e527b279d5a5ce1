// _C.LoadedKernel: kernel(grid_x, grid_y, grid_z, stream, *args).
#pragma once

#include "bindings/python/object.h"
#include "cuda/loaded_kernel.h"
#include "cuda/stream.h"

namespace vt::python {

struct LoadedKernelObject {
  PyObject_HEAD vectorcallfunc call;
  cuda::LoadedKernel* kernel;
};

/// The kernel in `o`, or null where it is something else.
const cuda::LoadedKernel* loaded_kernel_of(PyObject* o);
/// Packs `args`, one for each argument of the kernel, and launches it.
void launch_loaded(const cuda::LoadedKernel& kernel, cuda::Stream stream, const int64_t (&grid)[3],
                   PyObject* const* args);

}  // namespace vt::python
