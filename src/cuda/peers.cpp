#include "cuda/peers.h"

#include <atomic>
#include <mutex>

#include "cuda/device.h"
#include "cuda/device_api.h"

namespace vt::cuda {
namespace {

enum Reach : int8_t { kUnknown, kReached, kApart };
std::atomic<int8_t> reached[kMaxDevices][kMaxDevices];
std::mutex mutex;
const bool forgets_peers = on_device_api_change([] {
  for (auto& row : reached) {
    for (auto& entry : row) entry.store(kUnknown);
  }
});

}  // namespace

bool reach_peer(int device, int peer) {
  if (device == peer) return true;
  std::atomic<int8_t>& entry = reached[device][peer];
  if (const int8_t known = entry.load(std::memory_order_acquire); known != kUnknown) return known == kReached;
  const std::lock_guard lock(mutex);
  if (entry.load() != kUnknown) return entry.load() == kReached;
  bool able = can_access_peer(device, peer);
  if (able && device_api().enable_peer(device, peer) != Status::Success) {
    device_api().clear_error();
    able = false;
  }
  entry.store(able ? kReached : kApart, std::memory_order_release);
  return able;
}

std::vector<int> peers_of(int device) {
  std::vector<int> found;
  for (int peer = 0; peer < kMaxDevices; ++peer) {
    if (reached[device][peer].load(std::memory_order_relaxed) == kReached) found.push_back(peer);
  }
  return found;
}

}  // namespace vt::cuda
