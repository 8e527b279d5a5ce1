#include "fabric/peers.h"

#include <cuda_runtime.h>

#include <map>
#include <mutex>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "cuda/allocator.h"
#include "cuda/device.h"

namespace vt::fabric {
namespace {

std::mutex mutex;

void check_runtime(cudaError_t status, const char* what, int device) {
  VT_CHECK(status == cudaSuccess, Cuda, what, " on cuda:", device, ": ", cudaGetErrorString(status));
}

bool enable(int device, int peer) {
  if (!cuda::can_access_peer(device, peer)) return false;
  const cuda::DeviceGuard guard(device);
  const cudaError_t status = cudaDeviceEnablePeerAccess(peer, 0);
  if (status == cudaErrorPeerAccessAlreadyEnabled) {
    cudaGetLastError();
    return true;
  }
  return status == cudaSuccess;
}

}  // namespace

bool connect(std::span<const int> devices) {
  // Of the driver's pools, and of others' allocators, memory is not mapped for peers.
  const std::string_view allocator = cuda::allocator().name();
  if (allocator != "native" && allocator != "passthrough") return false;
  static std::map<std::pair<int, int>, bool> known;
  const std::lock_guard lock(mutex);
  bool all = true;
  for (const int a : devices) {
    for (const int b : devices) {
      if (a == b) continue;
      const auto [at, is_new] = known.try_emplace({a, b}, false);
      if (is_new) at->second = enable(a, b);
      all &= at->second;
    }
  }
  return all;
}

std::span<Signals* const> signals_of(std::span<const int> devices) {
  static std::map<std::vector<int>, std::vector<Signals*>> groups;
  const std::lock_guard lock(mutex);
  std::vector<Signals*>& signals = groups[{devices.begin(), devices.end()}];
  for (size_t i = signals.size(); i < devices.size(); ++i) {
    const cuda::DeviceGuard guard(devices[i]);
    void* data = nullptr;
    check_runtime(cudaMalloc(&data, sizeof(Signals)), "signals of a group", devices[i]);
    check_runtime(cudaMemset(data, 0, sizeof(Signals)), "signals of a group", devices[i]);
    check_runtime(cudaDeviceSynchronize(), "signals of a group", devices[i]);
    signals.push_back(static_cast<Signals*>(data));
  }
  return signals;
}

}  // namespace vt::fabric
