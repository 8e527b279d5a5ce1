#include "cuda/alloc/pending.h"

#include <utility>

#include "cuda/alloc/planted.h"

namespace vt::cuda::alloc {

PendingUses::~PendingUses() {
  finish_all();
  for (const EventHandle event : events_) {
    if (!is_poisoned()) note(device_api().destroy_event(device_, event));
  }
  while (spares_ != nullptr) delete std::exchange(spares_, spares_->other);
}

void PendingUses::note(Status status) noexcept {
  if (status == Status::Success) return;
  device_api().clear_error();
  if (is_sticky(status)) poison(device_, status, "a call of the memory allocator");
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
    if (VT_PLANTED(NoEventRecorded) || (VT_PLANTED(LateStreamForgotten) && other != nullptr)) {
      finish(use);
    } else if (may_record && record(use)) {
      enqueue(use);
    } else {
      use->younger = to_record_;
      to_record_ = use;
    }
    use = other;
  }
}

bool PendingUses::record(StreamUse* use) noexcept {
  if (is_poisoned()) return false;
  EventHandle event = nullptr;
  if (!events_.empty()) {
    event = events_.back();
    events_.pop_back();
  } else {
    try {
      if (events_.capacity() <= events_made_) events_.reserve(2 * events_made_ + 8);
    } catch (...) {
      return false;
    }
    const Status status = device_api().create_event(device_, /*timing=*/false, /*blocking=*/false, event);
    note(status);
    if (status != Status::Success) return false;
    ++events_made_;
  }
  const Status status = device_api().record_event(event, use->queue->stream);
  note(status);
  if (status != Status::Success) {
    events_.push_back(event);
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
  if (use->event != nullptr) events_.push_back(use->event);
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

void PendingUses::finish_all() noexcept {
  while (to_record_ != nullptr) finish(std::exchange(to_record_, to_record_->younger));
  for (const auto& queue : queues_) {
    while (queue->oldest != nullptr) finish(std::exchange(queue->oldest, queue->oldest->younger));
    queue->youngest = nullptr;
  }
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
      if (!VT_PLANTED(PendingBlockReused)) {
        const Status status = device_api().query(queue->oldest->event);
        note(status);
        if (status != Status::Success) break;
      }
      finish(std::exchange(queue->oldest, queue->oldest->younger));
      if (queue->oldest == nullptr) queue->youngest = nullptr;
    }
  }
  return std::exchange(done_, nullptr);
}

}  // namespace vt::cuda::alloc
