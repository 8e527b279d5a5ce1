#include "cuda/launch.h"

#include "core/error.h"
#include "core/thread_state.h"
#include "cuda/capture.h"
#include "cuda/device.h"
#include "cuda/device_api.h"
#include "cuda/early.h"

namespace vt::cuda {
namespace {

constexpr unsigned kPortableCluster = 8;  // blocks; more is up to the device

void check_cluster(const LaunchConfig& config) {
  const dim3 &grid = config.grid, &cluster = config.cluster;
  const auto divides = [](unsigned part, unsigned whole) { return part > 0 && whole % part == 0; };
  VT_ASSERT(divides(cluster.x, grid.x) && divides(cluster.y, grid.y) && divides(cluster.z, grid.z), config.op,
            ": a grid of ", grid.x, " x ", grid.y, " x ", grid.z, " blocks has no clusters of ", cluster.x, " x ",
            cluster.y, " x ", cluster.z);
  VT_ASSERT(cluster.x * cluster.y * cluster.z <= kPortableCluster, config.op, ": a cluster has ", kPortableCluster,
            " blocks at most, not ", cluster.x * cluster.y * cluster.z);
  VT_CHECK(device_properties(config.stream.device).major >= 9, NotImplemented, config.op,
           " runs in clusters of blocks, which need a device of compute capability 9.0");
}

thread_local bool t_early = false;

}  // namespace

bool launch_is_early() noexcept { return t_early; }

namespace detail {

void launch_kernel(const LaunchConfig& config, const void* kernel, void** arguments, StorageSpan storages) {
  if (config.grid.x == 0 || config.grid.y == 0 || config.grid.z == 0) return;
  if (VT_UNLIKELY(config.cluster.x != 1 || config.cluster.y != 1 || config.cluster.z != 1)) check_cluster(config);
  begin_work(config.op, config.stream, storages);
  const KernelLaunch launch{config.op,
                            kernel,
                            {config.grid.x, config.grid.y, config.grid.z},
                            {config.block.x, config.block.y, config.block.z},
                            config.shared_bytes,
                            arguments,
                            storages.data(),
                            storages.size(),
                            {config.cluster.x, config.cluster.y, config.cluster.z}};
  check(device_api().launch(config.stream, launch), config.op, config.stream.device);
}

void launch_kernel_early(const LaunchConfig& config, const void* kernel, void** arguments, StorageSpan storages) {
  const StateGuard<bool> early(t_early, is_capturing());
  launch_kernel(config, kernel, arguments, storages);
}

void allow_shared_memory(const void* kernel, size_t bytes) {
  check(device_api().allow_shared_memory(kernel, bytes), "shared memory request");
}

}  // namespace detail
}  // namespace vt::cuda
