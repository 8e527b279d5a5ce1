#include "simulated/device.h"

#include <cstdlib>

#include "core/error.h"
#include "cuda/device.h"

namespace vt::simulated {

using vt::detail::concat;

namespace {

constexpr auto kInvalidHandle = static_cast<Status>(400);
constexpr auto kCapturedEvent = static_cast<Status>(907);
constexpr auto kInvalidDevice = static_cast<Status>(101);
constexpr auto kPeerUnsupported = static_cast<Status>(217);
constexpr int kHighestPriority = -5;

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

Clock SimulatedDevice::clock_of(Stream stream) {
  std::lock_guard lock(mutex_);
  Lane* lane = lane_for(stream);
  if (lane == nullptr) return {};
  join_host(*lane);
  return lane->clock;
}

uint32_t SimulatedDevice::lane_of(Stream stream) {
  std::lock_guard lock(mutex_);
  const Lane* lane = lane_for(stream);
  return lane != nullptr ? lane->index : 0;
}

SimulatedDevice::Position SimulatedDevice::position_of(Stream stream) {
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
  std::lock_guard lock(mutex_);
  able = device != peer && !cut_links_.contains({device, peer});
  return Status::Success;
}

Status SimulatedDevice::enable_peer(int device, int peer) {
  if (!valid(device) || !valid(peer)) return kInvalidDevice;
  std::lock_guard lock(mutex_);
  return device != peer && !cut_links_.contains({device, peer}) ? Status::Success : kPeerUnsupported;
}

void SimulatedDevice::cut_link(int a, int b) {
  std::lock_guard lock(mutex_);
  cut_links_.insert({a, b});
  cut_links_.insert({b, a});
}

int SimulatedDevice::runtime_version() { return 13000; }
int SimulatedDevice::driver_version() { return 13000; }
void SimulatedDevice::clear_error() {}

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

// --- streams and events ---

Status SimulatedDevice::priority_range(int& lowest, int& highest) {
  lowest = 0;
  highest = kHighestPriority;
  return Status::Success;
}

Status SimulatedDevice::create_stream(int device, int priority, StreamHandle& stream) {
  std::lock_guard lock(mutex_);
  stream = nullptr;
  if (!valid(device)) return kInvalidDevice;
  if (lanes_.size() == kMaxLanes) {
    report_.violation(concat("a simulation has at most ", kMaxLanes, " streams"));
    return Status::OutOfMemory;
  }
  stream = reinterpret_cast<StreamHandle>(static_cast<uintptr_t>(add_lane(device, priority)) + 1);
  return Status::Success;
}

Status SimulatedDevice::ask(Stream stream, Lane*& lane) {
  lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  if (!lane->capture) return Status::Success;
  invalidate(*lane->capture);
  return Status::CaptureUnsupported;
}

Status SimulatedDevice::query(Stream stream) {
  std::lock_guard lock(mutex_);
  advance();
  Lane* lane = nullptr;
  if (const Status status = ask(stream, lane); status != Status::Success) return status;
  if (!lane->queue.empty()) return Status::NotReady;
  host_saw(lane->clock);
  return Status::Success;
}

Status SimulatedDevice::synchronize(Stream stream) {
  std::lock_guard lock(mutex_);
  advance();
  Lane* lane = nullptr;
  if (const Status status = ask(stream, lane); status != Status::Success) return status;
  finish(lane->index, lane->given);
  host_saw(lane->clock);
  return Status::Success;
}

Status SimulatedDevice::priority(Stream stream, int& priority) {
  std::lock_guard lock(mutex_);
  const Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  priority = lane->priority;
  return Status::Success;
}

Status SimulatedDevice::create_event(int device, bool timing, bool, EventHandle& handle) {
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
  handle = reinterpret_cast<EventHandle>((static_cast<uintptr_t>(generation) << 20) + index + 1);
  return Status::Success;
}

Status SimulatedDevice::destroy_event(int device, EventHandle handle) {
  std::lock_guard lock(mutex_);
  Event* event = find_event(handle);
  if (event == nullptr || !valid(device)) return kInvalidHandle;
  event->alive = false;
  --live_events_;
  free_events_.push_back(static_cast<uint32_t>((reinterpret_cast<uintptr_t>(handle) & 0xfffff) - 1));
  return Status::Success;
}

Status SimulatedDevice::query(EventHandle handle) {
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

Status SimulatedDevice::synchronize(EventHandle handle) {
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

Status SimulatedDevice::elapsed_ms(EventHandle start, EventHandle end, float& ms) {
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

}  // namespace vt::simulated
