// The queues of a simulated device: what is given to streams, what may run, and what running does.
#include <cstring>

#include "core/error.h"
#include "simulated/device.h"

namespace vt::simulated {

using vt::detail::concat;

namespace {

constexpr size_t kMostQueued = 512;      // beyond that, work runs faster than it comes
constexpr uint32_t kCallsPerPace = 200;  // between changes of a random pace
constexpr double kPaces[] = {0, 0.1, 0.5, 1, 3};

}  // namespace

void SimulatedDevice::advance() {
  if (options_.pace < 0 && ++pace_calls_ >= kCallsPerPace) {
    pace_calls_ = 0;
    pace_ = kPaces[random_.below(std::size(kPaces))];
  }
  credit_ += queued_ > kMostQueued ? 2 : pace_;
  while (credit_ >= 1) {
    credit_ -= 1;
    if (!run_step()) credit_ = 0;
  }
}

bool SimulatedDevice::can_run(const Lane& lane) const {
  const Work& head = lane.queue.front();
  const bool waits = head.kind == Work::Kind::Wait || (head.kind == Work::Kind::Graph && head.position > 0);
  return !waits || lanes_[head.lane]->finished >= head.position;
}

bool SimulatedDevice::run_step() {
  if (busy_.empty()) return false;
  const size_t first = random_.below(busy_.size());
  for (size_t i = 0; i < busy_.size(); ++i) {
    Lane& lane = *lanes_[busy_[(first + i) % busy_.size()]];
    if (!can_run(lane)) continue;
    run_head(lane);
    return true;
  }
  report_.violation("the streams wait for each other");
  return false;
}

void SimulatedDevice::run_head(Lane& lane) {
  const Work work = std::move(lane.queue.front());
  lane.queue.pop_front();
  --queued_;
  ++lane.finished;
  if (lane.queue.empty()) {
    lane.busy = false;
    std::erase(busy_, lane.index);
  }
  execute(work, lane.device);
}

void SimulatedDevice::finish(uint32_t index, uint64_t position) {
  while (lanes_[index]->finished < position) {
    if (random_.one_in(4)) {
      run_step();
      continue;
    }
    // The head of the stream, or the head of the stream that it waits for, and so on: waits lead to older work.
    Lane* lane = lanes_[index].get();
    while (!can_run(*lane)) lane = lanes_[lane->queue.front().lane].get();
    run_head(*lane);
  }
}

void SimulatedDevice::finish_device(int device) {
  for (const auto& lane : lanes_) {
    if (lane->device != device) continue;
    finish(lane->index, lane->given);
    host_saw(lane->clock);
  }
}

void SimulatedDevice::check_range(const Range& range, int device, const char* op) {
  if (range.bytes == 0) return;
  if (range.device < 0) {
    auto block = host_blocks_.upper_bound(reinterpret_cast<uintptr_t>(range.data));
    const bool live = block != host_blocks_.begin() &&
                      (--block, reinterpret_cast<uintptr_t>(range.data) + range.bytes <= block->first + block->second);
    if (!live) report_.violation(concat(op, " ran after the page-locked memory that it uses was freed"));
    return;
  }
  if (!devices_[range.device].memory->is_live(range.data, range.bytes)) {
    report_.violation(concat(op, " on cuda:", device, " ran on ", range.bytes, " bytes at offset ",
                             reinterpret_cast<uintptr_t>(range.data), " that the device has taken back"));
  }
}

void SimulatedDevice::execute(const Work& work, int device) {
  ++work_run_;
  now_ += 1 + static_cast<double>(random_.below(1000)) / 100;
  for (const Range& range : work.uses) check_range(range, device, work.op);
  const bool moves_bytes = devices_[device].memory->is_real() && report_.clean();
  switch (work.kind) {
    case Work::Kind::Kernel:
    case Work::Kind::Wait: return;
    case Work::Kind::Copy:
      if (moves_bytes) std::memmove(work.to, work.staged ? work.staged->data() : work.from, work.bytes);
      return;
    case Work::Kind::Fill:
      if (!moves_bytes) return;
      for (size_t row = 0; row < work.rows; ++row) {
        std::memset(static_cast<char*>(work.to) + row * work.pitch, work.value, work.bytes);
      }
      return;
    case Work::Kind::Record: {
      Event& event = events_[work.event];
      if (event.alive && event.generation == work.generation && event.position == work.position) event.time = now_;
      return;
    }
    case Work::Kind::FreeAsync: {
      Extent* extent = devices_[device].memory->extent_at(work.to);
      if (extent != nullptr) --extent->owners;
      return;
    }
    case Work::Kind::CallHost: work.function(work.context, Status::Success); return;
    case Work::Kind::Graph: {
      // Any order that the edges allow.
      const std::vector<Node>& nodes = work.graph->nodes;
      std::vector<size_t> missing(nodes.size());
      std::vector<std::vector<uint32_t>> next(nodes.size());
      std::vector<uint32_t> ready;
      for (uint32_t i = 0; i < nodes.size(); ++i) {
        missing[i] = nodes[i].after.size();
        for (const uint32_t before : nodes[i].after) next[before].push_back(i);
        if (missing[i] == 0) ready.push_back(i);
      }
      while (!ready.empty()) {
        std::swap(ready[random_.below(ready.size())], ready.back());
        const uint32_t node = ready.back();
        ready.pop_back();
        execute(nodes[node].work, nodes[node].device);
        for (const uint32_t after : next[node]) {
          if (--missing[after] == 0) ready.push_back(after);
        }
      }
      return;
    }
  }
}

SimulatedDevice::Lane* SimulatedDevice::lane_for(Stream stream) {
  if (!valid(stream.device)) return nullptr;
  if (stream.handle == nullptr) return lanes_[devices_[stream.device].default_lane].get();
  const auto index = reinterpret_cast<uintptr_t>(stream.handle) - 1;
  if (index >= lanes_.size() || lanes_[index]->device != stream.device) {
    report_.violation(concat("a call got a stream that cuda:", stream.device, " does not have"));
    return nullptr;
  }
  return lanes_[index].get();
}

uint32_t SimulatedDevice::add_lane(int device, int priority) {
  const auto index = static_cast<uint32_t>(lanes_.size());
  auto lane = std::make_unique<Lane>();
  lane->device = device;
  lane->priority = priority;
  lane->index = index;
  lanes_.push_back(std::move(lane));
  return index;
}

void SimulatedDevice::host_saw(const Clock& clock) {
  host_clock_.join(clock);
  ++host_version_;
}

void SimulatedDevice::join_host(Lane& lane) {
  if (lane.host_seen == host_version_) return;
  lane.clock.join(host_clock_);
  lane.host_seen = host_version_;
}

void SimulatedDevice::enqueue(Lane& lane, Work work) {
  join_host(lane);
  ++lane.clock[lane.index];
  ++lane.given;
  ++queued_;
  lane.queue.push_back(std::move(work));
  if (!lane.busy) {
    lane.busy = true;
    busy_.push_back(lane.index);
  }
}

SimulatedDevice::Event* SimulatedDevice::find_event(EventHandle handle) {
  const auto number = reinterpret_cast<uintptr_t>(handle);
  const size_t index = (number & 0xfffff) - 1;
  if (index < events_.size() && events_[index].alive && events_[index].generation == number >> 20) {
    return &events_[index];
  }
  report_.violation("a call got an event that does not exist or was destroyed");
  return nullptr;
}

bool SimulatedDevice::is_done(const Event& event) const {
  return event.lane == kMaxLanes || lanes_[event.lane]->finished >= event.position;
}

}  // namespace vt::simulated
