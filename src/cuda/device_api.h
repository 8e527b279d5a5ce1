// The calls that we make to a device, and nothing else: memory, streams, events, launches, copies, capture. Their list,
// with what each does, is device_api.def.
//
// Allocators, stream and event pools, graphs and the launch path are written against this class. CUDA's own runtime
// is behind it in a program; in CPU tests a simulated device is, so that the same production code runs there with work
// that is really reordered, freed memory that is poisoned, and calls that fail on request.
//
// Every method but a fact returns the status of the call, and none throws. Status values are CUDA's.
// Calls take the device explicitly; which device is current to CUDA is the implementation's business.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

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

/// A kernel that load_kernel loaded, and what the driver says of it.
struct KernelFacts {
  const void* kernel = nullptr;  // for KernelLaunch, on the device that it was loaded for
  int registers = 0;             // of a thread
  int local_bytes = 0;           // of a thread, spilled registers among them
  int shared_bytes = 0;          // of a block, beside what a launch asks for
  int max_threads = 0;           // of a block
  struct Parameter {
    size_t offset, bytes;
    friend bool operator==(const Parameter&, const Parameter&) = default;
  };
  bool parameters_known = false;  // older drivers do not tell
  std::vector<Parameter> parameters;
};

/// One kernel launch. `storages` are those that the kernel reads or writes.
struct KernelLaunch {
  const char* op;      // names it in errors; lives as long as the process
  const void* kernel;  // a __global__ function of ours, or what load_kernel gave
  unsigned grid[3];
  unsigned block[3];
  size_t shared_bytes;
  void** arguments;  // null-terminated addresses of the parameters
  const StorageImpl* const* storages;
  size_t storage_count;
  unsigned cluster[3] = {1, 1, 1};  // in blocks
  bool loaded = false;              // whether load_kernel gave the kernel
  bool cooperative = false;         // all blocks run at once, and may wait for each other
  bool overlapping = false;         // may begin before the stream's work before it has ended (programmatic launch)

  bool in_clusters() const { return cluster[0] != 1 || cluster[1] != 1 || cluster[2] != 1; }
};

/// What call_host calls, with the status of the work before it. It must make no call to a device, and not throw.
using HostFunction = void (*)(void* context, Status status);

class VT_API DeviceApi {
 public:
  virtual ~DeviceApi() = default;

#define VT_DEVICE_CALL(Kind, name, parameters, arguments) virtual Status name parameters = 0;
#define VT_DEVICE_FACT(Type, name, parameters, arguments) virtual Type name parameters = 0;
#include "cuda/device_api.def"
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
