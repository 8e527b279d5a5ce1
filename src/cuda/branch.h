// Captured work beside captured work.
//
// Note [Branches]
// The kernels of a small step are too short to fill a device, and one stream runs them one after the other. Two pieces
// of work of which neither reads what the other writes may be branches of a captured graph instead, which the device
// runs at once. One goes to a second stream, which waits for all that the capture has so far. The capturing stream
// waits for it before anything that touches memory of the branch, or tells others where it stands; until then that
// memory is held, so that what is given back is not used again. Of much memory, or where two branches are waited for
// already, it waits at once. What either stream makes and gives back stays with it. Outside of a capture nothing
// changes: there the host gives kernels more slowly than a device runs them, and events would cost it more time.
#pragma once

#include "core/device.h"
#include "cuda/stream.h"
#include "cuda/work.h"

namespace vt::cuda {

/// If this thread's current stream of the device is the one that it captures, that becomes a second stream until
/// leave(); from the destructor on the first waits for it where it has to. Else does nothing.
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

/// Makes the stream that this thread captures wait for all branches, or for those that use the memory.
VT_API void join_branches();
VT_API void join_branches_of(const StorageImpl& storage);

/// For captures. This thread's capture gives work to `stream`: part of the branch that is open, or of what comes after
/// branches.
void note_work_beside(Stream stream, StorageSpan storages);
/// The capture of this thread is over.
void forget_branches() noexcept;

}  // namespace vt::cuda
