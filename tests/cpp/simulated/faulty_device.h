// A device on which calls fail on request, for showing that every failure is survived.
#pragma once

#include <array>
#include <atomic>
#include <optional>
#include <string>

#include "simulated/types.h"

namespace vt::simulated {

/// Every call of DeviceApi that can fail.
enum class Call : int {
#define VT_DEVICE_CALL(Kind, name, parameters, arguments) Kind,
#include "cuda/device_api.def"
  Count
};
const char* name_of(Call call);

/// Which calls fail, and how.
struct Fault {
  Call call = Call::Count;       // Count: any
  size_t at = 1;                 // the first to fail: 1 is the next one
  bool for_good = false;         // so do all that follow
  std::optional<Status> status;  // none: OutOfMemory of Allocate and its like, 304 of others
};

/// Passes calls on to another device until a fault says otherwise. A call that fails does nothing, but for a release.
/// Thread-safe except for set_fault and clear_fault.
class FaultyDevice final : public DeviceApi {
 public:
  explicit FaultyDevice(DeviceApi& device) : device_(device) {}

  /// Counts from now on.
  void set_fault(const Fault& fault);
  void clear_fault();
  /// Calls that failed on request since set_fault.
  size_t failures() const { return failures_; }
  Call first_failure() const { return first_failure_; }
  /// Calls since the last set_fault or clear_fault, and of one kind.
  size_t calls() const { return calls_; }
  size_t calls(Call call) const { return by_call_[static_cast<size_t>(call)]; }

  /// Lives while this thread is in a device: what it allocates on the host then is not the caller's.
  struct Inside {
    Inside() { ++depth; }
    ~Inside() { --depth; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;
    static inline thread_local int depth = 0;
  };

#define VT_DEVICE_CALL(Kind, name, parameters, arguments)               \
  Status name parameters override {                                     \
    const Inside inside;                                                \
    const Status status = pass(Call::Kind);                             \
    return status == Status::Success ? device_.name arguments : status; \
  }
#define VT_DEVICE_RELEASE(Kind, name, parameters, arguments) \
  Status name parameters override {                          \
    const Inside inside;                                     \
    const Status status = pass(Call::Kind);                  \
    const Status done = device_.name arguments;              \
    if (status == Status::Success) return done;              \
    drop arguments;                                          \
    return status;                                           \
  }
#define VT_DEVICE_FACT(Type, name, parameters, arguments) \
  Type name parameters override {                         \
    const Inside inside;                                  \
    return device_.name arguments;                        \
  }
#include "cuda/device_api.def"

 private:
  // Success if the call may go on.
  Status pass(Call call);
  // What a release that fails has given out all the same.
  void drop(Stream, GraphHandle& graph) {
    if (graph != nullptr) (void)device_.destroy_graph(graph);
    graph = nullptr;
  }
  template <typename... Handles>
  void drop(Handles...) {}

  DeviceApi& device_;
  Fault fault_;
  bool armed_ = false;
  std::atomic<size_t> calls_{0};
  std::atomic<size_t> matching_{0};
  std::atomic<size_t> failures_{0};
  std::atomic<Call> first_failure_{Call::Count};
  std::array<std::atomic<size_t>, static_cast<size_t>(Call::Count)> by_call_{};
};

}  // namespace vt::simulated
