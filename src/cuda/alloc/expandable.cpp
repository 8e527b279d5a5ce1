// Expandable segments: a range of addresses as large as the device, backed by memory piece by piece as it is needed.
// A block that grows at the end of what is mapped needs no hole of its size, so nothing is lost between segments.
#include <algorithm>
#include <iterator>
#include <new>

#include "cuda/alloc/heap.h"
#include "cuda/device.h"

namespace vt::cuda::alloc {
namespace {

constexpr size_t kSmallPage = size_t{2} << 20;
constexpr size_t kLargePage = size_t{20} << 20;

bool is_mapped(const HeapBlock* block) { return block != nullptr && block->state() != Use::Unmapped; }

// The free memory just before `unmapped` that a request of the lane could start in.
size_t free_before(const HeapBlock& unmapped, const Lane* lane) {
  const HeapBlock* before = unmapped.previous;
  return before != nullptr && before->state() == Use::Free && before->lane == lane ? before->bytes : 0;
}

// The pieces that lie within the block, as offsets [begin, end).
struct Run {
  size_t begin = 0;
  size_t end = 0;
};
Run run_within(const HeapBlock& block) {
  const Segment& segment = *block.segment;
  const auto from = static_cast<size_t>(block.begin() - segment.data);
  const size_t to = from + block.bytes;
  auto chunk = segment.chunks.lower_bound(from);
  if (chunk == segment.chunks.end() || chunk->first + chunk->second > to) return {};
  Run run{chunk->first, chunk->first};
  for (; chunk != segment.chunks.end() && chunk->first + chunk->second <= to; ++chunk) {
    run.end = chunk->first + chunk->second;
  }
  return run;
}

}  // namespace

Status Heap::expand(const Want& want, Growth growth, HeapBlock*& block) {
  if (granularity_ == 0) {
    const Status status = device_api().granularity(device_, granularity_);
    if (status != Status::Success) {
      granularity_ = 0;
      pending_.note(status);
      // A driver without these calls gets plain segments.
      return status == Status::InsufficientDriver ? Status::NotSupported : status;
    }
  }
  HeapBlock* room = nullptr;
  for (Segment* segment = segments_; segment != nullptr && room == nullptr; segment = segment->next) {
    if (!segment->is_expandable || segment->pool != want.pool || segment->is_small != want.is_small ||
        segment->stream != want.lane->stream.handle) {
      continue;
    }
    for (HeapBlock* at = segment->first; at != nullptr && room == nullptr; at = at->next) {
      if (at->state() == Use::Unmapped && at->bytes + free_before(*at, want.lane) >= want.bytes) room = at;
    }
  }
  Status status = Status::Success;
  if (room == nullptr) {
    Segment* const fresh = new_range(want, status);
    if (fresh == nullptr) return status;
    room = fresh->first;
  }

  const size_t needed = want.bytes - free_before(*room, want.lane);
  const size_t page =
      round_up(growth == Growth::Preferred ? (want.is_small ? kSmallPage : kLargePage) : granularity_, granularity_);
  const size_t bytes = std::min(round_up(needed, page), room->bytes);
  Segment& segment = *room->segment;
  if (!has_room(bytes)) {
    if (segment.mapped == 0) (void)release_range(&segment);
    return Status::OutOfMemory;
  }
  reserve_spares(1);
  const auto start = static_cast<size_t>(room->begin() - segment.data);
  size_t mapped = 0;
  while (mapped < bytes) {
    const size_t piece = std::min(std::max(page, round_up(kLargePage, granularity_)), bytes - mapped);
    std::map<size_t, size_t>::iterator chunk;
    try {
      chunk = segment.chunks.emplace(start + mapped, piece).first;
    } catch (const std::bad_alloc&) {
      status = Status::OutOfMemory;
      break;
    }
    status = device_api().map_memory(device_, room->begin() + mapped, piece);
    if (status != Status::Success) {
      pending_.note(status);
      segment.chunks.erase(chunk);
      break;
    }
    mapped += piece;
    stats_.num_device_alloc++;
  }
  // Half a block is of no use. Nothing has used it, so it can go back at once; what can't stays in the cache.
  while (status != Status::Success && mapped > 0) {
    const auto chunk = std::prev(segment.chunks.lower_bound(start + mapped));
    const Status undone = device_api().unmap_memory(device_, segment.data + chunk->first, chunk->second);
    if (undone != Status::Success) {
      pending_.note(undone);
      segment.refused_in = ladder_runs_;
      break;
    }
    mapped -= chunk->second;
    segment.chunks.erase(chunk);
    stats_.num_device_free++;
  }
  HeapBlock* const fresh = mapped > 0 ? mapped_front(room, mapped, want.lane) : nullptr;
  if (segment.mapped == 0) (void)release_range(&segment);
  if (status == Status::Success) block = fresh;
  return status;
}

Segment* Heap::new_range(const Want& want, Status& status) {
  const size_t total = device_properties(device_).total_memory;
  const size_t bytes = round_up(std::max(total + total / 8, want.bytes), granularity_);
  auto segment = std::make_unique<Segment>();
  reserve_spares(1);
  void* data = nullptr;
  status = device_api().reserve_addresses(device_, bytes, data);
  if (status != Status::Success) {
    pending_.note(status);
    return nullptr;
  }
  segment->data = static_cast<char*>(data);
  segment->bytes = bytes;
  segment->device = device_;
  segment->is_small = want.is_small;
  segment->is_expandable = true;
  segment->stream = want.lane->stream.handle;
  segment->pool = want.pool;
  HeapBlock* const all = take_spare();
  all->data = data;
  all->bytes = bytes;
  all->stream = want.lane->stream;
  all->lane = want.lane;
  all->segment = segment.get();
  all->set_state(Use::Unmapped);
  segment->first = all;
  link(segment.get());
  return segment.release();
}

// The first `bytes` of an unmapped block have memory now: they become a free block of the lane, which is returned.
HeapBlock* Heap::mapped_front(HeapBlock* unmapped, size_t bytes, Lane* lane) noexcept {
  Segment& segment = *unmapped->segment;
  const bool joins_next = bytes == unmapped->bytes && is_mapped(unmapped->next);
  count(stats_.segment, segment, 1 - (is_mapped(unmapped->previous) ? 1 : 0) - (joins_next ? 1 : 0));
  if (bytes < unmapped->bytes) split_off(unmapped, bytes)->set_state(Use::Unmapped);
  HeapBlock* const fresh = unmapped;
  fresh->lane = lane;
  fresh->stream = lane->stream;
  fresh->freed_at = ++clock_;
  segment.mapped += bytes;
  reserved_ += bytes;
  count_reserved(segment, static_cast<int64_t>(bytes));
  log(HistoryAction::SegmentMap, reinterpret_cast<uintptr_t>(fresh->data), bytes, segment.stream, 0, segment.pool->id);
  HeapBlock* const merged = merge_neighbours(fresh);
  insert_free(merged);
  return merged;
}

size_t Heap::unmappable_bytes(const HeapBlock& block) noexcept {
  const Run run = run_within(block);
  return run.end - run.begin;
}

// Takes the memory from behind the whole pieces within a free block, while the device is idle. Returns the bytes; the
// segment is gone when these were its last.
size_t Heap::unmap(HeapBlock* block) noexcept {
  Segment& segment = *block->segment;
  Run run = run_within(*block);
  try {
    reserve_spares(2);
  } catch (const std::bad_alloc&) {
    return 0;
  }
  size_t done = 0;
  while (run.begin + done < run.end) {
    const auto chunk = segment.chunks.find(run.begin + done);
    const Status status = device_api().unmap_memory(device_, segment.data + chunk->first, chunk->second);
    if (status != Status::Success) {
      pending_.note(status);
      segment.refused_in = ladder_runs_;
      break;
    }
    done += chunk->second;
    segment.chunks.erase(chunk);
    stats_.num_device_free++;
  }
  if (done == 0) return 0;
  run.end = run.begin + done;

  erase_free(block);
  const auto offset = static_cast<size_t>(block->begin() - segment.data);
  HeapBlock* gone = block;
  if (run.begin > offset) {
    gone = split_off(block, run.begin - offset);
    insert_free(block);
  }
  if (gone->bytes > done) insert_free(split_off(gone, done));
  gone->set_state(Use::Unmapped);
  count(stats_.segment, segment, (is_mapped(gone->previous) ? 1 : 0) + (is_mapped(gone->next) ? 1 : 0) - 1);
  segment.mapped -= done;
  reserved_ -= done;
  count_reserved(segment, -static_cast<int64_t>(done));
  log(HistoryAction::SegmentUnmap, reinterpret_cast<uintptr_t>(gone->data), done, segment.stream, 0, segment.pool->id);
  if (gone->next != nullptr && gone->next->state() == Use::Unmapped) {
    HeapBlock* const next = gone->next;
    absorb_next(gone);
    put_spare(next);
  }
  if (HeapBlock* previous = gone->previous; previous != nullptr && previous->state() == Use::Unmapped) {
    absorb_next(previous);
    put_spare(gone);
  }
  if (segment.mapped == 0) (void)release_range(&segment);
  return done;
}

void Heap::unmap_all(Segment* segment) noexcept {
  for (HeapBlock* block = segment->first; block != nullptr;) {
    if (block->state() != Use::Free || unmappable_bytes(*block) == 0) {
      block = block->next;
      continue;
    }
    const bool is_last = segment->mapped == unmappable_bytes(*block);
    char* const end = block->end();
    const size_t done = unmap(block);
    if (is_last && done > 0) return;  // the segment may be gone
    // The list has changed up to here; what follows has not.
    for (block = segment->first; block != nullptr && block->begin() < end;) block = block->next;
  }
}

// The addresses of a segment without memory; they stay for later when the driver refuses.
bool Heap::release_range(Segment* segment) noexcept {
  const Status status = device_api().release_addresses(device_, segment->data, segment->bytes);
  if (status != Status::Success) {
    pending_.note(status);
    return false;
  }
  put_spare(segment->first);
  unlink(segment);
  delete segment;
  return true;
}

}  // namespace vt::cuda::alloc
