// A machine with CUDA devices that exist only in host memory, for running the production code of the CUDA runtime in
// CPU tests.
//
// - Work given to a stream is queued. Whenever the device is called, a seeded scheduler runs the head of any stream
// that
//   may run, so work of different streams comes out in every order that events allow.
// - Device memory is host memory, so fills and copies really move bytes; or addresses alone, which is faster.
// - Kernels do not execute. A launch checks, when it runs, that every storage it was given is memory that the device
// has
//   given out and not taken back, and moves no byte.
// - Statuses are CUDA's, also for what is forbidden while a stream captures.
// What no status tells goes to the Report: use of memory that is gone, of the wrong device, of a destroyed handle, a
// cap exceeded. See Note [Vector clocks] for what the device knows about order.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "simulated/clock.h"
#include "simulated/graph.h"
#include "simulated/memory.h"
#include "simulated/random.h"
#include "simulated/report.h"
#include "simulated/types.h"

namespace vt::simulated {

struct Options {
  int devices = 1;
  size_t memory = size_t{256} << 20;  // of each device, in bytes
  bool real_memory = true;
  uint64_t seed = 1;
  /// Steps of queued work that run per call: negative, a number that changes all the time; 0, only what is waited for.
  double pace = -1;
};

/// Thread-safe.
class SimulatedDevice final : public DeviceApi {
 public:
  SimulatedDevice(const Options& options, Report& report);
  ~SimulatedDevice() override;

  // --- for tests ---
  Report& report() { return report_; }
  /// Runs everything that is queued, in some order.
  void run_all();
  /// Runs at most `steps` pieces of work.
  void run_some(size_t steps);
  void set_pace(double pace);
  /// The clock that the next work given to the stream would have.
  Clock clock_of(Stream stream);
  /// The lane of the stream in clocks.
  uint32_t lane_of(Stream stream);
  /// Neither device reaches the other's memory any more; copies between them go on, by the host.
  void cut_link(int a, int b);
  /// Bytes that no call may make the device exceed; 0: no limit but its memory.
  void set_cap(int device, size_t bytes);
  size_t used(int device);
  size_t used_peak(int device);
  /// Address and bytes of what is given out, in order of addresses; `into` is cleared first.
  void list_extents(int device, std::vector<std::pair<uintptr_t, Extent>>& into);
  /// Live objects of every kind, for comparing before and after.
  struct Counts {
    size_t bytes = 0, extents = 0, reservations = 0, host_blocks = 0, events = 0, graphs = 0, execs = 0, captures = 0;
    friend bool operator==(const Counts&, const Counts&) = default;
  };
  Counts counts();
  std::string describe_counts();
  size_t work_run() const { return work_run_; }
  /// Called for every kernel at the launch (not when it runs), under the device's lock, with the clock of the launch.
  using LaunchProbe = std::function<void(Stream, const KernelLaunch&, const Clock&)>;
  void set_launch_probe(LaunchProbe probe);
  /// Called when the device takes memory back, under its lock, with what the host has seen finished by then.
  using TakeBackProbe = std::function<void(int device, uintptr_t data, size_t bytes, const Clock& host)>;
  void set_take_back_probe(TakeBackProbe probe);
  /// Where the stream is: work given to it so far, which has_run compares with.
  struct Position {
    uint32_t lane = 0;
    uint64_t given = 0;
  };
  Position position_of(Stream stream);
  bool has_run(Position position);

  // --- DeviceApi ---
#define VT_DEVICE_CALL(Kind, name, parameters, arguments) Status name parameters override;
#define VT_DEVICE_FACT(Type, name, parameters, arguments) Type name parameters override;
#include "cuda/device_api.def"

 private:
  // One stream: a queue and its lane of the clocks.
  struct Lane {
    int device = 0;
    int priority = 0;
    uint32_t index = 0;
    std::deque<Work> queue;
    Clock clock;            // of the last work given
    uint64_t given = 0;     // pieces of work
    uint64_t finished = 0;  // of them
    size_t host_seen = 0;   // version of host_clock_ that clock has joined
    bool busy = false;      // in busy_
    std::shared_ptr<Capture> capture;
    std::vector<uint32_t> frontier;  // while capturing: the nodes that the next one follows
  };
  struct Event {
    int device = 0;
    bool timing = false;
    uint32_t generation = 0;
    bool alive = false;
    uint32_t lane = kMaxLanes;  // of the last record; kMaxLanes: never recorded
    uint64_t position = 0;      // in that lane
    double time = 0;            // when it ran, in simulated microseconds
    Clock clock;
    std::weak_ptr<Capture> capture;  // of a record into a graph
    bool captured = false;
    std::vector<uint32_t> frontier;
  };
  // A block of the driver's own pool that was freed in stream order.
  struct PoolBlock {
    void* data;
    size_t bytes;
    uint32_t lane;
    uint64_t position;  // of the free
    Clock clock;
  };
  struct Device {
    std::unique_ptr<Memory> memory;
    size_t cap = 0;
    uint32_t default_lane = 0;
    std::vector<PoolBlock> free_blocks;
    size_t pool_bytes = 0;
    size_t pool_peak = 0;
  };

  // Scheduling (schedule.cpp).
  void advance();
  bool run_step();
  void run_head(Lane& lane);
  bool can_run(const Lane& lane) const;
  void finish(uint32_t lane, uint64_t position);
  void finish_device(int device);
  void execute(const Work& work, int device);
  void check_range(const Range& range, int device, const char* op);
  Lane* lane_for(Stream stream);
  // The lane of a stream whose progress the host asks for, which breaks a capture on it.
  Status ask(Stream stream, Lane*& lane);
  uint32_t add_lane(int device, int priority);
  void enqueue(Lane& lane, Work work);
  void join_host(Lane& lane);
  void host_saw(const Clock& clock);
  bool is_done(const Event& event) const;
  Event* find_event(EventHandle handle);

  // Memory (device_memory.cpp).
  bool valid(int device) const { return device >= 0 && device < static_cast<int>(devices_.size()); }
  void check_cap(int device, const char* call);
  void tell_taken_back(int device, const void* data, size_t bytes);
  int owner_of(const void* data) const;
  bool page_locked(const void* data) const;
  Range range_of(const void* data, size_t bytes) const;

  // Capture (capture.cpp).
  Status give(Lane& lane, Work work);
  Status guard_device(int device);
  void invalidate(Capture& capture);
  void add_node(Lane& lane, Work work);

  Options options_;
  Report& report_;
  mutable std::mutex mutex_;
  Random random_;
  std::vector<Device> devices_;
  std::set<std::pair<int, int>> cut_links_;
  std::vector<std::unique_ptr<Lane>> lanes_;  // index: clock lane; handle: index + 1
  std::vector<uint32_t> busy_;                // lanes with queued work
  Clock host_clock_;
  size_t host_version_ = 0;
  std::deque<Event> events_;
  std::vector<uint32_t> free_events_;
  size_t live_events_ = 0;
  std::map<uintptr_t, size_t> host_blocks_;         // page-locked, by address
  std::vector<std::shared_ptr<Capture>> captures_;  // running
  uint64_t next_capture_ = 1;
  std::unordered_set<GraphHandle> graphs_;
  std::unordered_set<GraphExecHandle> execs_;
  double credit_ = 0;
  double pace_ = 1;
  uint32_t pace_calls_ = 0;
  double now_ = 0;
  size_t queued_ = 0;
  size_t work_run_ = 0;
  LaunchProbe launch_probe_;
  TakeBackProbe take_back_probe_;
};

}  // namespace vt::simulated
