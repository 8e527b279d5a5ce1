#include "cuda/alloc/pending.h"

#include <new>
#include <utility>

namespace vt::cuda::alloc {

PendingUses::~PendingUses() {
  while (to_record_ != nullptr) finish(std::exchange(to_record_, to_record_->younger));
  for (const auto& queue : queues_) {
    while (queue->oldest != nullptr) finish_oldest(*queue);
  }
  for (const SpareEvent& event : events_) {
    if (!is_poisoned()) note(device_api().destroy_event(event.device, event.handle), event.device);
  }
  while (spares_ != nullptr) delete std::exchange(spares_, spares_->other);
}

void PendingUses::note(Status status, int device) noexcept {
  if (status == Status::Success) return;
  device_api().clear_error();
  if (is_sticky(status)) poison(device, status, "a call of the memory allocator");
}

void PendingUses::add(HeapBlock* block, Stream stream) {
  for (StreamUse* use = block->uses; use != nullptr; use = use->other) {
    if (use->queue->stream == stream) return;
  }
  UseQueue* queue = nullptr;
  for (const auto& known : queues_) {
    if (known->stream == stream) queue = known.get();
  }
  if (queue == nullptr) {
    queues_.push_back(std::make_unique<UseQueue>());
    queue = queues_.back().get();
    queue->stream = stream;
  }
  StreamUse* use = spares_;
  if (use != nullptr) {
    spares_ = use->other;
    *use = {};
  } else {
    use = new StreamUse;
  }
  use->queue = queue;
  use->block = block;
  use->other = block->uses;
  block->uses = use;
}

void PendingUses::start(HeapBlock* block, bool may_record) noexcept {
  ++blocks_;
  block->unfinished = 0;
  for (StreamUse* use = block->uses; use != nullptr; use = use->other) block->unfinished++;
  for (StreamUse* use = std::exchange(block->uses, nullptr); use != nullptr;) {
    StreamUse* const other = use->other;
    if (may_record && record(use)) {
      enqueue(use);
    } else {
      use->younger = to_record_;
      to_record_ = use;
    }
    use = other;
  }
}

// Null when there is none and none can be made.
EventHandle PendingUses::acquire_event(int device) noexcept {
  for (auto spare = events_.rbegin(); spare != events_.rend(); ++spare) {
    if (spare->device != device) continue;
    const EventHandle event = spare->handle;
    *spare = events_.back();
    events_.pop_back();
    return event;
  }
  try {
    if (events_.capacity() <= events_made_) events_.reserve(2 * events_made_ + 8);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  EventHandle event = nullptr;
  const Status status = device_api().create_event(device, /*timing=*/false, /*blocking=*/false, event);
  note(status, device);
  if (status != Status::Success) return nullptr;
  ++events_made_;
  return event;
}

bool PendingUses::record(StreamUse* use) noexcept {
  if (is_poisoned()) return false;
  const Stream stream = use->queue->stream;
  const EventHandle event = acquire_event(stream.device);
  if (event == nullptr) return false;
  const Status status = device_api().record_event(event, stream);
  note(status, stream.device);
  if (status != Status::Success) {
    events_.push_back({event, stream.device});
    return false;
  }
  use->event = event;
  return true;
}

void PendingUses::enqueue(StreamUse* use) noexcept {
  UseQueue& queue = *use->queue;
  use->younger = nullptr;
  (queue.youngest != nullptr ? queue.youngest->younger : queue.oldest) = use;
  queue.youngest = use;
}

// The event goes back to the pool, and with the last use of its block the block to the list of those that are done.
void PendingUses::finish(StreamUse* use) noexcept {
  if (use->event != nullptr) events_.push_back({use->event, use->queue->stream.device});
  HeapBlock* const block = use->block;
  use->event = nullptr;
  use->other = spares_;
  spares_ = use;
  if (--block->unfinished == 0) {
    --blocks_;
    block->link = done_;
    done_ = block;
  }
}

// Of the device's own streams everything is done; those of other devices are waited for.
void PendingUses::finish_all() noexcept {
  for (StreamUse** at = &to_record_; *at != nullptr;) {
    StreamUse* const use = *at;
    const bool is_own = use->queue->stream.device == device_;
    if (!is_own && !record(use)) {
      at = &use->younger;
      continue;
    }
    *at = use->younger;
    if (is_own) finish(use);
    else enqueue(use);
  }
  for (const auto& queue : queues_) {
    const int device = queue->stream.device;
    while (queue->oldest != nullptr) {
      if (device != device_) {
        const Status status = device_api().synchronize(queue->oldest->event);
        note(status, device);
        if (status != Status::Success) break;
      }
      finish_oldest(*queue);
    }
  }
}

void PendingUses::finish_oldest(UseQueue& queue) noexcept {
  StreamUse* const use = queue.oldest;
  queue.oldest = use->younger;
  if (queue.oldest == nullptr) queue.youngest = nullptr;
  finish(use);
}

HeapBlock* PendingUses::collect_done() noexcept {
  // Those whose record failed, or that were given back during a capture.
  for (StreamUse** at = &to_record_; *at != nullptr && !is_poisoned();) {
    StreamUse* const use = *at;
    if (record(use)) {
      *at = use->younger;
      enqueue(use);
    } else {
      at = &use->younger;
    }
  }
  for (const auto& queue : queues_) {
    while (queue->oldest != nullptr && !is_poisoned()) {
      const Status status = device_api().query(queue->oldest->event);
      note(status, queue->stream.device);
      if (status != Status::Success) break;
      finish_oldest(*queue);
    }
  }
  return std::exchange(done_, nullptr);
}

}  // namespace vt::cuda::alloc
