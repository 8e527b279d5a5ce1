// Memory from the driver, and back to it.
#include "cuda/alloc/heap.h"

namespace vt::cuda::alloc {

// Note [Never above the cap]
// `reserved_` counts what the driver has given us, and is compared with the cap before the driver is asked for more,
// under the mutex that every such call is made with. So there is no moment at which we hold more than the cap.

Status Heap::grow(const Want& want, Growth growth, HeapBlock*& block) {
  if (expandable_.load(std::memory_order_relaxed)) {
    const Status status = expand(want, growth, block);
    if (status != Status::OutOfMemory && status != Status::NotSupported) return status;
    // A page may be more than there is room for; the request by itself may not.
    if (status == Status::OutOfMemory && growth != Growth::Exact) return status;
  }
  size_t bytes = want.bytes;
  if (growth == Growth::Multiple || (growth == Growth::Preferred && bytes >= kOwnSegment)) {
    bytes = round_up(bytes, kSegmentMultiple);
  } else if (growth == Growth::Preferred) {
    bytes = want.is_small ? kSmallSegment : kLargeSegment;
  }
  return add_segment(want, bytes, block);
}

Status Heap::add_segment(const Want& want, size_t bytes, HeapBlock*& block) {
  if (!has_room(bytes)) return Status::OutOfMemory;
  auto segment = std::make_unique<Segment>();
  reserve_spares(1);
  void* data = nullptr;
  const Status status = device_api().allocate(device_, bytes, data);
  if (status != Status::Success) {
    pending_.note(status);
    return status;
  }
  segment->data = static_cast<char*>(data);
  segment->bytes = segment->mapped = bytes;
  segment->device = device_;
  segment->is_small = want.is_small;
  segment->stream = want.lane->stream.handle;
  segment->pool = want.pool;
  block = take_spare();
  block->data = data;
  block->bytes = bytes;
  block->stream = want.lane->stream;
  block->lane = want.lane;
  block->segment = segment.get();
  block->freed_at = ++clock_;
  segment->first = block;
  reserved_ += bytes;
  stats_.num_device_alloc++;
  count(stats_.segment, *segment, 1);
  count_reserved(*segment, static_cast<int64_t>(bytes));
  log(HistoryAction::SegmentAlloc, reinterpret_cast<uintptr_t>(data), bytes, segment->stream, 0, want.pool->id);
  link(segment.release());
  insert_free(block);
  return Status::Success;
}

void Heap::link(Segment* segment) noexcept {
  segment->next = segments_;
  if (segments_ != nullptr) segments_->previous = segment;
  segments_ = segment;
  segment->pool->segments++;
}

void Heap::unlink(Segment* segment) noexcept {
  (segment->previous != nullptr ? segment->previous->next : segments_) = segment->next;
  if (segment->next != nullptr) segment->next->previous = segment->previous;
  segment->pool->segments--;
}

// A plain segment that is wholly free. When the driver refuses, it stays in the cache.
bool Heap::release_segment(Segment* segment) noexcept {
  const Status status = device_api().free(device_, segment->data);
  if (status != Status::Success) {
    pending_.note(status);
    return false;
  }
  for (HeapBlock* block = segment->first; block != nullptr;) {
    HeapBlock* const next = block->next;
    erase_free(block);
    put_spare(block);
    block = next;
  }
  reserved_ -= segment->bytes;
  stats_.num_device_free++;
  count(stats_.segment, *segment, -1);
  count_reserved(*segment, -static_cast<int64_t>(segment->bytes));
  log(HistoryAction::SegmentFree, reinterpret_cast<uintptr_t>(segment->data), segment->bytes, segment->stream, 0,
      segment->pool->id);
  unlink(segment);
  delete segment;
  return true;
}

// Gives back what can be of a free block: its whole segment, or the pieces that lie within it. Returns the bytes; a
// segment that the driver does not take back is left alone for this run of the ladder.
size_t Heap::release(HeapBlock* block) noexcept {
  if (!may_call()) return 0;
  Segment* const segment = block->segment;
  const size_t bytes = segment->bytes;
  size_t done = 0;
  if (!segment->is_expandable) {
    if (segment->is_free() && release_segment(segment)) return bytes;
  } else if (unmappable_bytes(*block) > 0 && wait_for_device()) {
    done = unmap(block);
  }
  if (done == 0) segment->refused_in = ladder_runs_;
  return done;
}

// Everything that is free in pools that may shrink, or only in dying ones.
void Heap::release_free(bool only_dying) noexcept {
  bool has_waited = false;  // then lanes don't matter
  for (Segment* segment = segments_; segment != nullptr && may_call();) {
    Segment* const next = segment->next;
    if (only_dying ? segment->pool->is_dying() : segment->pool->may_shrink()) {
      if (!segment->is_expandable) {
        if (segment->is_free()) (void)release_segment(segment);
      } else {
        has_waited = has_waited || wait_for_device();
        if (has_waited) {
          gather(*segment, *segment->first->lane);
          unmap_all(segment);
        }
      }
    }
    segment = next;
  }
  erase_dead_pools();
}

void Heap::sweep_dying_pools() noexcept { release_free(/*only_dying=*/true); }

// Lanes of a pool without segments hold no block.
void Heap::erase_dead_pools() noexcept {
  std::erase_if(pools_, [](const auto& pool) { return pool->is_dying() && pool->segments == 0; });
}

}  // namespace vt::cuda::alloc
