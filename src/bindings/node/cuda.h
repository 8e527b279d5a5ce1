// Devices, streams, events, memory and graphs of CUDA.
#pragma once

#include <napi.h>

#include "cuda/types.h"

namespace vt::node {

// TypeError for what is no Stream, RuntimeError for one of a GPU that is not there.
cuda::Stream stream_from(const Napi::Value& value);
void export_cuda(Napi::Env env, Napi::Object exports);

}  // namespace vt::node
