#include "cuda/launch.h"

#include "cuda/device_api.h"
#include "cuda/device_error.h"

namespace vt::cuda {
namespace {
thread_local LaunchObserver* thread_observer = nullptr;
}  // namespace

LaunchObserver* set_launch_observer(LaunchObserver* observer) { return std::exchange(thread_observer, observer); }

namespace detail {

void launch_kernel(const LaunchConfig& config, const void* kernel, void** arguments, const StorageImpl* const* storages,
                   size_t count) {
  if (config.grid.x == 0 || config.grid.y == 0 || config.grid.z == 0) return;
  throw_device_errors(config.stream.device);
  if (VT_UNLIKELY(thread_observer != nullptr)) thread_observer->on_launch(config, storages, count);
  const KernelLaunch launch{config.op,
                            kernel,
                            {config.grid.x, config.grid.y, config.grid.z},
                            {config.block.x, config.block.y, config.block.z},
                            config.shared_bytes,
                            arguments,
                            storages,
                            count};
  check(device_api().launch(config.stream, launch), config.op);
}

void allow_shared_memory(const void* kernel, size_t bytes) {
  check(device_api().allow_shared_memory(kernel, bytes), "shared memory request");
}

}  // namespace detail
}  // namespace vt::cuda
