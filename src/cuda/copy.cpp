#include "cuda/copy.h"

#include "cuda/capture.h"
#include "cuda/device_api.h"
#include "cuda/event.h"
#include "cuda/peers.h"
#include "cuda/pinned.h"

namespace vt::cuda {
namespace {

StorageSpan span_of(StorageList storages) { return {storages.begin(), storages.size()}; }

}  // namespace

void copy_to_device(void* device_data, const void* host_data, size_t bytes, Stream stream, bool non_blocking,
                    StorageList storages) {
  if (bytes == 0) return;
  const bool pinned = is_pinned(host_data);
  if (is_capturing() && !(pinned && non_blocking)) {
    refuse_under_capture("a copy from host memory, unless it is pinned and non_blocking=True,");
  }
  begin_work("copy to the device", stream, span_of(storages));
  check(device_api().copy(device_data, host_data, bytes, CopyKind::HostToDevice, stream), "copy to the device",
        stream.device);
  // Pageable memory has been read when the call returns; only pinned memory is still in use.
  if (!pinned) return;
  if (is_capturing()) return;  // the graph keeps the host memory; an event could not be asked
  if (non_blocking) {
    record_pinned_use(host_data, stream);
  } else {
    synchronize_stream(stream);
  }
}

void copy_to_host(void* host_data, const void* device_data, size_t bytes, Stream stream, bool non_blocking,
                  StorageList storages) {
  if (bytes == 0) return;
  if (is_capturing() && !(non_blocking && is_pinned(host_data))) {
    refuse_under_capture("a read by the host (item(), bool(), a copy to the CPU)");
  }
  begin_work("copy to the host", stream, span_of(storages));
  check(device_api().copy(host_data, device_data, bytes, CopyKind::DeviceToHost, stream), "copy to the host",
        stream.device);
  if (is_capturing()) return;  // the graph keeps the host memory; an event could not be asked
  if (non_blocking) {
    record_pinned_use(host_data, stream);
  } else {
    synchronize_stream(stream);
  }
}

void copy_on_device(void* to, const void* from, size_t bytes, Stream stream, StorageList storages) {
  if (bytes == 0 || to == from) return;
  begin_work("copy on the device", stream, span_of(storages));
  check(device_api().copy(to, from, bytes, CopyKind::DeviceToDevice, stream), "copy on the device", stream.device);
}

void copy_between_devices(void* to, Stream to_stream, const void* from, Stream from_stream, size_t bytes,
                          StorageList storages) {
  if (bytes == 0) return;
  // The copy runs on the source's stream: first it waits for the destination memory to be ready, then the destination
  // waits for the copy.
  // Where they can, the devices reach each other's memory from the first copy on: it goes over their link then.
  (void)(reach_peer(from_stream.device, to_stream.device) && reach_peer(to_stream.device, from_stream.device));
  wait_stream(from_stream, to_stream);
  begin_work("copy between devices", from_stream, span_of(storages));
  // A peer copy cannot be recorded; one by addresses alone can.
  const Status status =
      is_capturing() ? device_api().copy(to, from, bytes, CopyKind::DeviceToDevice, from_stream)
                     : device_api().copy_peer(to, to_stream.device, from, from_stream.device, bytes, from_stream);
  check(status, "copy between devices", from_stream.device);
  wait_stream(to_stream, from_stream);
}

void fill_bytes(void* data, int value, size_t bytes, Stream stream, StorageList storages) {
  if (bytes == 0) return;
  begin_work("fill", stream, span_of(storages));
  check(device_api().fill(data, value, bytes, stream), "fill", stream.device);
}

}  // namespace vt::cuda
