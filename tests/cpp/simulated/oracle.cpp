#include "simulated/oracle.h"

#include <algorithm>

#include "core/error.h"

namespace vt::simulated {

using cuda::BlockState;
using vt::detail::concat;

namespace {

uintptr_t address_of(const cuda::Block& block) { return reinterpret_cast<uintptr_t>(block.data); }

size_t round_up(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

}  // namespace

Oracle::Oracle(SimulatedDevice& device, cuda::CudaAllocator& allocator, const AllocatorUnderTest& kind, Report& report)
    : device_(device), allocator_(allocator), kind_(kind), report_(report) {
  int count = 0;
  (void)device.device_count(count);
  devices_.resize(static_cast<size_t>(count));
  device_.set_take_back_probe(
      [this](int index, uintptr_t data, size_t bytes, const Clock& host) { on_taken_back(index, data, bytes, host); });
}

Oracle::~Oracle() { device_.set_take_back_probe(nullptr); }

void Oracle::fail(int device, const std::string& what) { report_.violation(concat("cuda:", device, ": ", what)); }

// Joins the clocks of whatever used bytes of [begin, end) into `into` and forgets these bytes.
void Oracle::take_past(DeviceModel& model, uintptr_t begin, uintptr_t end, Clock& into) {
  auto past = model.past.upper_bound(begin);
  if (past != model.past.begin() && std::prev(past)->second.end > begin) --past;
  while (past != model.past.end() && past->first < end) {
    into.join(past->second.uses);
    const auto [from, old] = *past;
    past = model.past.erase(past);
    if (from < begin) model.past[from] = {begin, old.uses};
    if (old.end > end) model.past[end] = {old.end, old.uses};
  }
}

// Bytes of [begin, end) were used at `uses` too.
void Oracle::add_past(DeviceModel& model, uintptr_t begin, uintptr_t end, const Clock& uses) {
  uintptr_t at = begin;
  auto past = model.past.upper_bound(begin);
  if (past != model.past.begin() && std::prev(past)->second.end > begin) {
    --past;
    if (past->first < begin) {
      const Past tail = past->second;
      past->second.end = begin;
      past = model.past.emplace(begin, tail).first;
    }
  }
  while (at < end) {
    if (past == model.past.end() || past->first > at) {
      const uintptr_t hole_end = past == model.past.end() ? end : std::min(end, past->first);
      model.past.emplace(at, Past{hole_end, uses});
      at = hole_end;
      continue;
    }
    if (past->second.end > end) {
      model.past.emplace(end, past->second);
      past->second.end = end;
    }
    past->second.uses.join(uses);
    at = past->second.end;
    ++past;
  }
}

bool Oracle::must_be_pending(const Pending& pending) {
  return std::any_of(pending.until.begin(), pending.until.end(),
                     [&](SimulatedDevice::Position position) { return !device_.has_run(position); });
}

// Freed blocks in [begin, end) go on to somebody else.
void Oracle::drop_pending(int device, uintptr_t begin, uintptr_t end) {
  auto& all = devices_[device].pending;
  auto pending = all.upper_bound(begin);
  if (pending != all.begin() && std::prev(pending)->first + std::prev(pending)->second.bytes > begin) --pending;
  while (pending != all.end() && pending->first < end) {
    if (kind_.waits && must_be_pending(pending->second))
      fail(device, "a block was reused while another stream still uses it");
    pending = all.erase(pending);
  }
}

void Oracle::on_allocate(const cuda::Block& block, size_t requested, Stream stream, cuda::PoolId pool, uint64_t graph) {
  const int device = stream.device;
  DeviceModel& model = devices_[device];
  const uintptr_t begin = address_of(block), end = begin + block.bytes;
  if (block.bytes < requested || block.requested != requested || block.stream != stream || begin % 512 != 0) {
    fail(device, concat("a request for ", requested, " bytes got a block of ", block.bytes, " at ", begin,
                        " that is too small, not aligned, or says something else"));
  }
  const auto next = model.live.lower_bound(begin);
  const bool hits_next = next != model.live.end() && next->first < end;
  const bool hits_previous =
      next != model.live.begin() && std::prev(next)->first + std::prev(next)->second.bytes > begin;
  if (hits_next || hits_previous) return fail(device, "two live blocks overlap");
  drop_pending(device, begin, end);
  for (const GraphRange& range : model.graph_ranges) {
    if (range.begin < end && begin < range.end && range.pool != pool) {
      fail(device, "memory on which a live graph replays was handed out");
    }
  }
  Live live{block.bytes, requested, stream, pool, {}, {}};
  take_past(model, begin, end, live.uses);
  const Clock clock = device_.clock_of(stream);
  if (!clock.covers(live.uses)) {
    fail(device, concat("a block was handed out on lane ", device_.lane_of(stream), " that lane ",
                        clock.first_missing(live.uses), " may still use: no event orders them"));
  }
  model.live.emplace(begin, std::move(live));
  if (graph != 0) model.graph_ranges.push_back({begin, end, graph, pool, {}});
  model.allocations++;
  model.bytes += static_cast<int64_t>(block.bytes);
  model.requested += static_cast<int64_t>(requested);
  model.bytes_peak = std::max(model.bytes_peak, model.bytes);
  model.requested_peak = std::max(model.requested_peak, model.requested);
  model.count_peak = std::max(model.count_peak, static_cast<int64_t>(model.live.size()));
}

void Oracle::on_use(const cuda::Block& block, Stream stream) {
  Live& live = devices_[block.stream.device].live.at(address_of(block));
  const uint32_t lane = device_.lane_of(stream);
  live.uses[lane] = device_.clock_of(stream)[lane];
}

void Oracle::on_record_stream(const cuda::Block& block, Stream stream) {
  Live& live = devices_[block.stream.device].live.at(address_of(block));
  if (stream != block.stream) live.others.push_back(stream);
}

void Oracle::on_free(const cuda::Block& block) {
  const int device = block.stream.device;
  DeviceModel& model = devices_[device];
  const uintptr_t begin = address_of(block);
  const auto found = model.live.find(begin);
  if (found == model.live.end()) return fail(device, "a block that the model does not have is freed");
  const Live& live = found->second;
  model.bytes -= static_cast<int64_t>(live.bytes);
  model.requested -= static_cast<int64_t>(live.requested);
  add_past(model, begin, begin + live.bytes, live.uses);
  if (!live.others.empty()) {
    Pending pending{live.bytes, {}};
    for (const Stream other : live.others) pending.until.push_back(device_.position_of(other));
    model.pending[begin] = std::move(pending);
  }
  model.live.erase(found);
}

void Oracle::on_replay(uint64_t graph, Stream stream) {
  const uint32_t lane = device_.lane_of(stream);
  const uint32_t tick = device_.clock_of(stream)[lane];
  for (DeviceModel& model : devices_) {
    for (GraphRange& range : model.graph_ranges) {
      if (range.graph == graph) range.replays[lane] = tick;
    }
  }
}

void Oracle::on_graph_destroyed(uint64_t graph) {
  for (DeviceModel& model : devices_) {
    std::erase_if(model.graph_ranges, [&](const GraphRange& range) {
      if (range.graph != graph) return false;
      // Live blocks know of it themselves; the bytes between them are free.
      uintptr_t at = range.begin;
      auto live = model.live.lower_bound(range.begin);
      if (live != model.live.begin() && std::prev(live)->first + std::prev(live)->second.bytes > at) --live;
      for (; at < range.end && live != model.live.end() && live->first < range.end; ++live) {
        live->second.uses.join(range.replays);
        if (live->first > at) add_past(model, at, live->first, range.replays);
        at = std::max(at, live->first + live->second.bytes);
      }
      if (at < range.end) add_past(model, at, range.end, range.replays);
      return true;
    });
  }
}

void Oracle::on_pool_released(int device, cuda::PoolId pool) {
  for (const cuda::SegmentInfo& segment : allocator_.pool_segments(device, pool)) {
    const bool in_use = std::any_of(segment.blocks.begin(), segment.blocks.end(),
                                    [](const cuda::BlockInfo& block) { return block.state != BlockState::Inactive; });
    if (!in_use) fail(device, "a free segment of a released pool stays");
  }
}

void Oracle::on_reset_peaks(int device) {
  DeviceModel& model = devices_[device];
  model.bytes_peak = model.bytes;
  model.requested_peak = model.requested;
  model.count_peak = static_cast<int64_t>(model.live.size());
}

// Runs inside a call of the device, under its lock: calls nothing of it.
void Oracle::on_taken_back(int device, uintptr_t data, size_t bytes, const Clock& host) {
  DeviceModel& model = devices_[device];
  const uintptr_t end = data + bytes;
  const auto next = model.live.lower_bound(data);
  const bool hits = (next != model.live.end() && next->first < end) ||
                    (next != model.live.begin() && std::prev(next)->first + std::prev(next)->second.bytes > data);
  if (hits) fail(device, "memory of a live block was given back to the driver");
  for (const GraphRange& range : model.graph_ranges) {
    if (range.begin < end && data < range.end) fail(device, "memory on which a live graph replays was given back");
  }
  Clock uses;
  take_past(model, data, end, uses);
  if (!host.covers(uses)) fail(device, "memory was given back to the driver while work that uses it may still run");
  // All of it has run, or the line above has said so.
  auto pending = model.pending.lower_bound(data);
  while (pending != model.pending.end() && pending->first < end) pending = model.pending.erase(pending);
}

void Oracle::on_refusal(size_t requested, Stream stream, cuda::PoolId pool, bool capturing) {
  const int device = stream.device;
  DeviceModel& model = devices_[device];
  model.refusals++;
  size_t free_bytes = 0, total = 0;
  (void)device_.memory_info(device, free_bytes, total);
  const size_t room = std::min(model.limit, total);
  const std::string circumstances =
      concat(capturing ? " (while a graph is captured; " : " (", "memory ", total, ", limit ", room, ", in use ",
             device_.used(device), ", pool ", pool.number, ")");
  const std::vector<cuda::SegmentInfo> segments = allocator_.snapshot(device);
  for (const cuda::SegmentInfo& segment : segments) {
    if (segment.pool != pool) continue;
    size_t gap = 0;
    uintptr_t end = segment.address;
    for (const cuda::BlockInfo& block : segment.blocks) {
      if (capturing) {
        // Nothing may wait then, so only what is free for this stream counts.
        const bool usable = block.state == BlockState::Inactive && block.stream == stream.handle;
        gap = usable ? block.size : 0;
      } else if (block.state == BlockState::ActiveAllocated) {
        gap = 0;
      } else {
        gap = block.address == end ? gap + block.size : block.size;
      }
      end = block.address + block.size;
      if (gap < round_up(requested, Memory::kUnit)) continue;
      return fail(device, concat("a request for ", requested, " bytes was refused with a gap of ", gap,
                                 " bytes free in a segment of its pool", circumstances));
    }
  }
  // Memory that no free of cached memory could give back: what the device gave out in one piece goes back in one.
  size_t stays = 0;
  device_.list_extents(device, extents_);
  for (const auto& [address, extent] : extents_) {
    const uintptr_t end = address + extent.bytes;
    auto live = model.live.lower_bound(address);
    bool used = live != model.live.end() && live->first < end;
    if (live != model.live.begin() && std::prev(live)->first + std::prev(live)->second.bytes > address) used = true;
    for (const cuda::SegmentInfo& segment : segments) {  // a private pool keeps what it has
      if (segment.pool.is_shared()) continue;
      used |= segment.address < end && address < segment.blocks.back().address + segment.blocks.back().size;
    }
    if (used || capturing) stays += extent.bytes;
  }
  const size_t needed = round_up(requested, Memory::kPage);
  if (room >= stays && room - stays >= needed) {
    fail(device, concat("a request for ", requested, " bytes was refused although ", room - stays,
                        " bytes are free once the cache is given back", circumstances));
  }
}

void Oracle::check_statistics(int device) {
  const DeviceModel& model = devices_[device];
  const cuda::MemoryStats stats = allocator_.stats(device);
  auto expect = [&](const char* name, int64_t got, int64_t expected) {
    if (got != expected) fail(device, concat("the statistic ", name, " is ", got, ", the model has ", expected));
  };
  expect("allocation.current", stats.allocation.all.current, static_cast<int64_t>(model.live.size()));
  expect("allocation.allocated", stats.allocation.all.allocated, model.allocations);
  // What happened between two looks into several threads' caches may be missing from the peaks.
  auto expect_peak = [&](const char* name, int64_t got, int64_t expected, int64_t may_lack) {
    if (got > expected || got < expected - may_lack) expect(name, got, expected);
  };
  expect_peak("allocation.peak", stats.allocation.all.peak, model.count_peak,
              stats.peak_uncertainty > 0 ? model.count_peak : 0);
  expect("allocated_bytes.current", stats.allocated_bytes.all.current, model.bytes);
  expect_peak("allocated_bytes.peak", stats.allocated_bytes.all.peak, model.bytes_peak, stats.peak_uncertainty);
  expect("requested_bytes.current", stats.requested_bytes.all.current, model.requested);
  expect_peak("requested_bytes.peak", stats.requested_bytes.all.peak, model.requested_peak, stats.peak_uncertainty);
  expect("num_ooms", stats.num_ooms, model.refusals);
  expect("reserved_bytes.current", stats.reserved_bytes.all.current, static_cast<int64_t>(device_.used(device)));
  expect("active - allocation", stats.active.all.current - stats.allocation.all.current, stats.pending_blocks);
  expect("active_bytes + cached_bytes", stats.active_bytes.all.current + stats.cached_bytes,
         stats.reserved_bytes.all.current);
  if (stats.pending_blocks > static_cast<int64_t>(model.pending.size())) {
    fail(device, "more blocks are pending than were freed while other streams used them");
  }
  for (const cuda::PoolStats* pools :
       {&stats.allocation, &stats.segment, &stats.active, &stats.inactive_split, &stats.allocated_bytes,
        &stats.reserved_bytes, &stats.active_bytes, &stats.inactive_split_bytes, &stats.requested_bytes}) {
    expect("small + large", pools->small_pool.current + pools->large_pool.current, pools->all.current);
    expect("small + large (allocated)", pools->small_pool.allocated + pools->large_pool.allocated,
           pools->all.allocated);
    for (const cuda::Stat* stat : {&pools->all, &pools->small_pool, &pools->large_pool}) {
      expect("allocated - freed", stat->allocated - stat->freed, stat->current);
      if (stat->current < 0 || stat->peak < stat->current) fail(device, "a statistic is below 0 or above its peak");
    }
  }
}

void Oracle::check_snapshot(int device) {
  DeviceModel& model = devices_[device];
  const cuda::MemoryStats stats = allocator_.stats(device);
  const std::vector<cuda::SegmentInfo> segments = allocator_.snapshot(device);
  device_.list_extents(device, extents_);
  auto live = model.live.begin();
  auto pending = model.pending.begin();
  size_t extent = 0;
  size_t reserved = 0, active = 0, inactive_split = 0;
  uintptr_t last_end = 0;
  for (const cuda::SegmentInfo& segment : segments) {
    size_t allocated = 0, active_here = 0, requested = 0, total = 0;
    uintptr_t at = segment.address;
    if (at < last_end) fail(device, "segments of the snapshot overlap or are out of order");
    for (const cuda::BlockInfo& block : segment.blocks) {
      const uintptr_t end = block.address + block.size;
      if (block.size == 0 || block.address < at || (block.address != at && !segment.is_expandable)) {
        return fail(device, "the blocks of a segment of the snapshot leave a hole or overlap");
      }
      at = end;
      total += block.size;
      // What the device has given out covers the block.
      while (extent < extents_.size() && extents_[extent].first + extents_[extent].second.bytes <= block.address) {
        ++extent;
      }
      uintptr_t covered = block.address;
      for (size_t e = extent; covered < end && e < extents_.size() && extents_[e].first <= covered; ++e) {
        covered = extents_[e].first + extents_[e].second.bytes;
      }
      if (covered < end) return fail(device, "a block of the snapshot is not memory that the device has given out");
      switch (block.state) {
        case BlockState::ActiveAllocated:
          if (live == model.live.end() || live->first != block.address || live->second.bytes != block.size ||
              live->second.requested != block.requested_size || live->second.stream.handle != block.stream ||
              live->second.pool != segment.pool) {
            return fail(device, concat("the snapshot has a live block of ", block.size,
                                       " bytes that the model does not have, or has differently"));
          }
          allocated += block.size;
          active_here += block.size;
          requested += block.requested_size;
          ++live;
          break;
        case BlockState::ActivePendingFree: {
          const auto freed = model.pending.find(block.address);
          if (freed == model.pending.end() || freed->second.bytes != block.size) {
            return fail(device, "the snapshot has a pending block that no other stream used");
          }
          active_here += block.size;
          requested += block.requested_size;
          break;
        }
        case BlockState::Inactive:
          while (pending != model.pending.end() && pending->first < block.address) ++pending;
          while (pending != model.pending.end() && pending->first < end) {
            if (must_be_pending(pending->second)) {
              return fail(device, "a block that another stream still uses is free in the snapshot");
            }
            pending = model.pending.erase(pending);
          }
          break;
      }
    }
    for (const cuda::BlockInfo& block : segment.blocks) {
      const bool shares = segment.is_expandable || block.size != segment.total_size;
      if (block.state == BlockState::Inactive && shares) inactive_split += block.size;
    }
    if (total != segment.total_size || allocated != segment.allocated_size || active_here != segment.active_size ||
        requested != segment.requested_size) {
      return fail(device, "the sums of a segment of the snapshot differ from its blocks'");
    }
    last_end = at;
    reserved += total;
    active += active_here;
  }
  if (live != model.live.end()) return fail(device, "the snapshot lacks a live block");
  auto expect = [&](const char* name, int64_t got, size_t expected) {
    if (got != static_cast<int64_t>(expected)) {
      fail(device, concat("the statistic ", name, " is ", got, ", the snapshot has ", expected));
    }
  };
  expect("reserved_bytes", stats.reserved_bytes.all.current, reserved);
  expect("active_bytes", stats.active_bytes.all.current, active);
  expect("segment", stats.segment.all.current, segments.size());
  expect("inactive_split_bytes", stats.inactive_split_bytes.all.current, inactive_split);
  if (reserved != device_.used(device))
    fail(device, "the snapshot's segments are not all that the device has given out");
}

}  // namespace vt::simulated
