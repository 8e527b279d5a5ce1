// Streams: pools of them and each thread's current one. The value that names one is in cuda/types.h.
#pragma once

#include <cstdint>

#include "core/macros.h"
#include "cuda/device.h"
#include "cuda/types.h"

namespace vt::cuda {

inline constexpr int kStreamsPerPool = 32;

/// The device's default stream, which every thread starts on. `device` -1: the current one.
VT_API Stream default_stream(int device = -1);
/// The next stream of the device's pool, round robin. `priority`: 0 normal, negative higher (clamped to what CUDA has).
VT_API Stream pool_stream(int device = -1, int priority = 0);
/// Wraps a stream made elsewhere.
VT_API Stream external_stream(StreamHandle handle, int device);

/// The stream on which this thread's work for `device` runs.
VT_API Stream current_stream(int device = -1);
/// Sets the current stream of its device for this thread; the current device stays.
VT_API void set_current_stream(Stream stream);

/// True when all work on it is done; takes no wait.
VT_API bool query_stream(Stream stream);
/// Waits for all work on it, then reports index errors that kernels found.
VT_API void synchronize_stream(Stream stream);
/// Priority the stream was made with.
VT_API int stream_priority(Stream stream);
VT_API void stream_priority_range(int& lowest, int& highest);
/// True while the stream records into a graph.
VT_API bool is_capturing(Stream stream);

/// Makes a stream and its device current for the scope.
class VT_API StreamGuard {
 public:
  explicit StreamGuard(Stream stream);
  ~StreamGuard();
  StreamGuard(const StreamGuard&) = delete;
  StreamGuard& operator=(const StreamGuard&) = delete;

 private:
  DeviceGuard device_guard_;
  Stream previous_;
};

}  // namespace vt::cuda
