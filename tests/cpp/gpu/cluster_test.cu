// Clusters on a GPU: blocks that know their cluster and read each other's shared memory. Skipped without one of
// compute capability 9.0.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <cooperative_groups.h>
#include <doctest/doctest.h>

#include <vector>

#include "cuda/device.h"
#include "cuda/device_api.h"
#include "cuda/launch.h"

namespace vt::cuda {
namespace {

constexpr unsigned kBlocks = 16;

// Per block: blocks in its cluster, its rank there, and the sum of what every block of the cluster put into its shared
// memory, which is the block's number in the grid.
__global__ void describe_cluster(unsigned* out) {
#if __CUDA_ARCH__ >= 900
  __shared__ unsigned number;
  unsigned count, rank;
  asm("mov.u32 %0, %%cluster_nctarank;" : "=r"(count));
  asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
  const auto cluster = cooperative_groups::this_cluster();
  number = blockIdx.x;
  cluster.sync();
  unsigned sum = 0;
  for (unsigned i = 0; i < count; ++i) sum += *cluster.map_shared_rank(&number, i);
  cluster.sync();  // nobody leaves while another reads
  out[3 * blockIdx.x] = count;
  out[3 * blockIdx.x + 1] = rank;
  out[3 * blockIdx.x + 2] = sum;
#endif
}

std::vector<unsigned> run(unsigned cluster) {
  DeviceApi& api = device_api();
  const Stream stream{};
  std::vector<unsigned> host(3 * kBlocks);
  const size_t bytes = host.size() * sizeof(unsigned);
  void* data = nullptr;
  check(api.allocate(0, bytes, data), "allocate");
  LaunchConfig config{"describe_cluster", stream, kBlocks, 1};
  config.cluster = cluster;
  launch(config, {}, describe_cluster, static_cast<unsigned*>(data));
  check(api.copy(host.data(), data, bytes, CopyKind::DeviceToHost, stream), "copy");
  check(api.synchronize(stream), "synchronize");
  check(api.free(0, data), "free");
  return host;
}

}  // namespace
}  // namespace vt::cuda

TEST_CASE("blocks of a cluster know each other") {
  if (!vt::cuda::is_available() || vt::cuda::device_properties(0).major < 9) {
    MESSAGE("skipped: no device of compute capability 9.0");
    return;
  }
  for (const unsigned cluster : {1u, 2u, 4u, 8u}) {
    CAPTURE(cluster);
    const std::vector<unsigned> found = vt::cuda::run(cluster);
    for (unsigned block = 0; block < found.size() / 3; ++block) {
      const unsigned first = block / cluster * cluster;
      CHECK(found[3 * block] == cluster);
      CHECK(found[3 * block + 1] == block - first);
      CHECK(found[3 * block + 2] == cluster * first + cluster * (cluster - 1) / 2);
    }
  }
}
