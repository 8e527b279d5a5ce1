// Records what the host does while a profile runs, on every thread: ops, nodes of backward, ranges that the program
// names, captures and replays of graphs, allocations.
//
// Spans that are open lie on a stack per thread; a span goes into the ring when it ends, so that of a long run the ring
// holds what ended last, the enclosing ranges included.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "autograd/node_observer.h"
#include "core/memory_observer.h"
#include "cuda/graph_observer.h"
#include "dispatch/call_observer.h"
#include "profiler/profile.h"
#include "profiler/ring.h"

namespace vt::profiler {

// Told of the spans that begin and end on a thread, so that device work started in between can be tied to them.
struct Correlator {
  void (*enter)(uint64_t span) noexcept;
  void (*leave)() noexcept;
};

class Recorder final : public CallObserver,
                       public autograd::NodeObserver,
                       public cuda::GraphObserver,
                       public MemoryObserver {
 public:
  static Recorder& get();

  // `correlator` may be null. Only while nothing is recorded.
  void start(const Options& options, const Correlator* correlator);
  // Ends what is open, for the profile; its threads go on and what they end later is forgotten.
  void stop(Profile& into);

  // Around a fork: no other thread is inside the recorder then. Nothing is recorded in the child.
  void lock_for_fork() noexcept { mutex_.lock(); }
  void unlock_after_fork(bool in_child) noexcept;

  // A range named by the program. 0 while nothing is recorded. end(), on whatever thread, closes it.
  uint64_t begin_range(std::string_view name, std::string_view text);

  uint64_t begin(const Op& op, std::span<const Value> args) noexcept override;
  uint64_t begin(const autograd::Node& node, autograd::NodeStage stage) noexcept override;
  uint64_t begin_replay(const cuda::Graph& graph) noexcept override;
  void end_replay(uint64_t token) noexcept override { end(token); }
  void begin_capture(const cuda::Graph& graph) noexcept override;
  void end_capture(const cuda::Graph& graph) noexcept override;
  void end(uint64_t token) noexcept override;
  void on_allocate(const void* data, size_t bytes, Device device) noexcept override;
  void on_free(const void* data, size_t bytes, Device device) noexcept override;

 private:
  struct ThreadLog {
    Thread thread;
    uint32_t index = 0;
    uint64_t session = 0;  // that `index` and `open` belong to
    std::vector<HostSpan> open;
    ~ThreadLog();  // the thread ends: what it left open ends too
  };
  Recorder() = default;
  // This thread's, as a member of the running session; null when the thread has ended but for its last destructors.
  // With the mutex.
  ThreadLog* log_of_this_thread();
  // The token for end(). `scoped`: the span ends on this thread, before what is open now.
  uint64_t open(HostSpan&& span, bool scoped) noexcept;
  // With the mutex.
  void close(uint64_t id, int64_t now);
  void note_memory(const void* data, int64_t bytes, Device device) noexcept;

  std::atomic<unsigned> wanted_{0};
  std::mutex mutex_;  // guards everything below, and the logs of all threads
  bool active_ = false;
  Options options_;
  const Correlator* correlator_ = nullptr;
  uint64_t session_ = 0;
  uint64_t last_id_ = 0;
  std::vector<Thread> threads_;
  std::vector<ThreadLog*> logs_;  // of running threads, this session's
  Ring<HostSpan> spans_;
  Ring<MemoryEvent> memory_;
  std::vector<int64_t> totals_;  // bytes allocated, by device: the CPU, then CUDA's
};

int64_t now_ns() noexcept;

}  // namespace vt::profiler
