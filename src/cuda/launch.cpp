#include "cuda/launch.h"

#include "cuda/device_api.h"

namespace vt::cuda {
namespace detail {

void launch_kernel(const LaunchConfig& config, const void* kernel, void** arguments, StorageSpan storages) {
  if (config.grid.x == 0 || config.grid.y == 0 || config.grid.z == 0) return;
  begin_work(config.op, config.stream, storages);
  const KernelLaunch launch{config.op,
                            kernel,
                            {config.grid.x, config.grid.y, config.grid.z},
                            {config.block.x, config.block.y, config.block.z},
                            config.shared_bytes,
                            arguments,
                            storages.data(),
                            storages.size()};
  check(device_api().launch(config.stream, launch), config.op, config.stream.device);
}

void allow_shared_memory(const void* kernel, size_t bytes) {
  check(device_api().allow_shared_memory(kernel, bytes), "shared memory request");
}

}  // namespace detail
}  // namespace vt::cuda
