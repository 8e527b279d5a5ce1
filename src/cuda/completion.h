// The end of work of a device, told by the driver: no thread waits for it.
#pragma once

#include <functional>
#include <vector>

#include "core/macros.h"
#include "cuda/event.h"
#include "cuda/stream.h"

namespace vt::cuda {

enum class Status : int;

/// Is called once, with the status of the work, on a thread of the driver: it must make no call to a device, must not
/// throw, and must return soon.
using Done = std::function<void(Status status)>;

/// When the work that the stream has been given so far is over. RuntimeError while this thread captures a graph.
VT_API void when_done(Stream stream, Done done);
/// When the mark of the event is reached; at once if it was never recorded.
VT_API void when_done(const Event& event, Done done);
/// When that of all streams of the device is that come from here.
VT_API void when_device_done(int device, Done done);
/// The default stream of the device and those of its pool that exist.
VT_API std::vector<Stream> made_streams(int device);

/// On the thread that goes on: throws for a status that is a failure, and for what a kernel of the device (-1: none)
/// reported.
VT_API void finish_waiting(Status status, int device);

}  // namespace vt::cuda
