// Work that was called for and is not given to its stream yet, because the next call may become part of it.
//
// Note [Waiting work]
// A pass over memory that only writes elements, as a norm's last one does, is often followed by another over the same
// elements: a ReLU, the sum with a shortcut. A kernel that knows both does them in one, and the bits are the same. So
// an op may leave such a pass here, where nobody can tell: begin_work gives what waits before any other work that reads
// or writes memory of it, or goes to another stream; events, synchronisations, captures, replays, a storage that gets
// other memory and an op that a plugin calls give all of it. Nor does work wait on memory whose address others know:
// they read and write it unseen (show and may_wait in cuda/backend.h). A call that knows how takes it (WaitingList) and
// computes both. Nothing waits long: what was called for last is given first thing in the next call that touches it. A
// pass whose result nobody holds any more is forgotten. Works that wait at the same time do not touch each other, so
// those that are given at the same time may be one. Where nothing waits, work pays for reading a counter.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "core/storage.h"
#include "cuda/stream.h"
#include "cuda/work.h"

namespace vt {
class Tensor;
}

namespace vt::cuda {

class Capture;

/// A call of elements that may become part of what waits: `out` of one dtype, sizes and strides with `inputs`.
struct ElementCall {
  enum class Kind { Relu, Add };
  Kind kind;
  const Tensor* inputs[2];
  int count;
  const Tensor& out;
  uint32_t version;  // of out's memory when the call is done
};

class VT_API WaitingWork {
 public:
  WaitingWork(Stream on, Storage to) : stream(on), written(std::move(to)) {}
  virtual ~WaitingWork() = default;
  WaitingWork(const WaitingWork&) = delete;
  WaitingWork& operator=(const WaitingWork&) = delete;

  /// Gives it to its stream, with that device current.
  virtual void give() = 0;
  /// Whether `other`, which is given together with this one on the same stream, is part of this one's give(), which
  /// then comes next; `other` lives until it is done.
  virtual bool takes_along(const WaitingWork& other) {
    (void)other;
    return false;
  }
  /// The work that computes `call`, of which this one's result is input `i`; `other` writes the other input, or is
  /// null. Null where there is none such.
  virtual std::unique_ptr<WaitingWork> joined_by(const ElementCall& call, int i, const WaitingWork* other) const {
    (void)call, (void)i, (void)other;
    return nullptr;
  }

  Stream stream;
  Storage written;
  std::vector<Storage> read;
  const Capture* capture = nullptr;  // that its call was part of; set by WaitingList::add
};

namespace detail {
VT_API extern std::atomic<int> waiting;  // works, and threads that look at them
VT_API void give_waiting_before(Stream stream, StorageSpan storages);
VT_API void give_all_waiting();
VT_API uint32_t count_writers(const StorageImpl& storage);
}  // namespace detail

inline bool anything_waits() { return detail::waiting.load(std::memory_order_acquire) != 0; }
/// How many works wait to write this memory, each of which counts as a use of it.
inline uint32_t waiting_writers(const StorageImpl& storage) {
  return VT_UNLIKELY(anything_waits()) ? detail::count_writers(storage) : 0;
}
/// Everything that waits goes to its stream.
inline void give_waiting() {
  if (VT_UNLIKELY(anything_waits())) detail::give_all_waiting();
}
/// Forgets what a capture that failed had waiting.
VT_API void forget_waiting(const Capture& capture) noexcept;

/// Sole access to what waits. No device memory may be allocated meanwhile: that may need locks whose holders wait here.
class VT_API WaitingList {
 public:
  WaitingList();
  ~WaitingList();
  WaitingList(const WaitingList&) = delete;
  WaitingList& operator=(const WaitingList&) = delete;

  /// What waits to write this memory for this thread's capture and on `stream`, or null.
  WaitingWork* writing(const StorageImpl& storage, Stream stream) const;
  std::unique_ptr<WaitingWork> take(const WaitingWork& work);
  /// What waits already and touches its memory is given.
  void add(std::unique_ptr<WaitingWork> work);

 private:
  std::unique_lock<std::recursive_mutex> lock_;
  std::vector<std::unique_ptr<WaitingWork>> done_;  // freed when the lock is
};

}  // namespace vt::cuda
