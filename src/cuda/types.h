// CUDA's handle types, declared without CUDA's headers so that the layers above need none of them.
#pragma once

struct CUstream_st;
struct CUevent_st;
struct CUgraph_st;
struct CUgraphExec_st;

namespace vt::cuda {

using StreamHandle = CUstream_st*;
using EventHandle = CUevent_st*;
using GraphHandle = CUgraph_st*;
using GraphExecHandle = CUgraphExec_st*;

/// More devices than any single machine holds; sizes the per-device tables.
inline constexpr int kMaxDevices = 32;

/// A queue of one device; a plain value, cheap to copy. The null handle is the device's default stream.
/// Pool streams live as long as the process; external ones belong to whoever made them.
struct Stream {
  StreamHandle handle = nullptr;
  int device = 0;

  friend bool operator==(const Stream&, const Stream&) = default;
};

}  // namespace vt::cuda
