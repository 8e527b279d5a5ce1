// Blocks that were given back while other streams may still use them, and the events that tell when these are done.
#pragma once

#include <memory>
#include <vector>

#include "cuda/alloc/block.h"
#include "cuda/device_api.h"
#include "cuda/fault.h"

namespace vt::cuda::alloc {

struct UseQueue;

/// One recorded use of a block by a stream other than its own. Made by record_stream, so that giving a block back
/// needs no memory.
struct StreamUse {
  UseQueue* queue = nullptr;  // of the stream
  HeapBlock* block = nullptr;
  EventHandle event = nullptr;   // null: not recorded yet
  StreamUse* other = nullptr;    // next use of the same block; link among spares
  StreamUse* younger = nullptr;  // next in the queue or in the list of those to record
};

/// Uses of one stream in the order their events were recorded, which is the order in which they are done.
struct UseQueue {
  Stream stream;
  StreamUse* oldest = nullptr;
  StreamUse* youngest = nullptr;
};

/// Of one device; under the heap's mutex. A call that fails leaves the use where it was, to be tried again: a block is
/// never free before all of its events say so.
class PendingUses {
 public:
  explicit PendingUses(int device) : device_(device) {}
  ~PendingUses();
  PendingUses(const PendingUses&) = delete;
  PendingUses& operator=(const PendingUses&) = delete;

  /// Adds `stream` to the block's uses unless it is there. Throws std::bad_alloc, then nothing has changed.
  void add(HeapBlock* block, Stream stream);
  /// Takes a block that was given back. `may_record`: false while a graph is captured.
  void start(HeapBlock* block, bool may_record) noexcept;
  /// Collects the blocks whose uses are all done: `take(block)` is called for each, with no uses left.
  template <class Take>
  void reap(Take take) noexcept {
    for (HeapBlock* block = collect_done(); block != nullptr;) {
      HeapBlock* const next = block->link;
      block->link = nullptr;
      take(block);
      block = next;
    }
  }
  /// The same after the device is known to be idle: every use by its streams is done. Waits for those of others.
  template <class Take>
  void reap_all(Take take) noexcept {
    finish_all();
    reap(take);
  }

  bool empty() const noexcept { return blocks_ == 0 && done_ == nullptr; }
  /// Blocks that wait.
  int64_t blocks() const noexcept { return blocks_; }
  /// True once the device is lost; no call is made from then on.
  bool is_poisoned() const noexcept { return cuda::is_poisoned(device_); }
  /// Takes notice of what a call on this device returned where nothing can be thrown.
  void note(Status status) const noexcept { note(status, device_); }

 private:
  static void note(Status status, int device) noexcept;
  bool record(StreamUse* use) noexcept;
  void enqueue(StreamUse* use) noexcept;
  void finish(StreamUse* use) noexcept;
  void finish_oldest(UseQueue& queue) noexcept;
  void finish_all() noexcept;
  HeapBlock* collect_done() noexcept;

  int device_;
  int64_t blocks_ = 0;
  std::vector<std::unique_ptr<UseQueue>> queues_;
  StreamUse* to_record_ = nullptr;  // newest first
  HeapBlock* done_ = nullptr;
  StreamUse* spares_ = nullptr;
  struct SpareEvent {
    EventHandle handle;
    int device;  // of the streams that it can be recorded on
  };
  EventHandle acquire_event(int device) noexcept;

  std::vector<SpareEvent> events_;  // not in use; its capacity is that of all events made
  size_t events_made_ = 0;
};

}  // namespace vt::cuda::alloc
