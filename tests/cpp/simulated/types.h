// The names of cuda/ that a device speaks in.
#pragma once

#include "cuda/device_api.h"

namespace vt::simulated {

using cuda::CaptureMode;
using cuda::CaptureState;
using cuda::CopyKind;
using cuda::DeviceApi;
using cuda::DeviceProperties;
using cuda::EventHandle;
using cuda::GraphExecHandle;
using cuda::GraphHandle;
using cuda::HostFunction;
using cuda::KernelFacts;
using cuda::KernelLaunch;
using cuda::Status;
using cuda::Stream;
using cuda::StreamHandle;

}  // namespace vt::simulated
