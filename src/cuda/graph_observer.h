// Who is told of the captures and replays of graphs. Nobody, most of the time.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/macros.h"

namespace vt::cuda {

class Graph;

class VT_API GraphObserver {
 public:
  // Around the launch of a graph, on the launching thread. begin_replay returns a number for end_replay, which also
  // comes where the launch failed.
  virtual uint64_t begin_replay(const Graph& graph) noexcept = 0;
  virtual void end_replay(uint64_t token) noexcept = 0;
  // Around a capture; the end comes on whatever thread, also where it was dropped or failed.
  virtual void begin_capture(const Graph& graph) noexcept = 0;
  virtual void end_capture(const Graph& graph) noexcept = 0;

 protected:
  ~GraphObserver() = default;  // lives as long as the process
};

/// For all threads; null: nobody.
VT_API void set_graph_observer(GraphObserver* observer) noexcept;
GraphObserver* graph_observer() noexcept;

}  // namespace vt::cuda
