// CUDA's handle types, declared without CUDA's headers so that the layers above need none of them.
#pragma once

struct CUstream_st;
struct CUevent_st;

namespace vt::cuda {

using StreamHandle = CUstream_st*;
using EventHandle = CUevent_st*;

/// More devices than any single machine holds; sizes the per-device tables.
inline constexpr int kMaxDevices = 32;

}  // namespace vt::cuda
