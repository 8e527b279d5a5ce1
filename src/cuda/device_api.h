// The calls that we make to a device, and nothing else: memory, streams, events, launches, copies, capture.
//
// Allocators, stream and event pools, graphs and the launch path are written against this class. CUDA's own runtime
// is behind it in a program; in CPU tests a simulated device is, so that the same production code runs there with work
// that is really reordered, freed memory that is poisoned, and calls that fail on request.
//
// Every method but the few that say so returns the status of the call and throws nothing. Status values are CUDA's.
// Calls take the device explicitly; which device is current to CUDA is the implementation's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/macros.h"
#include "cuda/types.h"

namespace vt {
class StorageImpl;
}

namespace vt::cuda {

struct DeviceProperties;

/// CUDA's error numbers; those that our code tells apart have names.
enum class Status : int {
  Success = 0,
  InvalidValue = 1,
  OutOfMemory = 2,
  Unloading = 4,
  InsufficientDriver = 35,
  NoDevice = 100,
  NotReady = 600,
  IllegalAddress = 700,
  ContextDestroyed = 709,
  NotSupported = 801,
  CaptureUnsupported = 900,
  CaptureInvalidated = 901,
};

/// A failure that no later call on the device recovers from.
VT_API bool is_sticky(Status status) noexcept;
/// A call that a stream capture forbids, or that has broken one.
VT_API bool is_capture_failure(Status status) noexcept;

enum class CopyKind { HostToDevice, DeviceToHost, DeviceToDevice };
/// What other threads may do while one captures; CUDA's numbers.
enum class CaptureMode { Global = 0, ThreadLocal = 1, Relaxed = 2 };
enum class CaptureState { None = 0, Active = 1, Invalidated = 2 };

/// One kernel launch. `storages` are those that the kernel reads or writes.
struct KernelLaunch {
  const char* op;  // a string literal that names it in errors
  const void* kernel;
  unsigned grid[3];
  unsigned block[3];
  size_t shared_bytes;
  void** arguments;  // null-terminated addresses of the parameters
  const StorageImpl* const* storages;
  size_t storage_count;
};

class VT_API DeviceApi {
 public:
  virtual ~DeviceApi() = default;

  // Devices. `count` stays 0 on a failure.
  virtual Status device_count(int& count) = 0;
  virtual Status device_properties(int device, DeviceProperties& properties) = 0;
  virtual Status set_device(int device) = 0;  // the calling thread's current one
  virtual Status synchronize(int device) = 0;
  virtual Status memory_info(int device, size_t& free_bytes, size_t& total_bytes) = 0;
  virtual Status can_access_peer(int device, int peer, bool& able) = 0;
  virtual int runtime_version() = 0;                // 13000 is CUDA 13.0
  virtual int driver_version() = 0;                 // the highest that the driver supports; 0 without one
  virtual std::string describe(Status status) = 0;  // "cudaErrorInvalidValue: invalid argument"
  virtual void clear_error() = 0;                   // forgets a failure that the implementation remembers by itself

  // Memory usable on every stream of the device at once. `free` waits for the device.
  virtual Status allocate(int device, size_t bytes, void*& data) = 0;
  virtual Status free(int device, void* data) = 0;
  // The same in stream order, from the driver's pool.
  virtual Status allocate_async(Stream stream, size_t bytes, void*& data) = 0;
  virtual Status free_async(Stream stream, void* data) = 0;
  /// Bytes of the driver's pool in use or kept, and the most so far.
  virtual Status pool_reserved(int device, size_t& current, size_t& peak) = 0;
  virtual Status reset_pool_peak(int device) = 0;
  /// Gives back what the driver's pool does not use.
  virtual Status trim_pool(int device) = 0;

