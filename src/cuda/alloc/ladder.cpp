// Note [The ladder]
// What is done when the driver has no memory or the cap no room, in this order, each step only if those before did not
// help: collect what is free already; give back cached memory by size and age until the request fits; wait for pending
// frees; give back everything; ask the registered callbacks. Only then the request is refused, and so a request that
// some order of frees could still serve is not. While a graph is captured, nothing may wait and nothing is given back.
#include <algorithm>
#include <cstdio>

#include "core/error.h"
#include "cuda/alloc/callbacks.h"
#include "cuda/alloc/heap.h"

namespace vt::cuda::alloc {
namespace {

std::string size_text(size_t bytes) {
  char text[48];
  const auto value = static_cast<double>(bytes);
  if (bytes < (size_t{1} << 20)) {
    std::snprintf(text, sizeof text, "%.2f KiB", value / 1024);
  } else if (bytes < (size_t{1} << 30)) {
    std::snprintf(text, sizeof text, "%.2f MiB", value / (1 << 20));
  } else {
    std::snprintf(text, sizeof text, "%.2f GiB", value / (1 << 30));
  }
  return text;
}

}  // namespace

HeapBlock* Heap::under_pressure(const Request& request, Want& want, std::unique_lock<std::mutex>& lock, bool& tight) {
  stats_.num_alloc_retries++;
  ++ladder_runs_;
  tight = true;
  if (HeapBlock* block = after_reaping(want)) return block;
  if (HeapBlock* block = after_trimming(want)) return block;
  if (HeapBlock* block = after_waiting(want)) return block;
  if (HeapBlock* block = after_emptying(want)) return block;

  if (reclaim_ && may_call()) {
    lock.unlock();
    const bool is_worth_a_try = reclaim_(device_);
    lock.lock();
    enter(request.cache);
    want = resolve(request);
    reserve_spares(kSparesPerCall);
    if (is_worth_a_try) {
      if (HeapBlock* block = after_emptying(want)) return block;
    }
  }

  const OutOfMemoryEvent event = describe(request.bytes);
  lock.unlock();  // no lock is held while others' code runs, and it may free
  const int called = run_out_of_memory_callbacks(event, /*before_error=*/true);
  lock.lock();
  enter(request.cache);
  if (called == 0) return nullptr;
  stats_.ladder.called_back++;
  want = resolve(request);
  reserve_spares(kSparesPerCall);
  ++ladder_runs_;
  (void)collect_caches();
  reap();
  if (HeapBlock* block = fit_anywhere(want)) return block;
  if (HeapBlock* block = after_waiting(want)) return block;
  return after_emptying(want);
}

HeapBlock* Heap::after_reaping(const Want& want) {
  stats_.ladder.reaped++;
  (void)collect_caches();
  reap();
  if (HeapBlock* block = fit(want)) return block;
  return nullptr;
}

HeapBlock* Heap::after_trimming(const Want& want) {
  if (!may_call()) return nullptr;
  stats_.ladder.trimmed++;
  const size_t size = round_up(want.bytes, kSegmentMultiple);
  while (true) {
    const size_t deficit = has_room(size) || size > limit_ ? size : size - (limit_ - std::min(limit_, reserved_));
    HeapBlock* const victim = choose_victim(deficit);
    if (victim == nullptr) return nullptr;
    if (release(victim) == 0) {
      if (!may_call()) return nullptr;
      continue;
    }
    if (HeapBlock* block = grown(want, Growth::Preferred, Growth::Multiple)) return block;
  }
}

// The free memory to give back next: the smallest that makes up for the deficit, else the oldest.
HeapBlock* Heap::choose_victim(size_t deficit) noexcept {
  HeapBlock* oldest = nullptr;
  HeapBlock* enough = nullptr;
  size_t enough_bytes = 0;
  for (Segment* segment = segments_; segment != nullptr; segment = segment->next) {
    if (!segment->pool->may_shrink() || segment->refused_in == ladder_runs_) continue;
    if (!segment->is_expandable && !segment->is_free()) continue;
    for (HeapBlock* block = segment->first; block != nullptr; block = block->next) {
      if (block->state() != Use::Free) continue;
      const size_t bytes = segment->is_expandable ? unmappable_bytes(*block) : segment->bytes;
      if (bytes == 0) continue;
      if (oldest == nullptr || block->freed_at < oldest->freed_at) oldest = block;
      const bool is_better =
          enough == nullptr || bytes < enough_bytes || (bytes == enough_bytes && block->freed_at < enough->freed_at);
      if (bytes >= deficit && is_better) {
        enough = block;
        enough_bytes = bytes;
      }
    }
  }
  return enough != nullptr ? enough : oldest;
}

HeapBlock* Heap::after_waiting(const Want& want) {
  if (!may_call()) return nullptr;
  stats_.ladder.waited++;
  stats_.num_sync_all_streams++;
  if (!wait_for_device()) return nullptr;
  pending_.reap_all([this](HeapBlock* block) { complete(block); });
  erase_dead_pools();
  if (HeapBlock* block = fit(want)) return block;
  rehome(*want.pool, *want.lane);
  return fit_anywhere(want);
}

HeapBlock* Heap::after_emptying(const Want& want) {
  if (may_call()) {
    stats_.ladder.emptied++;
    release_free(/*only_dying=*/false);
  }
  if (HeapBlock* block = fit_anywhere(want)) return block;
  return grown(want, Growth::Preferred, Growth::Exact);
}

// Asks the driver for less and less; null if it has not even `least`. Throws for any other failure.
HeapBlock* Heap::grown(const Want& want, Growth most, Growth least) {
  for (int step = static_cast<int>(most); step <= static_cast<int>(least); ++step) {
    HeapBlock* block = nullptr;
    const Status status = grow(want, static_cast<Growth>(step), block);
    if (status == Status::Success) return block;
    if (status != Status::OutOfMemory) check(status, "allocation", device_);
  }
  return nullptr;
}

// Everything that any stream was given so far is done when this returns true.
bool Heap::wait_for_device() noexcept {
  const Status status = device_api().synchronize(device_);
  pending_.note(status);
  return status == Status::Success;
}

// All free blocks of the pool go to one lane and merge there. Only while nothing on the device uses them.
void Heap::rehome(const Pool& pool, Lane& lane) noexcept {
  for (Segment* segment = segments_; segment != nullptr; segment = segment->next) {
    if (segment->pool == &pool) gather(*segment, lane);
  }
}

void Heap::gather(Segment& segment, Lane& lane) noexcept {
  for (HeapBlock* block = segment.first; block != nullptr; block = block->next) {
    if (block->state() != Use::Free || block->lane == &lane) continue;
    erase_free(block);
    block->lane = &lane;
    block->stream = lane.stream;
    block = merge_neighbours(block);
    insert_free(block);
  }
}

OutOfMemoryEvent Heap::describe(size_t requested) {
  OutOfMemoryEvent event;
  event.device = device_;
  event.requested = requested;
  event.allocated = static_cast<size_t>(stats_.allocated_bytes.all.current);
  size_t total = 0;
  if (!pending_.is_poisoned()) pending_.note(device_api().memory_info(device_, event.free, total));
  return event;
}

void Heap::refuse(const Request& request, std::unique_lock<std::mutex>& lock) {
  stats_.num_ooms++;
  stats_.ladder.out_of_memory++;
  publish_all();
  OutOfMemoryEvent event = describe(request.bytes);
  log(HistoryAction::OutOfMemory, event.free, request.bytes, request.stream.handle, request.frames, request.pool);
  const size_t limit = limit_;
  const size_t reserved = reserved_;
  const auto allocated = static_cast<size_t>(stats_.allocated_bytes.all.current);
  const auto pending = static_cast<size_t>(stats_.active_bytes.all.current) - allocated;
  const auto fragmented = static_cast<size_t>(stats_.inactive_split_bytes.all.current);
  const bool is_capturing = capturing_ > 0;
  const std::vector<Holder> holders = largest_holders(10);
  lock.unlock();
  run_out_of_memory_callbacks(event, /*before_error=*/false);

  std::string text =
      vt::detail::concat("CUDA out of memory. Tried to allocate ", size_text(request.bytes), " on cuda:", device_,
                         ", which has ", size_text(event.free), " free. Tensors hold ", size_text(allocated), "; ",
                         size_text(reserved - allocated - pending), " are cached, of which ", size_text(fragmented),
                         " are fragmented (free parts of segments in use)");
  if (pending > 0) text += vt::detail::concat("; ", size_text(pending), " wait for other streams");
  text += limit == kNoMemoryLimit ? std::string("; there is no cap.")
                                  : vt::detail::concat("; the cap of this process is ", size_text(limit), ".");
  if (is_capturing) text += " A graph is being captured, so nothing could be given back or waited for.";
  if (!holders.empty()) text += "\nThe largest live tensors:";
  for (const Holder& holder : holders) {
    const std::string origin = describe_stack(holder.frames);
    text += vt::detail::concat("\n  ", size_text(holder.bytes));
    if (holder.shape.ndim >= 0) text += vt::detail::concat(" ", holder.shape);
    if (!origin.empty()) text += vt::detail::concat(" made at ", origin);
  }
  text += "\nTo try: a smaller batch; checkpointing of activations; deleting tensors that are no longer needed";
  if (fragmented > request.bytes && !expandable_.load(std::memory_order_relaxed)) {
    text += "; VIBETENSOR_ALLOC_CONF=expandable_segments:True against fragmentation";
  }
  if (limit != kNoMemoryLimit) text += "; a higher cap (set_per_process_memory_fraction)";
  text += ".";
  vt::detail::throw_error(ErrorKind::OutOfMemory, std::move(text));
}

}  // namespace vt::cuda::alloc
