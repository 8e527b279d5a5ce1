// Launches of kernels that may begin before the work before them is done: Note [Early starts] in cuda/early.cuh.
#pragma once

#include "cuda/launch.h"

namespace vt::cuda {

/// Whether the launch that this thread is giving to the device may start early.
VT_API bool launch_is_early() noexcept;

namespace detail {
/// As launch_kernel, for a kernel that begins with wait_for_earlier_work.
VT_API void launch_kernel_early(const LaunchConfig& config, const void* kernel, void** arguments, StorageSpan storages);
}  // namespace detail

}  // namespace vt::cuda
