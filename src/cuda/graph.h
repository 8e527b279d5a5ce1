// A CUDA graph: work recorded once and given to the device again with one call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/macros.h"
#include "cuda/capture.h"

namespace vt::cuda {

/// Keeps alive all memory that its work uses until reset. Used by one thread at a time; see Note [Capture].
class VT_API Graph {
 public:
  /// `keep_graph`: the captured graph is kept beside what is instantiated from it, and instantiation waits for
  /// instantiate() or the first replay.
  explicit Graph(bool keep_graph = false);
  /// As reset(); a capture in progress is dropped.
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  /// Records this thread's work for the current stream from here on. `pool`: that of another graph, to share memory
  /// with it where the two never run at the same time; the shared pool means a pool of its own. Throws with nothing
  /// changed.
  void capture_begin(PoolId pool = {}, CaptureMode mode = CaptureMode::Global);
  /// Ends the recording and instantiates it. Throws what broke the capture; then everything is as before it began.
  void capture_end();
  /// Ends the recording and forgets it; does nothing without one.
  void abort_capture() noexcept;

  /// Makes the captured graph executable; again, if it was changed through raw_graph().
  void instantiate();
  /// Runs the graph on the current stream of its device, with fresh random numbers, and waits for nothing. Of other
  /// devices that took part in the capture, their current streams run what they have before it and wait for it. Throws
  /// an index error that an earlier kernel reported.
  void replay();
  /// Gives up graph, pool and kept memory; memory of tensors that live on stays theirs.
  void reset() noexcept;

  /// The pool that the capture took memory from. RuntimeError before capture_begin.
  PoolId pool() const;
  int device() const noexcept { return device_; }
  /// Of the graphs of the process, in the order they were made: from 1.
  uint64_t number() const noexcept { return number_; }
  /// Work items in the captured graph.
  size_t node_count() const noexcept { return node_count_; }
  /// Storages from outside that the graph keeps alive.
  const std::vector<Storage>& kept_storages() const noexcept { return work_.storages; }
  /// The generators that the graph draws from.
  std::vector<intrusive_ptr<CudaGenerator>> generators() const;

  /// Keeps the captured graph for debug_dump.
  void enable_debug_mode() noexcept { debug_ = true; }
  /// Writes the captured graph as Graphviz text.
  void debug_dump(const char* path);
  GraphHandle raw_graph() const;
  GraphExecHandle raw_exec() const;

  static int64_t live_count() noexcept;

 private:
  std::unique_ptr<Capture> take_capture() noexcept;
  void instantiate_captured();
  void destroy_handles() noexcept;
  void launch_with_positions(Stream stream);

  const uint64_t number_;
  const bool keep_graph_;
  bool debug_ = false;
  bool holds_pool_ = false;
  int device_ = -1;
  PoolId pool_;
  size_t node_count_ = 0;
  std::unique_ptr<Capture> capture_;
  CapturedWork work_;  // its graph is gone unless it is kept
  GraphExecHandle exec_ = nullptr;
  std::optional<Stream> last_;          // of the latest replay
  std::vector<Stream> last_elsewhere_;  // what waited for it on work_.devices
};

}  // namespace vt::cuda
