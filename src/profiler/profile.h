// What a profile holds: spans of host and device time, memory events, and what ties them together. Plain data.
//
// Times are nanoseconds of the monotonic clock of the host.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/device.h"
#include "core/dtype.h"

namespace vt {
class Op;
}

namespace vt::profiler {

struct Options {
  bool host = true;    // ops, nodes, ranges
  bool device = true;  // kernels, copies and fills of CUDA, with the runtime calls that started them
  bool shapes = false;
  bool memory = false;
  bool stacks = false;
  bool flops = false;
  // Of each kind of record (host spans, device spans, runtime calls, memory events) the latest so many are kept.
  size_t limit = size_t{1} << 20;
};

enum class SpanKind : uint8_t {
  Op,            // a call of an op
  NodeEvaluate,  // a node of backward, with its hooks and the handing on of gradients
  Node,          // its derivative alone
  Range,         // named by the program
  Replay,        // the launch of a CUDA graph
  Capture,       // the recording of one
};

// An argument of an op.
struct Input {
  struct Shape {
    DType dtype = DType::float32;
    std::vector<int64_t> sizes, strides;
  };
  enum class Type : uint8_t { None, Tensor, TensorList, Other };
  Type type = Type::None;
  std::vector<Shape> tensors;  // one for Tensor
  std::string value;           // of Other, and of a tensor that stands for a number
};

struct HostSpan {
  // What few spans have.
  struct Detail {
    std::string name;           // of a range
    std::string text;           // its arguments
    std::vector<Input> inputs;  // with Options::shapes
  };
  uint64_t id = 0;      // from 1, in the order in which spans began
  uint64_t parent = 0;  // the innermost span of the thread that was open then; 0: none
  int64_t begin_ns = 0, end_ns = 0;
  int64_t sequence = -1;   // of the node that the call recorded, or that runs; -1: none
  uint64_t stack = 0;      // where in the user's program, as a number of the frontend; 0: unknown
  uint64_t graph = 0;      // number of the graph replayed or captured
  double flops = 0;        // that the op's formula gives; 0: it has none
  const Op* op = nullptr;  // of Op; of a node the op that made it, if there is one
  std::unique_ptr<Detail> detail;
  uint32_t thread = 0;  // index in Profile::threads
  SpanKind kind = SpanKind::Op;
  bool finished = true;  // false: it was still open when the profile ended
};

struct MemoryEvent {
  int64_t at_ns;
  int64_t bytes;            // negative: given back
  int64_t total_allocated;  // on that device, afterwards
  uint64_t address;
  uint64_t span;  // the innermost host span; 0: none
  uint32_t thread;
  Device device;
};

enum class DeviceWork : uint8_t { Kernel, Copy, Fill };

struct DeviceSpan {
  DeviceWork work = DeviceWork::Kernel;
  uint8_t copy_kind = 0;  // CUpti_ActivityMemcpyKind
  uint16_t registers = 0;
  uint32_t device = 0, context = 0, stream = 0;
  uint32_t correlation = 0;  // of the runtime call that started it
  uint32_t graph = 0;        // CUDA's number of the graph that it is part of; 0: none
  uint64_t graph_node = 0;
  uint64_t span = 0;  // the innermost host span around that call; 0: none
  int64_t begin_ns = 0, end_ns = 0;
  uint64_t bytes = 0;          // of a copy or fill
  const char* name = nullptr;  // of a kernel, mangled; held by Profile::kernel_names
  int32_t grid[3] = {}, block[3] = {};
  int32_t static_shared = 0, dynamic_shared = 0;
};

struct RuntimeCall {
  uint32_t call = 0;       // CUPTI's number
  bool is_driver = false;  // a call of the driver, by who uses it without the runtime
  uint32_t system_thread = 0;
  uint32_t correlation = 0;
  int32_t status = 0;
  uint64_t span = 0;
  int64_t begin_ns = 0, end_ns = 0;
  const char* name = nullptr;  // "cudaLaunchKernel"; lives as long as the process
};

struct Thread {
  uint32_t system_id = 0;  // gettid
  std::string name;
};

// How many records the limit cost.
struct Dropped {
  uint64_t host = 0, device = 0, runtime = 0, memory = 0;
  uint64_t total() const { return host + device + runtime + memory; }
};

struct Profile {
  Profile() = default;
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

  Options options;
  int64_t begin_ns = 0, end_ns = 0;
  int64_t begin_unix_ns = 0;  // begin_ns on the clock of the calendar
  std::vector<Thread> threads;
  std::vector<HostSpan> host;       // by begin
  std::vector<MemoryEvent> memory;  // by time
  std::vector<DeviceSpan> device;   // by begin
  std::vector<RuntimeCall> runtime;
  std::vector<std::string> device_names;  // by device index
  std::shared_ptr<const void> kernel_names;
  Dropped dropped;
};

// "aten::add", "AddBackward0", "autograd::engine::evaluate_function: AddBackward0", a range's own name.
VT_API std::string name_of(const HostSpan& span);
// The kernel's name as it was written, "Memcpy HtoD (Pinned -> Device)", "Memset (Device)".
VT_API std::string name_of(const DeviceSpan& span);

}  // namespace vt::profiler
