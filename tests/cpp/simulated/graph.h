// Work of a simulated device, and graphs of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "simulated/clock.h"
#include "simulated/types.h"

namespace vt::simulated {

/// Memory that a piece of work touches.
struct Range {
  const void* data = nullptr;
  size_t bytes = 0;
  int device = 0;  // -1: host memory
};

struct GraphBody;

/// One piece of work of a stream, or one node of a graph.
struct Work {
  enum class Kind : uint8_t { Kernel, Copy, Fill, Record, Wait, FreeAsync, Graph, CallHost };
  Kind kind = Kind::Kernel;
  const char* op = "";
  std::vector<Range> uses;
  // Copy, Fill: rows of `bytes`, `pitch` apart
  void* to = nullptr;
  const void* from = nullptr;
  size_t bytes = 0, pitch = 0, rows = 1;
  int value = 0;
  std::shared_ptr<std::vector<char>> staged;  // what was read from pageable host memory at the call
  // Record: which event. Wait: a position of a lane
  uint32_t event = 0, generation = 0;
  uint32_t lane = 0;
  uint64_t position = 0;
  std::shared_ptr<const GraphBody> graph;
  cuda::HostFunction function = nullptr;  // CallHost
  void* context = nullptr;
};

struct Node {
  Work work;
  int device = 0;
  std::vector<uint32_t> after;  // nodes that run first
};

struct GraphBody {
  std::vector<Node> nodes;
};

/// What is recorded between begin_capture and end_capture.
struct Capture {
  uint64_t id = 0;
  uint32_t origin = 0;  // lane
  CaptureMode mode = CaptureMode::Global;
  std::thread::id thread;
  bool invalidated = false;
  std::vector<uint32_t> lanes;  // origin first, then those that joined
  std::shared_ptr<GraphBody> body = std::make_shared<GraphBody>();
};

}  // namespace vt::simulated

// What CUDA's opaque handles point to in a simulation.
struct CUgraph_st {
  std::shared_ptr<vt::simulated::GraphBody> body;
};
struct CUgraphExec_st {
  std::shared_ptr<const vt::simulated::GraphBody> body;
  uint32_t lane = 0;      // of the last launch, which the next one follows
  uint64_t position = 0;  // 0: none
  vt::simulated::Clock clock;
};
