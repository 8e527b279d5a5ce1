// Scratch memory that the libraries and kernels of a stream share.
#pragma once

#include <cstddef>

#include "core/macros.h"
#include "cuda/stream.h"

namespace vt::cuda {

/// At least `bytes` for work that the caller gives to `stream` next; what was there before is lost. Work of a stream
/// runs in turn, so all of it shares one area, of the largest size that was asked for. Under a capture the area is the
/// graph's own, because a graph may be replayed beside the stream that it was captured on. Thread-safe; OutOfMemory.
VT_API void* workspace(Stream stream, size_t bytes);

}  // namespace vt::cuda
