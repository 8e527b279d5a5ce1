// Captured work beside captured work.
//
// Note [Branches]
// The kernels of a small step are too short to fill a device, and one stream runs them one after the other. Two pieces
// of work of which neither reads what the other writes may be branches of a captured graph instead, which the device
// runs at once. One goes to a second stream, which waits for all that the capture has so far; at the end the capturing
// stream waits for it. So memory from before lasts until both are done, and what either of them makes and gives back
// stays with its own stream. Outside of a capture nothing changes: there the host gives kernels more slowly than a
// device runs them, and events would cost it more time.
#pragma once

#include "core/device.h"
#include "cuda/stream.h"

namespace vt::cuda {

/// If this thread's current stream of the device is the one that it captures, that becomes a second stream until
/// leave(); the destructor makes the first wait for it. Else does nothing.
class VT_API Branch {
 public:
  explicit Branch(Device device);
  ~Branch();
  Branch(const Branch&) = delete;
  Branch& operator=(const Branch&) = delete;

  /// Back to the first stream, whose work from here on is beside the branch.
  void leave() noexcept;

 private:
  enum class Place : uint8_t { Nowhere, OnBranch, Beside };
  Place place_ = Place::Nowhere;
  Stream trunk_, branch_;
};

}  // namespace vt::cuda