  // Virtual memory: a range of addresses, parts of which are backed by chunks of `granularity` bytes.
  virtual Status granularity(int device, size_t& bytes) = 0;
  virtual Status reserve_addresses(int device, size_t bytes, void*& data) = 0;
  virtual Status release_addresses(int device, void* data, size_t bytes) = 0;
  virtual Status map_memory(int device, void* data,
                            size_t bytes) = 0;  // backs [data, data + bytes), readable and writable
  virtual Status unmap_memory(int device, void* data, size_t bytes) = 0;  // exactly what one map_memory backed

  // Page-locked host memory, visible to every device at the same address.
  virtual Status allocate_host(size_t bytes, void*& data) = 0;
  virtual Status free_host(void* data) = 0;
  virtual bool is_page_locked(const void* data) = 0;

  // Streams. The null handle is the device's default stream.
  virtual Status priority_range(int& lowest, int& highest) = 0;
  virtual Status create_stream(int device, int priority, StreamHandle& stream) = 0;
  virtual Status query(Stream stream) = 0;  // Success or NotReady
  virtual Status synchronize(Stream stream) = 0;
  virtual Status priority(Stream stream, int& priority) = 0;

  // Events.
  virtual Status create_event(int device, bool timing, bool blocking, EventHandle& event) = 0;
  virtual Status destroy_event(int device, EventHandle event) = 0;
  virtual Status record_event(EventHandle event, Stream stream) = 0;
  virtual Status wait_event(Stream stream, EventHandle event) = 0;
  virtual Status query(EventHandle event) = 0;  // Success or NotReady
  virtual Status synchronize(EventHandle event) = 0;
  virtual Status elapsed_ms(EventHandle start, EventHandle end, float& ms) = 0;

  // Work.
  virtual Status launch(Stream stream, const KernelLaunch& launch) = 0;
  virtual Status allow_shared_memory(const void* kernel, size_t bytes) = 0;  // on the current device
  virtual Status copy(void* to, const void* from, size_t bytes, CopyKind kind, Stream stream) = 0;
  virtual Status copy_peer(void* to, int to_device, const void* from, int from_device, size_t bytes, Stream stream) = 0;
  virtual Status fill(void* data, int value, size_t bytes, Stream stream) = 0;
  virtual Status fill_rows(void* data, size_t pitch, int value, size_t row_bytes, size_t rows, Stream stream) = 0;

  // Capture and graphs.
  virtual Status begin_capture(Stream stream, CaptureMode mode) = 0;
  virtual Status end_capture(Stream stream, GraphHandle& graph) = 0;  // graph is null if the capture was invalidated
  virtual Status capture_info(Stream stream, CaptureState& state, uint64_t& id) = 0;
  virtual Status instantiate(int device, GraphHandle graph, GraphExecHandle& exec) = 0;
  virtual Status launch_graph(GraphExecHandle exec, Stream stream) = 0;
  virtual Status destroy_graph(GraphHandle graph) = 0;
  virtual Status destroy_graph_exec(GraphExecHandle exec) = 0;
  virtual Status node_count(GraphHandle graph, size_t& count) = 0;
  virtual Status print_graph(GraphHandle graph, const char* path) = 0;  // as Graphviz text
};

/// The device API in use: CUDA's, unless a test has set another.
VT_API DeviceApi& device_api() noexcept;
/// For tests, while no device object is alive: null goes back to CUDA's. Returns the one before. What was remembered
/// about the device is forgotten through the functions given to on_device_api_change.
VT_API DeviceApi* set_device_api(DeviceApi* api);
/// `forget` runs at every change, for state that belongs to one device API: pools, probes. Returns true, so that a
/// static can hold the call.
VT_API bool on_device_api_change(void (*forget)());

/// Throws for `status`: OutOfMemoryError, else vt::Error of kind Cuda that names `what`, the failed call or op. A
/// sticky failure poisons the device, see cuda/fault.h.
[[noreturn]] VT_API void throw_status(Status status, const char* what, int device = -1);
inline void check(Status status, const char* what, int device = -1) {
  if (VT_UNLIKELY(status != Status::Success)) throw_status(status, what, device);
}

}  // namespace vt::cuda
