// One run of random operations on an allocator behind a simulated device, watched by an oracle.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/device_backend.h"
#include "cuda/allocator.h"
#include "simulated/allocator_under_test.h"
#include "simulated/courier.h"
#include "simulated/device.h"
#include "simulated/oracle.h"

namespace vt::simulated {

struct WorldOptions {
  uint64_t seed = 1;
  size_t operations = 20000;
  size_t snapshot_every = 1;  // operations between full comparisons of the snapshot
};

/// What a seed makes of a world, besides the operations.
struct WorldShape {
  int devices = 1;
  size_t memory = 0;
  bool real_memory = false;
  AllocatorOptions allocator;
  bool two_threads = false;
  size_t streams = 0;      // per device, besides the default one
  size_t largest = 0;      // request
  size_t live_target = 0;  // blocks per device, about
  static WorldShape of(uint64_t seed);
};

class World {
 public:
  World(const WorldOptions& options, const AllocatorUnderTest& kind);
  ~World();
  /// Runs until the operations are done or something is wrong; returns how many ran.
  size_t run();
  Report& report() { return report_; }

 private:
  struct Held {
    cuda::Block* block = nullptr;
    cuda::PoolId pool;
    uint64_t graph = 0;    // that it was allocated in, 0: none
    int graph_inputs = 0;  // live graphs that read it
    bool written = false;
    bool frozen = false;  // another stream reads it at an unknown time
    uint8_t value = 0;    // of every byte, once written
  };
  struct Graph {
    uint64_t number = 0;
    GraphHandle graph = nullptr;
    GraphExecHandle exec = nullptr;
    cuda::PoolId pool;
    Stream stream;
    struct Input {
      cuda::Block* block;
      uint8_t value;  // that a replay writes
    };
    std::vector<Input> inputs;
  };
  struct Pool {
    cuda::PoolId id;
    int device = 0;
    Stream stream;  // all captures into it begin on this one
    int retained = 0;
  };
  // Page-locked memory that a copy on `stream` fills with `value`.
  struct Reading {
    Allocation memory;
    size_t bytes = 0;
    uint8_t value = 0;
    Stream stream;
  };
  // Bytes of page-locked memory that copies used: reuse needs that the host has seen these finished.
  struct PinnedUse {
    uintptr_t begin, end;
    SimulatedDevice::Position until;
  };

  void step();
  int any_device() { return static_cast<int>(random_.below(static_cast<uint64_t>(shape_.devices))); }
  Stream any_stream(int device);
  Held* any_held(int device);
  size_t any_size();
  Held* allocate(Stream stream, cuda::PoolId pool, uint64_t graph);
  void free_held(size_t index);
  void free_one(int device);
  void write(Held& held);
  void use_elsewhere(Held& held);
  void read(Held& held);
  void finish_reading(size_t index);
  void order(Stream before, Stream after);
  void keep_event(Stream stream);
  void change_limit(int device);
  void change_segments();
  void on_either_thread(const std::function<void()>& call);
  void capture();
  void replay(Graph& graph);
  void destroy_graph(size_t index);
  void check(int device);
  void tear_down();
  void fail(const std::string& what);

  WorldOptions options_;
  AllocatorUnderTest kind_;
  WorldShape shape_;
  Report report_;
  Random random_;
  SimulatedDevice device_;
  std::unique_ptr<cuda::CudaAllocator> allocator_;
  std::unique_ptr<Oracle> oracle_;
  std::vector<std::vector<Stream>> streams_;
  std::vector<Held> held_;
  std::vector<Graph> graphs_;
  std::vector<Pool> pools_;
  std::vector<Reading> readings_;
  std::vector<PinnedUse> pinned_uses_;
  std::vector<std::pair<EventHandle, int>> events_;  // and their devices
  std::unique_ptr<Courier> courier_;
  int out_of_memory_callback_ = 0;
  bool capturing_ = false;
  bool away_ = false;  // a call is on the other thread
  size_t done_ = 0;
  uint64_t next_graph_ = 1;
};

}  // namespace vt::simulated
