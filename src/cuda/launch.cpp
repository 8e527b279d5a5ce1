#include "cuda/launch.h"

#include "cuda/check.h"
#include "cuda/device_error.h"

namespace vt::cuda {
namespace {
thread_local LaunchObserver* thread_observer = nullptr;
}

LaunchObserver* set_launch_observer(LaunchObserver* observer) { return std::exchange(thread_observer, observer); }

namespace detail {

void launch_kernel(const LaunchConfig& config, const void* kernel, void** arguments, const StorageImpl* const* storages,
                   size_t count) {
  if (config.grid.x == 0 || config.grid.y == 0 || config.grid.z == 0) return;
  throw_device_errors(config.stream.device);
  DeviceGuard guard(config.stream.device);
  if (VT_UNLIKELY(thread_observer != nullptr)) thread_observer->on_launch(config, storages, count);
  VT_CUDA_CHECK_OP(config.op, cudaLaunchKernel(kernel, config.grid, config.block, arguments, config.shared_bytes,
                                               config.stream.handle));
}

void allow_shared_memory(const void* kernel, size_t bytes) {
  VT_CUDA_CHECK(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)));
}

}  // namespace detail
}  // namespace vt::cuda
