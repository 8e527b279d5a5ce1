// Note [Vector clocks]
// Every stream counts the work given to it: its lane of the clock. The clock of a piece of work says, for every stream,
// how much of that stream's work is sure to be finished before this piece starts: stream order, waits on events, and
// what the host had seen finished (synchronisation, a query that answered Success) when it enqueued the work. It is
// known at the time of the enqueue, whatever order the scheduler then picks, so a missing edge is found even in the
// runs where the work happens to come out in the right order.
#pragma once

#include <array>
#include <cstdint>

namespace vt::simulated {

/// Streams that one simulation may have.
inline constexpr uint32_t kMaxLanes = 64;

class Clock {
 public:
  uint32_t& operator[](uint32_t lane) { return ticks_[lane]; }
  uint32_t operator[](uint32_t lane) const { return ticks_[lane]; }
  /// Afterwards whatever `other` has seen is seen here too.
  void join(const Clock& other) {
    for (uint32_t i = 0; i < kMaxLanes; ++i) ticks_[i] = ticks_[i] < other.ticks_[i] ? other.ticks_[i] : ticks_[i];
  }
  /// True if everything that `other` has seen is seen here.
  bool covers(const Clock& other) const {
    bool missing = false;
    for (uint32_t i = 0; i < kMaxLanes; ++i) missing |= other.ticks_[i] > ticks_[i];
    return !missing;
  }
  /// A lane of which `other` has seen more; kMaxLanes if there is none.
  uint32_t first_missing(const Clock& other) const {
    uint32_t i = 0;
    while (i < kMaxLanes && other.ticks_[i] <= ticks_[i]) ++i;
    return i;
  }

 private:
  std::array<uint32_t, kMaxLanes> ticks_{};
};

}  // namespace vt::simulated
