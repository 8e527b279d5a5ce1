#include "simulated/device.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "core/error.h"
#include "core/storage.h"
#include "cuda/device.h"

namespace vt::simulated {

using cuda::CopyKind;
using cuda::Status;
using vt::detail::concat;

namespace {

constexpr auto kInvalidHandle = static_cast<Status>(400);
constexpr auto kCapturedEvent = static_cast<Status>(907);
constexpr auto kInvalidDevice = static_cast<Status>(101);
constexpr int kHighestPriority = -5;

size_t round_up(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

}  // namespace

SimulatedDevice::SimulatedDevice(const Options& options, Report& report)
    : options_(options), report_(report), random_(options.seed), pace_(options.pace < 0 ? 1 : options.pace) {
  devices_.resize(static_cast<size_t>(options.devices));
  for (int i = 0; i < options.devices; ++i) {
    devices_[i].memory = std::make_unique<Memory>(options.memory, options.real_memory, i);
    devices_[i].default_lane = add_lane(i, 0);
  }
}

SimulatedDevice::~SimulatedDevice() {
  for (const auto& [data, bytes] : host_blocks_) std::free(reinterpret_cast<void*>(data));
  for (auto* graph : graphs_) delete graph;
  for (auto* exec : execs_) delete exec;
}

// --- for tests ---

void SimulatedDevice::run_all() {
  std::lock_guard lock(mutex_);
  while (run_step()) {
  }
}

void SimulatedDevice::run_some(size_t steps) {
  std::lock_guard lock(mutex_);
  while (steps-- > 0 && run_step()) {
  }
}

void SimulatedDevice::set_pace(double pace) {
  std::lock_guard lock(mutex_);
  options_.pace = pace;
  pace_ = pace < 0 ? 1 : pace;
}

Clock SimulatedDevice::clock_of(cuda::Stream stream) {
  std::lock_guard lock(mutex_);
  Lane* lane = lane_for(stream);
  if (lane == nullptr) return {};
  join_host(*lane);
  return lane->clock;
}

uint32_t SimulatedDevice::lane_of(cuda::Stream stream) {
  std::lock_guard lock(mutex_);
  const Lane* lane = lane_for(stream);
  return lane != nullptr ? lane->index : 0;
}

SimulatedDevice::Position SimulatedDevice::position_of(cuda::Stream stream) {
  std::lock_guard lock(mutex_);
  const Lane* lane = lane_for(stream);
  return lane != nullptr ? Position{lane->index, lane->given} : Position{};
}

bool SimulatedDevice::has_run(Position position) {
  std::lock_guard lock(mutex_);
  return lanes_[position.lane]->finished >= position.given;
}

void SimulatedDevice::set_cap(int device, size_t bytes) {
  std::lock_guard lock(mutex_);
  devices_[device].cap = bytes;
}

size_t SimulatedDevice::used(int device) {
  std::lock_guard lock(mutex_);
  return devices_[device].memory->used();
}

size_t SimulatedDevice::used_peak(int device) {
  std::lock_guard lock(mutex_);
  return devices_[device].memory->peak();
}

void SimulatedDevice::list_extents(int device, std::vector<std::pair<uintptr_t, Extent>>& into) {
  std::lock_guard lock(mutex_);
  const auto& extents = devices_[device].memory->extents();
  into.assign(extents.begin(), extents.end());
}

SimulatedDevice::Counts SimulatedDevice::counts() {
  std::lock_guard lock(mutex_);
  Counts counts;
  for (const Device& device : devices_) {
    counts.bytes += device.memory->used();
    counts.extents += device.memory->extents().size();
    counts.reservations += device.memory->reservation_count();
  }
  counts.host_blocks = host_blocks_.size();
  counts.events = live_events_;
  counts.graphs = graphs_.size();
  counts.execs = execs_.size();
  counts.captures = captures_.size();
  return counts;
}

std::string SimulatedDevice::describe_counts() {
  const Counts c = counts();
  return concat(c.bytes, " bytes in ", c.extents, " allocations, ", c.reservations, " reserved ranges, ", c.host_blocks,
                " page-locked blocks, ", c.events, " events, ", c.graphs, " graphs, ", c.execs, " executable graphs, ",
                c.captures, " captures");
}

void SimulatedDevice::set_launch_probe(LaunchProbe probe) {
  std::lock_guard lock(mutex_);
  launch_probe_ = std::move(probe);
}

void SimulatedDevice::set_take_back_probe(TakeBackProbe probe) {
  std::lock_guard lock(mutex_);
  take_back_probe_ = std::move(probe);
}

// --- devices ---

Status SimulatedDevice::device_count(int& count) {
  count = options_.devices;
  return Status::Success;
}

Status SimulatedDevice::device_properties(int device, cuda::DeviceProperties& p) {
  if (!valid(device)) return kInvalidDevice;
  p.name = "simulated device";
  p.uuid = concat("00000000-0000-0000-0000-00000000000", device);
  p.major = 9;
  p.minor = 0;
  p.total_memory = options_.memory;
  p.multi_processor_count = 132;
  p.max_threads_per_multi_processor = 2048;
  p.warp_size = 32;
  p.l2_cache_size = size_t{50} << 20;
  p.shared_memory_per_block = size_t{48} << 10;
  p.shared_memory_per_block_optin = size_t{227} << 10;
  p.shared_memory_per_multiprocessor = size_t{228} << 10;
  p.regs_per_multiprocessor = 65536;
  return Status::Success;
}

Status SimulatedDevice::set_device(int device) { return valid(device) ? Status::Success : kInvalidDevice; }

Status SimulatedDevice::synchronize(int device) {
  std::lock_guard lock(mutex_);
  if (!valid(device)) return kInvalidDevice;
  if (const Status status = guard_device(device); status != Status::Success) return status;
  finish_device(device);
  return Status::Success;
}

Status SimulatedDevice::memory_info(int device, size_t& free_bytes, size_t& total_bytes) {
  std::lock_guard lock(mutex_);
  if (!valid(device)) return kInvalidDevice;
  const Memory& memory = *devices_[device].memory;
  total_bytes = memory.capacity();
  free_bytes = memory.capacity() - memory.used();
  return Status::Success;
}

Status SimulatedDevice::can_access_peer(int device, int peer, bool& able) {
  if (!valid(device) || !valid(peer)) return kInvalidDevice;
  able = device != peer;
  return Status::Success;
}

std::string SimulatedDevice::describe(Status status) {
  switch (static_cast<int>(status)) {
    case 0: return "cudaSuccess: no error";
    case 1: return "cudaErrorInvalidValue: invalid argument";
    case 2: return "cudaErrorMemoryAllocation: out of memory";
    case 400: return "cudaErrorInvalidResourceHandle: invalid resource handle";
    case 600: return "cudaErrorNotReady: device not ready";
    case 700: return "cudaErrorIllegalAddress: an illegal memory access was encountered";
    case 900: return "cudaErrorStreamCaptureUnsupported: operation not permitted when stream is capturing";
    case 901: return "cudaErrorStreamCaptureInvalidated: operation failed due to a previous error during capture";
    default: return concat("simulated error ", static_cast<int>(status));
  }
}

// --- memory ---

void SimulatedDevice::check_cap(int device, const char* call) {
  const Device& d = devices_[device];
  if (d.cap != 0 && d.memory->used() > d.cap) {
    report_.violation(
        concat(call, " brought cuda:", device, " to ", d.memory->used(), " bytes, over the cap of ", d.cap));
  }
}

void SimulatedDevice::tell_taken_back(int device, const void* data, size_t bytes) {
  if (take_back_probe_) take_back_probe_(device, reinterpret_cast<uintptr_t>(data), bytes, host_clock_);
}

int SimulatedDevice::owner_of(const void* data) const {
  for (size_t i = 0; i < devices_.size(); ++i) {
    if (devices_[i].memory->contains(data)) return static_cast<int>(i);
  }
  return -1;
}

Status SimulatedDevice::allocate(int device, size_t bytes, void*& data) {
  std::lock_guard lock(mutex_);
  advance();
  data = nullptr;
  if (!valid(device)) return kInvalidDevice;
  if (bytes == 0) return Status::Success;
  data = devices_[device].memory->allocate(bytes, Extent::Kind::Malloc);
  if (data == nullptr) return Status::OutOfMemory;
  check_cap(device, "allocate");
  return Status::Success;
}

Status SimulatedDevice::free(int device, void* data) {
  std::lock_guard lock(mutex_);
  advance();
  if (!valid(device)) return kInvalidDevice;
  if (data == nullptr) return Status::Success;
  if (const Status status = guard_device(device); status != Status::Success) return status;
  finish_device(device);
  Device& d = devices_[device];
  const Extent* extent = d.memory->extent_at(data);
  if (extent == nullptr || extent->kind == Extent::Kind::Mapped || extent->owners != 1) {
    report_.violation("free got memory that is not allocated");
    return Status::InvalidValue;
  }
  tell_taken_back(device, data, extent->bytes);
  if (extent->kind == Extent::Kind::Pool) d.pool_bytes -= extent->bytes;  // may come back this way too
  d.memory->release(data, extent->kind);
  return Status::Success;
}

Status SimulatedDevice::allocate_async(cuda::Stream stream, size_t bytes, void*& data) {
  std::lock_guard lock(mutex_);
  advance();
  data = nullptr;
  Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  if (lane->capture) {
    invalidate(*lane->capture);
    return Status::CaptureUnsupported;
  }
  Device& d = devices_[stream.device];
  if (bytes > d.memory->capacity()) return Status::OutOfMemory;
  bytes = round_up(bytes, Memory::kUnit);
  join_host(*lane);
  for (auto block = d.free_blocks.begin(); block != d.free_blocks.end(); ++block) {
    if (block->bytes != bytes) continue;
    if (!lane->clock.covers(block->clock) && lanes_[block->lane]->finished < block->position) continue;
    lane->clock.join(block->clock);  // the driver knows that the free has run
    data = block->data;
    ++d.memory->extent_at(data)->owners;
    d.free_blocks.erase(block);
    return Status::Success;
  }
  data = d.memory->allocate(bytes, Extent::Kind::Pool);
  if (data == nullptr) return Status::OutOfMemory;
  d.pool_bytes += bytes;
  d.pool_peak = std::max(d.pool_peak, d.pool_bytes);
  check_cap(stream.device, "allocate_async");
  return Status::Success;
}

Status SimulatedDevice::free_async(cuda::Stream stream, void* data) {
  std::lock_guard lock(mutex_);
  advance();
  Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  if (lane->capture) {
    invalidate(*lane->capture);
    return Status::CaptureUnsupported;
  }
  Device& d = devices_[stream.device];
  const Extent* extent = d.memory->extent_at(data);
  const bool freed = std::any_of(d.free_blocks.begin(), d.free_blocks.end(),
                                 [&](const PoolBlock& block) { return block.data == data; });
  if (extent == nullptr || extent->kind != Extent::Kind::Pool || freed) {
    report_.violation("free_async got memory that is not allocated");
    return Status::InvalidValue;
  }
  Work work;
  work.kind = Work::Kind::FreeAsync;
  work.op = "free_async";
  work.to = data;
  const size_t bytes = extent->bytes;
  enqueue(*lane, std::move(work));
  d.free_blocks.push_back({data, bytes, lane->index, lane->given, lane->clock});
  return Status::Success;
}

Status SimulatedDevice::pool_reserved(int device, size_t& current, size_t& peak) {
  std::lock_guard lock(mutex_);
  if (!valid(device)) return kInvalidDevice;
  current = devices_[device].pool_bytes;
  peak = devices_[device].pool_peak;
  return Status::Success;
}

Status SimulatedDevice::reset_pool_peak(int device) {
  std::lock_guard lock(mutex_);
  if (!valid(device)) return kInvalidDevice;
  devices_[device].pool_peak = devices_[device].pool_bytes;
  return Status::Success;
}

Status SimulatedDevice::trim_pool(int device) {
  std::lock_guard lock(mutex_);
  advance();
  if (!valid(device)) return kInvalidDevice;
  Device& d = devices_[device];
  std::erase_if(d.free_blocks, [&](const PoolBlock& block) {
    if (lanes_[block.lane]->finished < block.position) return false;
    tell_taken_back(device, block.data, block.bytes);
    d.pool_bytes -= block.bytes;
    d.memory->release(block.data, Extent::Kind::Pool);
    return true;
  });
  return Status::Success;
}

Status SimulatedDevice::granularity(int device, size_t& bytes) {
  if (!valid(device)) return kInvalidDevice;
  bytes = Memory::kPage;
  return Status::Success;
}

Status SimulatedDevice::reserve_addresses(int device, size_t bytes, void*& data) {
  std::lock_guard lock(mutex_);
  advance();
  data = nullptr;
  if (!valid(device)) return kInvalidDevice;
  if (bytes == 0 || bytes % Memory::kPage != 0) return Status::InvalidValue;
  data = devices_[device].memory->reserve(bytes);
  return data != nullptr ? Status::Success : Status::OutOfMemory;
}

Status SimulatedDevice::release_addresses(int device, void* data, size_t bytes) {
  std::lock_guard lock(mutex_);
  advance();
  if (!valid(device)) return kInvalidDevice;
  if (devices_[device].memory->unreserve(data, bytes)) return Status::Success;
  report_.violation("release_addresses got a range that is not reserved, or still mapped");
  return Status::InvalidValue;
}

Status SimulatedDevice::map_memory(int device, void* data, size_t bytes) {
  std::lock_guard lock(mutex_);
  advance();
  if (!valid(device)) return kInvalidDevice;
  switch (devices_[device].memory->map(data, bytes)) {
    case Memory::MapResult::OutOfMemory: return Status::OutOfMemory;
    case Memory::MapResult::Invalid:
      report_.violation("map_memory got a range that is not reserved, not aligned, or mapped already");
      return Status::InvalidValue;
    case Memory::MapResult::Done: break;
  }
  check_cap(device, "map_memory");
  return Status::Success;
}

Status SimulatedDevice::unmap_memory(int device, void* data, size_t bytes) {
  std::lock_guard lock(mutex_);
  advance();
  if (!valid(device)) return kInvalidDevice;
  tell_taken_back(device, data, bytes);
  if (devices_[device].memory->unmap(data, bytes)) return Status::Success;
  report_.violation("unmap_memory got a range that no single map_memory made");
  return Status::InvalidValue;
}

Status SimulatedDevice::allocate_host(size_t bytes, void*& data) {
  std::lock_guard lock(mutex_);
  advance();
  data = nullptr;
  data = std::aligned_alloc(4096, round_up(std::max<size_t>(bytes, 1), 4096));
  if (data == nullptr) return Status::OutOfMemory;
  std::memset(data, kPoison, bytes);
  host_blocks_[reinterpret_cast<uintptr_t>(data)] = bytes;
  return Status::Success;
}

Status SimulatedDevice::free_host(void* data) {
  std::lock_guard lock(mutex_);
  advance();
  if (data == nullptr) return Status::Success;
  const auto block = host_blocks_.find(reinterpret_cast<uintptr_t>(data));
  if (block == host_blocks_.end()) {
    report_.violation("free_host got memory that is not allocated");
    return Status::InvalidValue;
  }
  std::memset(data, kPoison, block->second);
  host_blocks_.erase(block);
  std::free(data);
  return Status::Success;
}

bool SimulatedDevice::page_locked(const void* data) const {
  auto block = host_blocks_.upper_bound(reinterpret_cast<uintptr_t>(data));
  if (block == host_blocks_.begin()) return false;
  --block;
  return reinterpret_cast<uintptr_t>(data) < block->first + block->second;
}

bool SimulatedDevice::is_page_locked(const void* data) {
  std::lock_guard lock(mutex_);
  return page_locked(data);
}

// --- streams and events ---

Status SimulatedDevice::priority_range(int& lowest, int& highest) {
  lowest = 0;
  highest = kHighestPriority;
  return Status::Success;
}

Status SimulatedDevice::create_stream(int device, int priority, cuda::StreamHandle& stream) {
  std::lock_guard lock(mutex_);
  stream = nullptr;
  if (!valid(device)) return kInvalidDevice;
  if (lanes_.size() == kMaxLanes) {
    report_.violation(concat("a simulation has at most ", kMaxLanes, " streams"));
    return Status::OutOfMemory;
  }
  stream = reinterpret_cast<cuda::StreamHandle>(static_cast<uintptr_t>(add_lane(device, priority)) + 1);
  return Status::Success;
}

Status SimulatedDevice::query(cuda::Stream stream) {
  std::lock_guard lock(mutex_);
  advance();
  Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  if (lane->capture) {
    invalidate(*lane->capture);
    return Status::CaptureUnsupported;
  }
  if (!lane->queue.empty()) return Status::NotReady;
  host_saw(lane->clock);
  return Status::Success;
}

Status SimulatedDevice::synchronize(cuda::Stream stream) {
  std::lock_guard lock(mutex_);
  advance();
  Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  if (lane->capture) {
    invalidate(*lane->capture);
    return Status::CaptureUnsupported;
  }
  finish(lane->index, lane->given);
  host_saw(lane->clock);
  return Status::Success;
}

Status SimulatedDevice::priority(cuda::Stream stream, int& priority) {
  std::lock_guard lock(mutex_);
  const Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  priority = lane->priority;
  return Status::Success;
}

Status SimulatedDevice::create_event(int device, bool timing, bool, cuda::EventHandle& handle) {
  std::lock_guard lock(mutex_);
  handle = nullptr;
  if (!valid(device)) return kInvalidDevice;
  uint32_t index = 0;
  if (free_events_.empty()) {
    index = static_cast<uint32_t>(events_.size());
    events_.emplace_back();
  } else {
    index = free_events_.back();
    free_events_.pop_back();
  }
  Event& event = events_[index];
  const uint32_t generation = event.generation + 1;
  event = {};
  event.device = device;
  event.timing = timing;
  event.generation = generation;
  event.alive = true;
  ++live_events_;
  handle = reinterpret_cast<cuda::EventHandle>((static_cast<uintptr_t>(generation) << 20) + index + 1);
  return Status::Success;
}

Status SimulatedDevice::destroy_event(int device, cuda::EventHandle handle) {
  std::lock_guard lock(mutex_);
  Event* event = find_event(handle);
  if (event == nullptr || !valid(device)) return kInvalidHandle;
  event->alive = false;
  --live_events_;
  free_events_.push_back(static_cast<uint32_t>((reinterpret_cast<uintptr_t>(handle) & 0xfffff) - 1));
  return Status::Success;
}

Status SimulatedDevice::query(cuda::EventHandle handle) {
  std::lock_guard lock(mutex_);
  advance();
  const Event* event = find_event(handle);
  if (event == nullptr) return kInvalidHandle;
  if (event->captured) {
    if (const auto capture = event->capture.lock()) invalidate(*capture);
    return kCapturedEvent;
  }
  if (!is_done(*event)) return Status::NotReady;
  host_saw(event->clock);
  return Status::Success;
}

Status SimulatedDevice::synchronize(cuda::EventHandle handle) {
  std::lock_guard lock(mutex_);
  advance();
  const Event* event = find_event(handle);
  if (event == nullptr) return kInvalidHandle;
  if (event->captured) {
    if (const auto capture = event->capture.lock()) invalidate(*capture);
    return kCapturedEvent;
  }
  if (event->lane != kMaxLanes) finish(event->lane, event->position);
  host_saw(event->clock);
  return Status::Success;
}

Status SimulatedDevice::elapsed_ms(cuda::EventHandle start, cuda::EventHandle end, float& ms) {
  std::lock_guard lock(mutex_);
  advance();
  const Event* from = find_event(start);
  const Event* to = find_event(end);
  if (from == nullptr || to == nullptr || !from->timing || !to->timing) return kInvalidHandle;
  if (from->captured || to->captured) return kCapturedEvent;
  if (from->lane == kMaxLanes || to->lane == kMaxLanes) return kInvalidHandle;
  if (!is_done(*from) || !is_done(*to)) return Status::NotReady;
  ms = static_cast<float>((to->time - from->time) / 1000);
  return Status::Success;
}

// --- work ---

Range SimulatedDevice::range_of(const void* data, size_t bytes) const { return {data, bytes, owner_of(data)}; }

Status SimulatedDevice::launch(cuda::Stream stream, const cuda::KernelLaunch& launch) {
  std::lock_guard lock(mutex_);
  advance();
  Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  Work work;
  work.op = launch.op;
  work.uses.reserve(launch.storage_count);
  for (size_t i = 0; i < launch.storage_count; ++i) {
    const StorageImpl* storage = launch.storages[i];
    if (storage == nullptr || !storage->device().is_cuda() || storage->bytes() == 0) continue;
    if (storage->device().index != stream.device || owner_of(storage->data()) != stream.device) {
      report_.violation(concat(launch.op, " was launched on cuda:", stream.device, " with memory of another device"));
      continue;
    }
    work.uses.push_back({storage->data(), storage->bytes(), stream.device});
  }
  const Status status = give(*lane, std::move(work));
  if (launch_probe_ && status == Status::Success) launch_probe_(stream, launch, lane->clock);
  return status;
}

Status SimulatedDevice::allow_shared_memory(const void*, size_t bytes) {
  return bytes <= (size_t{227} << 10) ? Status::Success : Status::InvalidValue;
}

Status SimulatedDevice::copy(void* to, const void* from, size_t bytes, CopyKind kind, cuda::Stream stream) {
  std::lock_guard lock(mutex_);
  advance();
  Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  Work work;
  work.kind = Work::Kind::Copy;
  work.op = "copy";
  work.to = to;
  work.from = from;
  work.bytes = bytes;
  bool waits = false;
  auto add_device = [&](const void* data) {
    const Range range = range_of(data, bytes);
    if (range.device < 0) {
      report_.violation("copy got an address that no device has");
    } else {
      work.uses.push_back(range);
    }
  };
  auto add_host = [&](const void* data) {
    const bool locked = page_locked(data);
    if (locked) work.uses.push_back({data, bytes, -1});
    return locked;
  };
  if (kind == CopyKind::HostToDevice) {
    add_device(to);
    // Pageable memory is read before the call returns.
    if (!add_host(from) && !lane->capture && options_.real_memory) {
      const char* source = static_cast<const char*>(from);
      work.staged = std::make_shared<std::vector<char>>(source, source + bytes);
    }
  } else if (kind == CopyKind::DeviceToHost) {
    add_device(from);
    waits = !add_host(to) && !lane->capture;  // pageable memory is written before the call returns
  } else {
    add_device(to);
    add_device(from);
  }
  const Status status = give(*lane, std::move(work));
  if (status == Status::Success && waits) {
    finish(lane->index, lane->given);
    host_saw(lane->clock);
  }
  return status;
}

Status SimulatedDevice::copy_peer(void* to, int to_device, const void* from, int from_device, size_t bytes,
                                  cuda::Stream stream) {
  std::lock_guard lock(mutex_);
  advance();
  Lane* lane = lane_for(stream);
  if (lane == nullptr || !valid(to_device) || !valid(from_device)) return kInvalidHandle;
  if (owner_of(to) != to_device || owner_of(from) != from_device) {
    report_.violation("copy_peer got an address that its device does not have");
    return Status::InvalidValue;
  }
  Work work;
  work.kind = Work::Kind::Copy;
  work.op = "copy between devices";
  work.to = to;
  work.from = from;
  work.bytes = bytes;
  work.uses = {{to, bytes, to_device}, {from, bytes, from_device}};
  return give(*lane, std::move(work));
}

Status SimulatedDevice::fill(void* data, int value, size_t bytes, cuda::Stream stream) {
  return fill_rows(data, bytes, value, bytes, 1, stream);
}

Status SimulatedDevice::fill_rows(void* data, size_t pitch, int value, size_t row_bytes, size_t rows,
                                  cuda::Stream stream) {
  std::lock_guard lock(mutex_);
  advance();
  Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  if (rows == 0 || row_bytes == 0) return Status::Success;
  Work work;
  work.kind = Work::Kind::Fill;
  work.op = "fill";
  work.to = data;
  work.bytes = row_bytes;
  work.pitch = pitch;
  work.rows = rows;
  work.value = value;
  const Range range = range_of(data, (rows - 1) * pitch + row_bytes);
  if (range.device < 0) {
    report_.violation("fill got an address that no device has");
    return Status::InvalidValue;
  }
  work.uses.push_back(range);
  return give(*lane, std::move(work));
}

}  // namespace vt::simulated
