// A device on which calls fail on request, for showing that every failure is survived.
#pragma once

#include <array>
#include <atomic>
#include <string>

#include "cuda/device_api.h"

namespace vt::simulated {

// clang-format off
/// Every call of DeviceApi that can fail.
#define VT_SIMULATED_CALLS(X)                                                                       \
  X(DeviceProperties) X(SetDevice) X(SynchronizeDevice) X(MemoryInfo) X(CanAccessPeer) X(Allocate)  \
  X(Free) X(AllocateAsync) X(FreeAsync) X(PoolReserved) X(ResetPoolPeak) X(TrimPool) X(Granularity) \
  X(ReserveAddresses) X(ReleaseAddresses) X(MapMemory) X(UnmapMemory) X(AllocateHost) X(FreeHost)   \
  X(PriorityRange) X(CreateStream) X(QueryStream) X(SynchronizeStream) X(Priority) X(CreateEvent)   \
  X(DestroyEvent) X(RecordEvent) X(WaitEvent) X(QueryEvent) X(SynchronizeEvent) X(ElapsedMs)        \
  X(Launch) X(AllowSharedMemory) X(Copy) X(CopyPeer) X(Fill) X(FillRows) X(BeginCapture)            \
  X(EndCapture) X(CaptureInfo) X(Instantiate) X(LaunchGraph) X(DestroyGraph) X(DestroyGraphExec)    \
  X(NodeCount) X(PrintGraph)
// clang-format on

enum class Call : int {
#define VT_SIMULATED_CALL(name) name,
  VT_SIMULATED_CALLS(VT_SIMULATED_CALL)
#undef VT_SIMULATED_CALL
      Count
};
const char* name_of(Call call);

/// Which calls fail, and how.
struct Fault {
  Call call = Call::Count;                               // Count: any
  size_t at = 1;                                         // the first to fail: 1 is the next one
  bool for_good = false;                                 // so do all that follow
  cuda::Status status = static_cast<cuda::Status>(304);  // Allocate and its like answer OutOfMemory instead
};

/// Passes calls on to another device until a fault says otherwise. A call that fails does nothing, but for
/// end_capture, destroy_event, destroy_graph and destroy_graph_exec, which do what they are for and report a failure
/// all the same, as CUDA does when earlier work has failed. Thread-safe except for set_fault and clear_fault.
class FaultyDevice final : public cuda::DeviceApi {
 public:
  explicit FaultyDevice(cuda::DeviceApi& device) : device_(device) {}

  /// Counts from now on.
  void set_fault(const Fault& fault);
  void clear_fault();
  /// Calls that failed on request since set_fault.
  size_t failures() const { return failures_; }
  Call first_failure() const { return first_failure_; }
  /// Calls since the last set_fault or clear_fault, and of one kind.
  size_t calls() const { return calls_; }
  size_t calls(Call call) const { return by_call_[static_cast<size_t>(call)]; }

  cuda::Status device_count(int& count) override { return device_.device_count(count); }
  cuda::Status device_properties(int device, cuda::DeviceProperties& properties) override;
  cuda::Status set_device(int device) override;
  cuda::Status synchronize(int device) override;
  cuda::Status memory_info(int device, size_t& free_bytes, size_t& total_bytes) override;
  cuda::Status can_access_peer(int device, int peer, bool& able) override;
  int runtime_version() override { return device_.runtime_version(); }
  int driver_version() override { return device_.driver_version(); }
  std::string describe(cuda::Status status) override { return device_.describe(status); }
  void clear_error() override { device_.clear_error(); }
  cuda::Status allocate(int device, size_t bytes, void*& data) override;
  cuda::Status free(int device, void* data) override;
  cuda::Status allocate_async(cuda::Stream stream, size_t bytes, void*& data) override;
  cuda::Status free_async(cuda::Stream stream, void* data) override;
  cuda::Status pool_reserved(int device, size_t& current, size_t& peak) override;
  cuda::Status reset_pool_peak(int device) override;
  cuda::Status trim_pool(int device) override;
  cuda::Status granularity(int device, size_t& bytes) override;
  cuda::Status reserve_addresses(int device, size_t bytes, void*& data) override;
  cuda::Status release_addresses(int device, void* data, size_t bytes) override;
  cuda::Status map_memory(int device, void* data, size_t bytes) override;
  cuda::Status unmap_memory(int device, void* data, size_t bytes) override;
  cuda::Status allocate_host(size_t bytes, void*& data) override;
  cuda::Status free_host(void* data) override;
  bool is_page_locked(const void* data) override { return device_.is_page_locked(data); }
  cuda::Status priority_range(int& lowest, int& highest) override;
  cuda::Status create_stream(int device, int priority, cuda::StreamHandle& stream) override;
  cuda::Status query(cuda::Stream stream) override;
  cuda::Status synchronize(cuda::Stream stream) override;
  cuda::Status priority(cuda::Stream stream, int& priority) override;
  cuda::Status create_event(int device, bool timing, bool blocking, cuda::EventHandle& event) override;
  cuda::Status destroy_event(int device, cuda::EventHandle event) override;
  cuda::Status record_event(cuda::EventHandle event, cuda::Stream stream) override;
  cuda::Status wait_event(cuda::Stream stream, cuda::EventHandle event) override;
  cuda::Status query(cuda::EventHandle event) override;
  cuda::Status synchronize(cuda::EventHandle event) override;
  cuda::Status elapsed_ms(cuda::EventHandle start, cuda::EventHandle end, float& ms) override;
  cuda::Status launch(cuda::Stream stream, const cuda::KernelLaunch& launch) override;
  cuda::Status allow_shared_memory(const void* kernel, size_t bytes) override;
  cuda::Status copy(void* to, const void* from, size_t bytes, cuda::CopyKind kind, cuda::Stream stream) override;
  cuda::Status copy_peer(void* to, int to_device, const void* from, int from_device, size_t bytes,
                         cuda::Stream stream) override;
  cuda::Status fill(void* data, int value, size_t bytes, cuda::Stream stream) override;
  cuda::Status fill_rows(void* data, size_t pitch, int value, size_t row_bytes, size_t rows,
                         cuda::Stream stream) override;
  cuda::Status begin_capture(cuda::Stream stream, cuda::CaptureMode mode) override;
  cuda::Status end_capture(cuda::Stream stream, cuda::GraphHandle& graph) override;
  cuda::Status capture_info(cuda::Stream stream, cuda::CaptureState& state, uint64_t& id) override;
  cuda::Status instantiate(int device, cuda::GraphHandle graph, cuda::GraphExecHandle& exec) override;
  cuda::Status launch_graph(cuda::GraphExecHandle exec, cuda::Stream stream) override;
  cuda::Status destroy_graph(cuda::GraphHandle graph) override;
  cuda::Status destroy_graph_exec(cuda::GraphExecHandle exec) override;
  cuda::Status node_count(cuda::GraphHandle graph, size_t& count) override;
  cuda::Status print_graph(cuda::GraphHandle graph, const char* path) override;

 private:
  // Success if the call may go on.
  cuda::Status pass(Call call);

  cuda::DeviceApi& device_;
  Fault fault_;
  bool armed_ = false;
  std::atomic<size_t> calls_{0};
  std::atomic<size_t> matching_{0};
  std::atomic<size_t> failures_{0};
  std::atomic<Call> first_failure_{Call::Count};
  std::array<std::atomic<size_t>, static_cast<size_t>(Call::Count)> by_call_{};
};

}  // namespace vt::simulated
