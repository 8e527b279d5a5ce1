// GPUs that read and write each other's memory, and what they share for it.
#pragma once

#include <mutex>
#include <span>
#include <vector>

#include "cuda/event.h"
#include "fabric/peer_protocol.h"

namespace vt::fabric {

// Lets every device of the list reach the memory of every other, where the topology allows; asked once per pair. False
// if one of them cannot.
VT_API bool connect(std::span<const int> devices);

// Devices in an order, with memory to signal in. Collectives of a group run one after the other on each device,
// whichever streams they are given to.
class PeerGroup {
 public:
  // Made on first use, never freed. What a graph captures has memory of its own, apart from what runs eagerly
  // meanwhile.
  static PeerGroup& of(std::span<const int> devices, bool is_captured);

  const std::vector<int>& devices() const { return devices_; }
  Signals<kMostPeers>* signals(size_t member) const { return signals_[member]; }
  Line* lines(size_t member) const { return lines_[member]; }

  // Held while the kernels of one call are launched, so that calls of several threads come in one order everywhere.
  std::mutex& mutex() { return mutex_; }
  // Has the next work of a member's stream wait for the group's latest on another stream.
  void follow(size_t member, cuda::Stream stream);

  // The call under way could be given to the first `launched` members only: they stop waiting, and later collectives
  // have other memory to signal in.
  void abandon(size_t launched) noexcept;

 private:
  PeerGroup(std::span<const int> devices, bool is_captured);
  std::vector<int> devices_;
  std::vector<Signals<kMostPeers>*> signals_;
  std::vector<Line*> lines_;
  std::vector<cuda::Stream> last_;
  bool is_captured_;
  std::mutex mutex_;
};

// What the members of all groups have noted, by device: the stamps of the latest calls. Does not wait for work in
// flight.
struct DeviceStamp {
  int device;
  Stamp stamp;
};
VT_API std::vector<DeviceStamp> read_stamps();

// How long a device's first block has waited for a peer's, over all groups.
struct Wait {
  int device, peer;
  uint64_t nanoseconds;
};
VT_API std::vector<Wait> read_waits();

}  // namespace vt::fabric
