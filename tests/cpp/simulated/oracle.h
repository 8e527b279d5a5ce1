// What an allocator must do, told by a model that sees the requests and the device but nothing of the allocator's code.
//
// The caller tells it of every call, and it checks
// - that no two live blocks overlap, that each is memory of the right device, aligned and large enough;
// - that every earlier use of a new block's bytes happens before the next work on its stream, see Note [Vector clocks];
// - that memory which a live graph replays on goes to nobody else;
// - that what the device takes back is used by no live block and by no work that may still run;
// - that a refused request was impossible: no gap was left in memory that has to stay, and no room for a new segment;
// - the statistics: against the model's own sums, the device's, and each other;
// - the snapshot: its blocks cover its segments, its segments are what the device gave out, its live blocks are the
//   model's, and every freed block that another stream may still use is pending.
// For one thread at a time.
#pragma once

#include <map>
#include <vector>

#include "cuda/allocator.h"
#include "simulated/allocator_under_test.h"
#include "simulated/device.h"

namespace vt::simulated {

class Oracle {
 public:
  Oracle(SimulatedDevice& device, cuda::CudaAllocator& allocator, const AllocatorUnderTest& kind, Report& report);
  ~Oracle();

  /// `graph`: a number of the caller's for the capture that runs, 0 for none.
  void on_allocate(const cuda::Block& block, size_t requested, Stream stream, cuda::PoolId pool, uint64_t graph);
  /// After work that uses the block was given to the stream.
  void on_use(const cuda::Block& block, Stream stream);
  void on_record_stream(const cuda::Block& block, Stream stream);
  /// Before deallocate.
  void on_free(const cuda::Block& block);
  void on_refusal(size_t requested, Stream stream, cuda::PoolId pool, bool capturing);
  /// After the graph was launched on the stream.
  void on_replay(uint64_t graph, Stream stream);
  /// The graph is gone: its memory may serve others, after its last replay.
  void on_graph_destroyed(uint64_t graph);
  /// `pool` has been released for the last time.
  void on_pool_released(int device, cuda::PoolId pool);
  void set_limit(int device, size_t bytes) { devices_[device].limit = bytes; }
  /// Statistics were reset.
  void on_reset_peaks(int device);

  void check_statistics(int device);
  void check_snapshot(int device);
  size_t live_blocks(int device) const { return devices_[device].live.size(); }

 private:
  struct Live {
    size_t bytes = 0, requested = 0;
    Stream stream;
    cuda::PoolId pool;
    Clock uses;  // everything that ever used these bytes
    std::vector<Stream> others;
  };
  struct Past {
    uintptr_t end = 0;
    Clock uses;
  };
  // Freed while other streams may use it; those are done when each has passed its position.
  struct Pending {
    size_t bytes = 0;
    std::vector<SimulatedDevice::Position> until;
  };
  struct GraphRange {
    uintptr_t begin, end;
    uint64_t graph;
    cuda::PoolId pool;
    Clock replays;
  };
  struct DeviceModel {
    std::map<uintptr_t, Live> live;
    std::map<uintptr_t, Past> past;        // free bytes that were used before; ranges do not overlap
    std::map<uintptr_t, Pending> pending;  // may be pending
    std::vector<GraphRange> graph_ranges;
    size_t limit = cuda::kNoMemoryLimit;
    int64_t bytes = 0, requested = 0, bytes_peak = 0, requested_peak = 0, count_peak = 0;
    int64_t allocations = 0, refusals = 0;
  };

  void fail(int device, const std::string& what);
  void take_past(DeviceModel& model, uintptr_t begin, uintptr_t end, Clock& into);
  void add_past(DeviceModel& model, uintptr_t begin, uintptr_t end, const Clock& uses);
  void drop_pending(int device, uintptr_t begin, uintptr_t end);
  bool must_be_pending(const Pending& pending);
  void on_taken_back(int device, uintptr_t data, size_t bytes, const Clock& host);

  SimulatedDevice& device_;
  cuda::CudaAllocator& allocator_;
  AllocatorUnderTest kind_;
  Report& report_;
  std::vector<DeviceModel> devices_;
  std::vector<std::pair<uintptr_t, Extent>> extents_;  // kept for its memory
};

}  // namespace vt::simulated
