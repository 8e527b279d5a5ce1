// What a launch tells the device, and what is refused before it.
#include <doctest/doctest.h>

#include "core/error.h"
#include "cuda/early.cuh"
#include "cuda/launch.h"
#include "simulated/graph_work.h"
#include "simulated/machine.h"

using namespace vt;
using namespace vt::simulated;

namespace {

void kernel(int) {}

std::vector<unsigned> cluster_of(SimulatedMachine& machine, const cuda::LaunchConfig& config) {
  std::vector<unsigned> seen;
  machine.device.set_launch_probe([&](cuda::Stream, const cuda::KernelLaunch& launch, const Clock&) {
    seen.assign(std::begin(launch.cluster), std::end(launch.cluster));
  });
  cuda::launch(config, {}, kernel, 1);
  machine.device.set_launch_probe({});
  return seen;
}

cuda::LaunchConfig with_cluster(dim3 grid, dim3 cluster) {
  cuda::LaunchConfig config{"test", {nullptr, 0}, grid, 32};
  config.cluster = cluster;
  return config;
}

}  // namespace

TEST_CASE("a launch is in clusters of one block unless it says more") {
  SimulatedMachine machine;
  CHECK(cluster_of(machine, {"test", {nullptr, 0}, 6, 32}) == std::vector<unsigned>{1, 1, 1});
  CHECK(cluster_of(machine, with_cluster({6, 4, 1}, {2, 4, 1})) == std::vector<unsigned>{2, 4, 1});
}

TEST_CASE("a grid that has no such clusters is refused before the device is asked") {
  SimulatedMachine machine;
  CHECK(cluster_of(machine, with_cluster({8, 1, 1}, {8, 1, 1})).size() == 3);
  for (const auto& [grid, cluster] : {std::pair<dim3, dim3>{{6, 1, 1}, {4, 1, 1}},
                                      {{16, 1, 1}, {16, 1, 1}},
                                      {{4, 4, 4}, {4, 4, 1}},
                                      {{4, 1, 1}, {1, 2, 1}},
                                      {{4, 1, 1}, {0, 1, 1}}}) {
    CAPTURE(cluster.x);
    CHECK_THROWS_AS(cluster_of(machine, with_cluster(grid, cluster)), Error);
  }
}

TEST_CASE("a kernel that waits by itself starts early in captured work, and nowhere else") {
  SimulatedMachine machine;
  std::vector<bool> early;
  machine.device.set_launch_probe([&](cuda::Stream, const cuda::KernelLaunch& launch, const Clock&) {
    if (launch.kernel == reinterpret_cast<const void*>(kernel)) early.push_back(cuda::launch_is_early());
  });
  const auto launch_both = [] {
    const cuda::LaunchConfig config{"test", cuda::current_stream(0), 1, 32};
    cuda::launch(config, {}, kernel, 1);
    cuda::launch_early(config, {}, kernel, 1);
  };
  launch_both();
  cuda::Graph graph;
  capture(graph, launch_both);
  launch_both();
  machine.device.set_launch_probe({});
  CHECK(early == std::vector<bool>{false, false, false, true, false, false});
}
