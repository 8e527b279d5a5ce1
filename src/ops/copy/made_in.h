// Where on a device something was made, for companions of storages (core/storage.h) that hold for work there alone.
#pragma once

#include "core/device_backend.h"
#include "cuda/capture.h"

namespace vt {

struct MadeIn {
  uintptr_t stream = 0;
  uint64_t capture = 0;  // 0: none
  bool operator==(const MadeIn&) const = default;
};

/// The stream and the capture that this thread's work on the device goes to.
inline MadeIn made_here(Device device) {
  MadeIn here;
  here.stream = backend(device.type).current_stream(device.index);
  if (const cuda::Capture* capture = cuda::current_capture()) here.capture = capture->id();
  return here;
}

}  // namespace vt
