// Devices as arguments of the CUDA bindings.
#pragma once

#include <nanobind/nanobind.h>

#include "bindings/python/object.h"
#include "bindings/python/small_types.h"
#include "cuda/device.h"

namespace vt::python {

/// A device argument of any kind as an index; None is the current device.
inline int cuda_index(nanobind::handle o) {
  if (o.is_none()) return cuda::current_device();
  Device d;
  VT_CHECK(device_from(o.ptr(), d), Type, "expected a CUDA device, got ", type_name_of(o.ptr()));
  VT_CHECK(d.is_cuda(), Value, "Expected a cuda device, but got: ", d);
  return d.index >= 0 ? d.index : cuda::current_device();
}
/// The same of a device that is there; RuntimeError with the reason where CUDA cannot be used.
inline int usable_cuda_index(nanobind::handle o) {
  cuda::ensure_available();
  const int index = cuda_index(o);
  VT_CHECK(index >= 0 && index < cuda::device_count(), Runtime, "expected a CUDA device below ", cuda::device_count(),
           ", got cuda:", index);
  return index;
}

}  // namespace vt::python
