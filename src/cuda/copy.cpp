#include "cuda/copy.h"

#include <cuda_runtime_api.h>

#include "cuda/check.h"
#include "cuda/device_error.h"
#include "cuda/event.h"
#include "cuda/pinned.h"

namespace vt::cuda {

void copy_to_device(void* device_data, const void* host_data, size_t bytes, Stream stream, bool non_blocking) {
  if (bytes == 0) return;
  DeviceGuard guard(stream.device);
  const bool pinned = is_pinned(host_data);
  VT_CUDA_CHECK_OP("copy to the device",
                   cudaMemcpyAsync(device_data, host_data, bytes, cudaMemcpyHostToDevice, stream.handle));
  // Pageable memory has been read when cudaMemcpyAsync returns; only pinned memory is still in use.
  if (!pinned) return;
  if (non_blocking) {
    record_pinned_use(host_data, stream);
  } else {
    synchronize_stream(stream);
  }
}

void copy_to_host(void* host_data, const void* device_data, size_t bytes, Stream stream, bool non_blocking) {
  if (bytes == 0) return;
  DeviceGuard guard(stream.device);
  VT_CUDA_CHECK_OP("copy to the host",
                   cudaMemcpyAsync(host_data, device_data, bytes, cudaMemcpyDeviceToHost, stream.handle));
  if (non_blocking) {
    record_pinned_use(host_data, stream);
  } else {
    synchronize_stream(stream);
  }
}

void copy_on_device(void* to, const void* from, size_t bytes, Stream stream) {
  if (bytes == 0 || to == from) return;
  DeviceGuard guard(stream.device);
  VT_CUDA_CHECK_OP("copy on the device", cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream.handle));
}

void copy_between_devices(void* to, Stream to_stream, const void* from, Stream from_stream, size_t bytes) {
  if (bytes == 0) return;
  // The copy runs on the source's stream: first it waits for the destination memory to be ready, then the destination
  // waits for the copy.
  wait_stream(from_stream, to_stream);
  {
    DeviceGuard guard(from_stream.device);
    VT_CUDA_CHECK_OP("copy between devices",
                     cudaMemcpyPeerAsync(to, to_stream.device, from, from_stream.device, bytes, from_stream.handle));
  }
  wait_stream(to_stream, from_stream);
}

void fill_bytes(void* data, int value, size_t bytes, Stream stream) {
  if (bytes == 0) return;
  DeviceGuard guard(stream.device);
  VT_CUDA_CHECK_OP("fill", cudaMemsetAsync(data, value, bytes, stream.handle));
}

}  // namespace vt::cuda
