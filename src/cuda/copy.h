// Copies of flat memory between host and devices, and fills.
//
// All are ordered on the stream given. A blocking copy to or from the host has happened when the call returns; with
// `non_blocking` it may still run if the host memory is pinned, and the caller must not change or free it before a
// synchronisation (pinned memory of ours is kept from reuse until then).
#pragma once

#include <cstddef>

#include "core/macros.h"
#include "cuda/stream.h"

namespace vt::cuda {

VT_API void copy_to_device(void* device_data, const void* host_data, size_t bytes, Stream stream, bool non_blocking);
/// Reports index errors that kernels found, unless non_blocking.
VT_API void copy_to_host(void* host_data, const void* device_data, size_t bytes, Stream stream, bool non_blocking);
/// Within one device.
VT_API void copy_on_device(void* to, const void* from, size_t bytes, Stream stream);
/// From one device to another; runs after what both streams have now, and both wait for it.
VT_API void copy_between_devices(void* to, Stream to_stream, const void* from, Stream from_stream, size_t bytes);
/// Sets every byte to `value`.
VT_API void fill_bytes(void* data, int value, size_t bytes, Stream stream);

}  // namespace vt::cuda
