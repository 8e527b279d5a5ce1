// Devices, streams, events, memory and graphs of CUDA.
#pragma once

#include <napi.h>

namespace vt::node {

void export_cuda(Napi::Env env, Napi::Object exports);

}  // namespace vt::node
