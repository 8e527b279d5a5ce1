#include "fabric/peers.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string_view>

#include "cuda/allocator.h"
#include "cuda/device_api.h"
#include "cuda/peers.h"

namespace vt::fabric {
namespace {

std::mutex groups_mutex;

using Key = std::pair<std::vector<int>, bool>;
std::map<Key, std::unique_ptr<PeerGroup>>& groups() {
  static auto* all = new std::map<Key, std::unique_ptr<PeerGroup>>;
  return *all;
}

// Memory of zeros on a device, for good. Allowed while streams capture: nothing of it is recorded.
void* zeros(int device, size_t bytes, cuda::Stream stream) {
  cuda::DeviceApi& api = cuda::device_api();
  void* data = nullptr;
  check(api.allocate(device, bytes, data), "signals of a group", device);
  check(api.fill(data, 0, bytes, stream), "signals of a group", device);
  return data;
}

}  // namespace

bool connect(std::span<const int> devices) {
  // Of the driver's pools, and of others' allocators, memory is not mapped for peers.
  const std::string_view allocator = cuda::allocator().name();
  if (allocator != "native" && allocator != "passthrough") return false;
  bool all = true;
  for (const int a : devices) {
    for (const int b : devices) all &= cuda::reach_peer(a, b);
  }
  return all;
}

PeerGroup::PeerGroup(std::span<const int> devices, bool is_captured)
    : devices_(devices.begin(), devices.end()), is_captured_(is_captured) {
  const auto line_bytes = static_cast<size_t>(lines_of(static_cast<int>(devices.size()))) * sizeof(Line);
  for (const int device : devices) {
    const cuda::Stream stream = cuda::pool_stream(device);  // one that no capture has
    signals_.push_back(static_cast<Signals<kMostPeers>*>(zeros(device, sizeof(Signals<kMostPeers>), stream)));
    lines_.push_back(static_cast<Line*>(zeros(device, line_bytes, stream)));
    check(cuda::device_api().synchronize(stream), "signals of a group", device);
    last_.push_back(stream);
  }
}

PeerGroup& PeerGroup::of(std::span<const int> devices, bool is_captured) {
  const std::lock_guard lock(groups_mutex);
  const auto find = [&](bool captured) -> PeerGroup& {
    std::unique_ptr<PeerGroup>& group = groups()[{{devices.begin(), devices.end()}, captured}];
    if (!group) group.reset(new PeerGroup(devices, captured));
    return *group;
  };
  if (is_captured) {
    const auto known = groups().find({{devices.begin(), devices.end()}, true});
    VT_CHECK(
        known != groups().end() && known->second, Runtime,
        "expected a collective of these GPUs to have run before one is captured: run the step once, then capture it");
    return *known->second;
  }
  (void)find(true);  // there before anything captures, which may not wait
  return find(false);
}

void PeerGroup::follow(size_t member, cuda::Stream stream) {
  if (is_captured_ || last_[member] == stream) return;
  cuda::wait_stream(stream, last_[member]);
  last_[member] = stream;
}

void PeerGroup::abandon(size_t launched) noexcept {
  cuda::DeviceApi& api = cuda::device_api();
  for (size_t m = 0; m < launched && !is_captured_; ++m) {
    try {
      const cuda::Stream stream = cuda::pool_stream(devices_[m]);
      if (api.fill(&signals_[m]->abandoned, 1, sizeof(uint32_t), stream) != cuda::Status::Success) api.clear_error();
    } catch (const Error&) {
      api.clear_error();  // then it waits for as long as it has patience
    }
  }
  if (launched == 0) return;
  static auto* abandoned = new std::vector<std::unique_ptr<PeerGroup>>;  // kernels may still read them
  const std::lock_guard lock(groups_mutex);
  abandoned->push_back(std::move(groups()[{devices_, is_captured_}]));
}

namespace {

// Calls f(group, member, what is in its memory now) for all.
template <class F>
void read_all(const F& f) {
  const std::lock_guard lock(groups_mutex);
  cuda::DeviceApi& api = cuda::device_api();
  const auto seen = std::make_unique<Signals<kMostPeers>>();
  for (const auto& [key, group] : groups()) {
    if (!group) continue;
    for (size_t m = 0; m < group->devices().size(); ++m) {
      const int device = group->devices()[m];
      const cuda::Stream stream = cuda::pool_stream(device);
      check(api.copy(seen.get(), group->signals(m), sizeof *seen, cuda::CopyKind::DeviceToHost, stream),
            "event snapshots", device);
      check(api.synchronize(stream), "event snapshots", device);
      f(*group, m, *seen);
    }
  }
}

}  // namespace

std::vector<DeviceStamp> read_stamps() {
  std::vector<DeviceStamp> all;
  read_all([&](const PeerGroup& group, size_t m, const Signals<kMostPeers>& seen) {
    for (uint64_t i = seen.calls - std::min<uint64_t>(seen.calls, kStamps); i < seen.calls; ++i) {
      all.push_back({group.devices()[m], seen.stamps[i % kStamps]});
    }
  });
  return all;
}

std::vector<Wait> read_waits() {
  std::map<std::pair<int, int>, uint64_t> sums;
  read_all([&](const PeerGroup& group, size_t m, const Signals<kMostPeers>& seen) {
    for (size_t peer = 0; peer < group.devices().size(); ++peer) {
      if (peer != m) sums[{group.devices()[m], group.devices()[peer]}] += seen.waited[peer];
    }
  });
  std::vector<Wait> all;
  for (const auto& [pair, nanoseconds] : sums) all.push_back({pair.first, pair.second, nanoseconds});
  return all;
}

}  // namespace vt::fabric
