// Capture and graphs of a simulated device.
//
// Note [What capture forbids]
// While a stream captures: waiting for it or asking it; waiting for or asking an event recorded in it; waiting for its
// device; freeing memory of its device. A forbidden call fails and invalidates the capture, as do a wait on an event
// from outside, and one on an event of another capture. Ending fails when it was invalidated, when another thread or
// another stream than the first ends it, or when a stream that joined has work that the first does not wait for.
// CUDA has more calls that some capture modes forbid (cudaMalloc, cudaEventQuery): the DeviceApi of CUDA makes these in
// relaxed mode, so that here too they are allowed in every mode.
#include <algorithm>
#include <cstdio>

#include "core/error.h"
#include "simulated/device.h"

namespace vt::simulated {

namespace {

// CUDA's numbers that production code does not tell apart.
constexpr auto kInvalidHandle = static_cast<Status>(400);
constexpr auto kIllegalState = static_cast<Status>(401);
constexpr auto kMerge = static_cast<Status>(902);
constexpr auto kUnmatched = static_cast<Status>(903);
constexpr auto kUnjoined = static_cast<Status>(904);
constexpr auto kIsolation = static_cast<Status>(905);
constexpr auto kWrongThread = static_cast<Status>(908);

}  // namespace

void SimulatedDevice::invalidate(Capture& capture) { capture.invalidated = true; }

Status SimulatedDevice::guard_device(int device) {
  Status status = Status::Success;
  for (const auto& capture : captures_) {
    const bool here = std::any_of(capture->lanes.begin(), capture->lanes.end(),
                                  [&](uint32_t lane) { return lanes_[lane]->device == device; });
    if (!here) continue;
    invalidate(*capture);
    status = Status::CaptureUnsupported;
  }
  return status;
}

void SimulatedDevice::add_node(Lane& lane, Work work) {
  std::vector<Node>& nodes = lane.capture->body->nodes;
  join_host(lane);
  ++lane.clock[lane.index];
  nodes.push_back({std::move(work), lane.device, lane.frontier});
  lane.frontier.assign(1, static_cast<uint32_t>(nodes.size() - 1));
}

Status SimulatedDevice::give(Lane& lane, Work work) {
  if (!lane.capture) {
    enqueue(lane, std::move(work));
    return Status::Success;
  }
  if (lane.capture->invalidated) return Status::CaptureInvalidated;
  add_node(lane, std::move(work));
  return Status::Success;
}

Status SimulatedDevice::record_event(EventHandle handle, Stream stream) {
  std::lock_guard lock(mutex_);
  advance();
  Event* event = find_event(handle);
  Lane* lane = lane_for(stream);
  if (event == nullptr || lane == nullptr || event->device != lane->device) return kInvalidHandle;
  if (lane->capture) {
    if (lane->capture->invalidated) return Status::CaptureInvalidated;
    event->captured = true;
    event->capture = lane->capture;
    event->frontier = lane->frontier;
    join_host(*lane);
    event->clock = lane->clock;
    return Status::Success;
  }
  Work work;
  work.kind = Work::Kind::Record;
  work.op = "event record";
  work.event = static_cast<uint32_t>((reinterpret_cast<uintptr_t>(handle) & 0xfffff) - 1);
  work.generation = event->generation;
  work.position = lane->given + 1;
  event->captured = false;
  event->lane = lane->index;
  event->position = work.position;
  enqueue(*lane, std::move(work));
  event->clock = lane->clock;
  return Status::Success;
}

Status SimulatedDevice::wait_event(Stream stream, EventHandle handle) {
  std::lock_guard lock(mutex_);
  advance();
  Event* event = find_event(handle);
  Lane* lane = lane_for(stream);
  if (event == nullptr || lane == nullptr) return kInvalidHandle;
  if (lane->capture && lane->capture->invalidated) return Status::CaptureInvalidated;
  if (event->captured) {
    const std::shared_ptr<Capture> capture = event->capture.lock();
    if (capture == nullptr || capture->lanes.empty()) return Status::CaptureUnsupported;  // that capture is over
    if (lane->capture && lane->capture != capture) {
      invalidate(*lane->capture);
      invalidate(*capture);
      return kMerge;
    }
    if (capture->invalidated) return Status::CaptureInvalidated;
    if (!lane->capture) {
      lane->capture = capture;
      lane->frontier.clear();
      capture->lanes.push_back(lane->index);
    }
    for (const uint32_t node : event->frontier) {
      if (std::find(lane->frontier.begin(), lane->frontier.end(), node) == lane->frontier.end()) {
        lane->frontier.push_back(node);
      }
    }
    lane->clock.join(event->clock);
    return Status::Success;
  }
  if (lane->capture) {
    invalidate(*lane->capture);
    return kIsolation;
  }
  if (event->lane == kMaxLanes) return Status::Success;  // never recorded
  Work work;
  work.kind = Work::Kind::Wait;
  work.op = "event wait";
  work.lane = event->lane;
  work.position = event->position;
  enqueue(*lane, std::move(work));
  lane->clock.join(event->clock);
  return Status::Success;
}

Status SimulatedDevice::begin_capture(Stream stream, CaptureMode mode) {
  std::lock_guard lock(mutex_);
  advance();
  Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  if (stream.handle == nullptr) return Status::CaptureUnsupported;
  if (lane->capture) return kIllegalState;
  auto capture = std::make_shared<Capture>();
  capture->id = next_capture_++;
  capture->origin = lane->index;
  capture->mode = mode;
  capture->thread = std::this_thread::get_id();
  capture->lanes = {lane->index};
  lane->capture = capture;
  lane->frontier.clear();
  captures_.push_back(std::move(capture));
  return Status::Success;
}

Status SimulatedDevice::end_capture(Stream stream, GraphHandle& graph) {
  std::lock_guard lock(mutex_);
  advance();
  graph = nullptr;
  Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  const std::shared_ptr<Capture> capture = lane->capture;
  if (capture == nullptr) return kIllegalState;
  if (capture->mode != CaptureMode::Relaxed && capture->thread != std::this_thread::get_id()) return kWrongThread;
  if (capture->origin != lane->index) {
    invalidate(*capture);
    return kUnmatched;
  }
  const std::vector<Node>& nodes = capture->body->nodes;
  std::vector<bool> followed(nodes.size());
  for (const Node& node : nodes) {
    for (const uint32_t before : node.after) followed[before] = true;
  }
  for (const uint32_t node : lane->frontier) followed[node] = true;
  const bool joined = std::find(followed.begin(), followed.end(), false) == followed.end();
  for (const uint32_t index : capture->lanes) lanes_[index]->capture = nullptr;
  capture->lanes.clear();
  std::erase(captures_, capture);
  if (capture->invalidated) return Status::CaptureInvalidated;
  if (!joined) return kUnjoined;
  graph = new CUgraph_st{capture->body};
  graphs_.insert(graph);
  return Status::Success;
}

Status SimulatedDevice::capture_info(Stream stream, CaptureState& state, uint64_t& id) {
  std::lock_guard lock(mutex_);
  state = CaptureState::None;
  id = 0;
  const Lane* lane = lane_for(stream);
  if (lane == nullptr) return kInvalidHandle;
  if (!lane->capture) return Status::Success;
  state = lane->capture->invalidated ? CaptureState::Invalidated : CaptureState::Active;
  id = lane->capture->id;
  return Status::Success;
}

Status SimulatedDevice::instantiate(int device, GraphHandle graph, GraphExecHandle& exec) {
  std::lock_guard lock(mutex_);
  advance();
  exec = nullptr;
  if (!valid(device) || !graphs_.contains(graph)) {
    report_.violation("instantiate got a graph that does not exist or was destroyed");
    return kInvalidHandle;
  }
  exec = new CUgraphExec_st{graph->body, 0, 0, {}};
  execs_.insert(exec);
  return Status::Success;
}

Status SimulatedDevice::launch_graph(GraphExecHandle exec, Stream stream) {
  std::lock_guard lock(mutex_);
  advance();
  Lane* lane = lane_for(stream);
  if (lane == nullptr || !execs_.contains(exec)) {
    report_.violation("a launch got a graph that does not exist or was destroyed");
    return kInvalidHandle;
  }
  if (lane->capture) {
    // A child graph: its nodes, between what the stream has and what comes.
    if (lane->capture->invalidated) return Status::CaptureInvalidated;
    std::vector<Node>& nodes = lane->capture->body->nodes;
    const auto offset = static_cast<uint32_t>(nodes.size());
    std::vector<bool> followed(exec->body->nodes.size());
    for (const Node& node : exec->body->nodes) {
      Node copy = node;
      for (uint32_t& before : copy.after) {
        followed[before] = true;
        before += offset;
      }
      if (copy.after.empty()) copy.after = lane->frontier;
      nodes.push_back(std::move(copy));
    }
    if (!followed.empty()) lane->frontier.clear();
    for (uint32_t i = 0; i < followed.size(); ++i) {
      if (!followed[i]) lane->frontier.push_back(offset + i);
    }
    join_host(*lane);
    ++lane->clock[lane->index];
    return Status::Success;
  }
  // A graph never runs beside itself.
  Work work;
  work.kind = Work::Kind::Graph;
  work.op = "graph";
  work.graph = exec->body;
  work.lane = exec->lane;
  work.position = exec->position;
  enqueue(*lane, std::move(work));
  lane->clock.join(exec->clock);
  exec->lane = lane->index;
  exec->position = lane->given;
  exec->clock = lane->clock;
  return Status::Success;
}

Status SimulatedDevice::destroy_graph(GraphHandle graph) {
  std::lock_guard lock(mutex_);
  advance();
  if (graphs_.erase(graph) == 0) {
    report_.violation("destroy_graph got a graph that does not exist or was destroyed");
    return kInvalidHandle;
  }
  delete graph;
  return Status::Success;
}

Status SimulatedDevice::destroy_graph_exec(GraphExecHandle exec) {
  std::lock_guard lock(mutex_);
  advance();
  if (execs_.erase(exec) == 0) {
    report_.violation("destroy_graph_exec got a graph that does not exist or was destroyed");
    return kInvalidHandle;
  }
  delete exec;  // launches that still wait hold its nodes
  return Status::Success;
}

Status SimulatedDevice::node_count(GraphHandle graph, size_t& count) {
  std::lock_guard lock(mutex_);
  if (!graphs_.contains(graph)) return kInvalidHandle;
  count = graph->body->nodes.size();
  return Status::Success;
}

Status SimulatedDevice::print_graph(GraphHandle graph, const char* path) {
  std::lock_guard lock(mutex_);
  if (!graphs_.contains(graph)) return kInvalidHandle;
  std::FILE* file = std::fopen(path, "w");
  if (file == nullptr) return Status::InvalidValue;
  std::fputs("digraph simulated {\n", file);
  const std::vector<Node>& nodes = graph->body->nodes;
  for (size_t i = 0; i < nodes.size(); ++i) {
    std::fprintf(file, "  n%zu [label=\"%s\"];\n", i, nodes[i].work.op);
    for (const uint32_t before : nodes[i].after) std::fprintf(file, "  n%u -> n%zu;\n", before, i);
  }
  std::fputs("}\n", file);
  return std::fclose(file) == 0 ? Status::Success : Status::InvalidValue;
}

}  // namespace vt::simulated
