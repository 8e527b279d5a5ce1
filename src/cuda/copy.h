// Copies of flat memory between host and devices, and fills.
//
// All are ordered on the stream given. A blocking copy to or from the host has happened when the call returns; with
// `non_blocking` it may still run if the host memory is pinned, and the caller must not change or free it before a
// synchronisation (pinned memory of ours is kept from reuse until then).
//
// `storages` are those that hold the memory on both sides. A graph capture takes copies to and from the host only if
// they are non_blocking and the host memory is pinned; it refuses others with a RuntimeError.
#pragma once

#include <cstddef>
#include <initializer_list>

#include "core/macros.h"
#include "cuda/stream.h"
#include "cuda/work.h"

namespace vt::cuda {

using StorageList = std::initializer_list<const StorageImpl*>;

VT_API void copy_to_device(void* device_data, const void* host_data, size_t bytes, Stream stream, bool non_blocking,
                           StorageList storages);
/// Reports index errors that kernels found, unless non_blocking.
VT_API void copy_to_host(void* host_data, const void* device_data, size_t bytes, Stream stream, bool non_blocking,
                         StorageList storages);
/// Within one device.
VT_API void copy_on_device(void* to, const void* from, size_t bytes, Stream stream, StorageList storages);
/// From one device to another; runs after what both streams have now, and both wait for it.
VT_API void copy_between_devices(void* to, Stream to_stream, const void* from, Stream from_stream, size_t bytes,
                                 StorageList storages);
/// Sets every byte to `value`.
VT_API void fill_bytes(void* data, int value, size_t bytes, Stream stream, StorageList storages);

}  // namespace vt::cuda
