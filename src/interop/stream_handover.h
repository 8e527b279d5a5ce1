// Memory that changes hands between libraries while work on it may still be running: the streams are ordered by an
// event, and the host waits for nothing.
//
// A stream is a number as the array API standard has it for CUDA: 1 is the default stream, 2 each thread's own default
// stream, -1 asks for no order; anything else but 0 is a handle.
#pragma once

#include <cstdint>
#include <optional>

#include "core/tensor.h"

namespace vt::interop {

// What a consumer's stream may do with `t` is ordered after what the current stream of t's device has been given. No
// number is the default stream. BufferError for a number that names no stream, and on the CPU for any but -1.
VT_API void hand_over(const Tensor& t, std::optional<intptr_t> consumer);
// The current stream of t's device waits for what the producer's stream, a handle, has been given.
VT_API void take_over(const Tensor& t, void* producer);
// The number of the current stream of a CUDA device, for a producer.
VT_API intptr_t consumer_stream(int device);

}  // namespace vt::interop
