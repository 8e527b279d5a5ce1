// A simulated machine for tests that say themselves how far each stream has got.
#pragma once

#include "simulated/machine.h"

namespace vt::simulated {

inline constexpr size_t kKiB = size_t{1} << 10;
inline constexpr size_t kMiB = size_t{1} << 20;

/// The n-th stream of a PausedMachine, from 1 on.
inline Stream stream(uintptr_t number) { return {reinterpret_cast<StreamHandle>(number + 1), 0}; }
inline const Stream kFirst = stream(1);
inline const Stream kSecond = stream(2);

/// One device of addresses alone with four streams, on which work stays undone until it is waited for.
class PausedMachine : public SimulatedMachine {
 public:
  explicit PausedMachine(size_t memory = size_t{1} << 30)
      : SimulatedMachine({.memory = memory, .real_memory = false, .pace = 0}) {
    for (uintptr_t i = 1; i <= 4; ++i) {
      Stream made{nullptr, 0};
      (void)device.create_stream(0, 0, made.handle);
      CHECK(made == stream(i));
    }
  }

  void work(Stream s) {
    const FaultyDevice::Inside inside;
    CHECK(device.launch(s, {.op = "work"}) == Status::Success);
  }
  void finish(Stream s) { CHECK(device.synchronize(s) == Status::Success); }
  /// From now on the n-th call fails with `status` (1: the next), once or for good. Calls are counted anew.
  void fail(size_t nth, Status status, bool for_good = false) {
    faulty.set_fault({.at = nth, .for_good = for_good, .status = status});
  }

  size_t used() { return device.used(0); }
  size_t most_used() { return device.used_peak(0); }
  size_t pieces() { return device.counts().extents; }
  size_t ranges() { return device.counts().reservations; }
  size_t events() { return device.counts().events; }
  size_t host_pieces() { return device.counts().host_blocks; }
  size_t calls() const { return faulty.calls(); }
  size_t synchronizations() const { return faulty.calls(Call::SynchronizeDevice); }
};

}  // namespace vt::simulated
